// The figures of live traffic as a person reads them.
import type { Spread } from './statistics.js';
import { count, countSpread, section } from './tables.js';
import type { GuardReport } from './traffic-guard.js';
import type { GuardedReport } from './traffic-http.js';
import type { TrackerReport } from './traffic-tracker.js';

export function trackerTable({ figures, memory }: TrackerReport): string {
  const { liveSessions, heldBytesPerSession, residentBytesPerSession } = memory;
  return (
    section(
      'Sessions in memory, processor time; medians [lowest–highest round]',
      ['live sessions', 'ns per call'],
      figures.map((figure) => [count(figure.liveSessions), countSpread(figure.nsPerCall)]),
    ) +
    `\n${count(liveSessions)} sessions of 60 routes take ${count(heldBytesPerSession)} bytes each,` +
    ` ${count(residentBytesPerSession)} of the process`
  );
}

export function guardTable({ liveSessions, figures }: GuardReport): string {
  return section(
    `The guard without a framework, ${count(liveSessions)} live sessions; of single requests`,
    ['detector', 'decision µs', 'p99 µs', 'answer µs', 'p99 µs'],
    figures.map(({ detector, decideUs, answeredUs }) => [
      detector,
      ...[decideUs.median, decideUs.p99, answeredUs.median, answeredUs.p99].map(oneDecimal),
    ]),
  );
}

export function guardedTable({ liveSessions, figures }: GuardedReport): string {
  return section(
    `Guards that observe, ${count(liveSessions)} live sessions, one connection;` +
      ' added: above the bare app, medians [lowest–highest round]',
    [
      'framework',
      'app',
      'median µs',
      'p99 µs',
      'server µs/request',
      'added at the median, µs',
      'added server µs/request',
    ],
    figures.map(({ framework, app, latencyUs, cpuUs, added }) => [
      framework,
      app,
      oneDecimal(latencyUs.median),
      oneDecimal(latencyUs.p99),
      oneDecimal(cpuUs.median),
      added === undefined ? '' : oneDecimalSpread(added.latencyUs),
      added === undefined ? '' : oneDecimalSpread(added.cpuUs),
    ]),
  );
}

function oneDecimal(value: number): string {
  return value.toFixed(1);
}

function oneDecimalSpread({ median, min, max }: Spread): string {
  return `${oneDecimal(median)} [${oneDecimal(min)}–${oneDecimal(max)}]`;
}
