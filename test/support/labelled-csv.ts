// A labelled file in the form of the API behaviour dataset, on made-up numbers: normal behaviour has many
// users and calls few APIs, anomalies the other way round, and some rows come twice.
import { MersenneTwister } from '../../src/training/mersenne-twister.js';

export const LABELLED_HEADER =
  'inter_api_access_duration(sec),api_access_uniqueness,sequence_length(count),vsession_duration(min),' +
  'ip_type,num_sessions,num_users,num_unique_apis,source,classification';

export function labelledCsv(nNormal: number, nAnomalies: number, seed = 1): string {
  const random = new MersenneTwister(seed);
  const between = (low: number, high: number) =>
    low + (high - low) * (random.nextUint32() / 2 ** 32);
  const whole = (low: number, high: number) => Math.round(between(low, high));
  const lines: string[] = [];
  for (let row = 0; row < nNormal; row++) {
    const users = whole(100, 900);
    lines.push(
      [
        between(0.0001, 0.01).toFixed(6),
        between(0.002, 0.04).toFixed(5),
        between(5, 60).toFixed(3),
        whole(20, 4_000),
        'default',
        users + whole(0, 300),
        users,
        whole(5, 200),
        'E',
        'normal',
      ].join(),
    );
  }
  for (let row = 0; row < nAnomalies; row++) {
    lines.push(
      [
        between(0.05, 40).toFixed(6),
        between(0.2, 1).toFixed(5),
        between(2, 300).toFixed(3),
        whole(1, 90_000),
        row % 3 === 0 ? 'datacenter' : 'default',
        whole(2, 6),
        1,
        whole(1, 40),
        row % 4 === 0 ? 'F' : 'E',
        'outlier',
      ].join(),
    );
  }
  const repeated = lines.filter((_, index) => index % 10 === 0);
  return `${[LABELLED_HEADER, ...lines, ...repeated].join('\n')}\n`;
}
