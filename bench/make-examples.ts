// Makes models/examples: made-up behaviours whose values spread as those of real normal clients and of
// real anomalies do. Run after a build: node dist/bench/make-examples.js
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeCsv } from '../src/formats/csv.js';
import { SHIPPED_MODELS_FOLDER } from '../src/package-paths.js';
import { RandomValues } from './random-values.js';

const SEED = 2024;
const NORMAL_COUNT = 140;
const ANOMALY_COUNT = 60;

interface Behaviour {
  readonly features: Readonly<Record<string, number>>;
  readonly ipType: string;
  readonly source: string;
  readonly classification: 'normal' | 'outlier';
}

/** The texts of behaviours.csv, with the columns of the public dataset, and of behaviours.ndjson. */
export function makeExamples(): { csv: string; ndjson: string } {
  const random = new RandomValues(SEED);
  const behaviours = random.shuffled([
    ...Array.from({ length: NORMAL_COUNT }, () => normalBehaviour(random)),
    ...Array.from({ length: ANOMALY_COUNT }, () => anomalousBehaviour(random)),
  ]);
  const header = [
    '',
    '_id',
    'inter_api_access_duration(sec)',
    'api_access_uniqueness',
    'sequence_length(count)',
    'vsession_duration(min)',
    'ip_type',
    'num_sessions',
    'num_users',
    'num_unique_apis',
    'source',
    'classification',
  ];
  const records = behaviours.map(({ features, ipType, source, classification }, row) => [
    row,
    random.id(),
    features.inter_api_access_duration,
    features.api_access_uniqueness,
    features.sequence_length,
    features.vsession_duration,
    ipType,
    features.num_sessions,
    features.num_users,
    features.num_unique_apis,
    source,
    classification,
  ]);
  return {
    csv: encodeCsv([header, ...records]),
    ndjson: behaviours.map(({ features }) => `${JSON.stringify(features)}\n`).join(''),
  };
}

/**
 * Many users of one application, each calling few of its APIs in quick succession. Slow clients have
 * long and few sessions, and long sequences touch more of the APIs.
 */
function normalBehaviour(random: RandomValues): Behaviour {
  const pace = random.normal();
  const reach = 0.3 * pace + 0.95 * random.normal();
  const size = -0.55 * pace + 0.83 * random.normal();
  const sessions = Math.round(logNormal(282, 1.1, size, 103, 9_299));
  return behaviour({
    duration: logNormal(0.001, 1.6, pace, 3e-6, 0.27),
    uniqueness: logNormal(0.0116, 0.55, -0.6 * size + 0.8 * random.normal(), 0.001, 0.13),
    sequenceLength: logNormal(16.5, 0.6, reach, 2, 104),
    sessionMinutes: Math.round(
      logNormal(192, 2.2, 0.75 * pace + 0.4 * reach + 0.3 * random.normal(), 1, 22_128),
    ),
    sessions,
    users: Math.max(101, Math.round(sessions * (0.65 + 0.33 * random.uniform()))),
    uniqueApis: Math.round(
      logNormal(68, 0.8, 0.6 * reach + 0.5 * size + 0.5 * random.normal(), 2, 524),
    ),
    ipType: 'default',
    source: random.oneIn(12) ? 'F' : 'E',
    classification: 'normal',
  });
}

/** One user in a few sessions who tries many APIs, often slowly, at times without end. */
function anomalousBehaviour(random: RandomValues): Behaviour {
  return behaviour({
    duration: logNormal(0.1, 2.6, random.normal(), 3e-5, 850),
    uniqueness: logNormal(0.41, 0.9, random.normal(), 0.014, 1),
    sequenceLength: logNormal(22, 1.7, random.normal(), 1, 3_303),
    sessionMinutes: Math.round(logNormal(229, 3.2, random.normal(), 1, 1_350_000)),
    sessions: Math.round(logNormal(3, 1, random.normal(), 2, 350)),
    users: 1,
    uniqueApis: Math.round(logNormal(11, 1.1, random.normal(), 1, 172)),
    ipType: random.oneIn(4) ? 'datacenter' : 'default',
    source: random.oneIn(20) ? 'F' : 'E',
    classification: 'outlier',
  });
}

/**
 * `median` times e to the power of `sigma` × `normal`, kept in range. Six digits: on those the
 * exponential functions of all platforms agree.
 */
function logNormal(
  median: number,
  sigma: number,
  normal: number,
  least: number,
  most: number,
): number {
  const value = Number((median * Math.exp(sigma * normal)).toPrecision(6));
  return Math.min(Math.max(value, least), most);
}

function behaviour(values: {
  duration: number;
  uniqueness: number;
  sequenceLength: number;
  sessionMinutes: number;
  sessions: number;
  users: number;
  uniqueApis: number;
  ipType: string;
  source: string;
  classification: Behaviour['classification'];
}): Behaviour {
  const { ipType, source, classification } = values;
  const features = {
    inter_api_access_duration: values.duration,
    api_access_uniqueness: values.uniqueness,
    sequence_length: values.sequenceLength,
    vsession_duration: values.sessionMinutes,
    num_sessions: values.sessions,
    num_users: values.users,
    num_unique_apis: values.uniqueApis,
    ip_type_default: Number(ipType === 'default'),
    source_F: Number(source === 'F'),
  };
  return { features, ipType, source, classification };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(SHIPPED_MODELS_FOLDER, 'examples');
  const { csv, ndjson } = makeExamples();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'behaviours.csv'), csv);
  writeFileSync(join(folder, 'behaviours.ndjson'), ndjson);
}
