// `behaviours`: access logs in, behaviours of their clients out, in bounded memory.
import { extname } from 'node:path';
import type { Command } from 'commander';
import { API_BEHAVIOUR_FEATURES } from '../traffic/features/api-behaviour.js';
import { behaviourInto } from '../traffic/features/behaviour-row.js';
import { DEFAULT_MIN_REQUESTS } from '../traffic/judge.js';
import { followCalls } from '../traffic/logs/follow-log.js';
import { readLogs } from '../traffic/logs/read-logs.js';
import { SessionSnapshots } from '../traffic/sampling/session-snapshots.js';
import { DEFAULT_MAX_SESSIONS, SessionTracker } from '../traffic/session/session-tracker.js';
import { type BehaviourFormat, behaviourText } from './behaviour-text.js';
import { loadFeatures } from './features-file.js';
import {
  addLogOptions,
  addSessionOptions,
  LOG_DESCRIPTION,
  LOG_HELP,
  type LogFlags,
  logOptionsOf,
  type SessionFlags,
  windowMsOf,
} from './log-options.js';
import { logSummary } from './log-summary.js';
import { formatQuantity } from './numbers.js';
import { writeOutput } from './output-file.js';
import { startProgress } from './progress.js';

interface BehavioursOptions extends LogFlags, SessionFlags {
  readonly out: string;
}

const HELP = `
Output: a line for a client at one of its calls, with client, time and the features of its session by then, as
CSV, or as NDJSON where the file is named so. Of each session its behaviour is written at the first call at which
it can be judged, at each doubling (5, 10, 20, 40 … calls), and at its last.
${LOG_HELP}

Examples:
  anomaly-predictor behaviours /var/log/nginx/access.log* --out behaviours.csv
  zcat caddy.log.gz | anomaly-predictor behaviours - --session-key user --out - | head
`;

export function addBehavioursCommand(program: Command): void {
  const command = program
    .command('behaviours')
    .description('Turn access logs into behaviours')
    .argument('<log...>', LOG_DESCRIPTION);
  addSessionOptions(addLogOptions(command))
    .option('--out <file>', 'where to write, or - for stdout', '-')
    .addHelpText('after', HELP)
    .action(writeBehaviours);
}

async function writeBehaviours(
  paths: readonly string[],
  { out, ...flags }: BehavioursOptions,
): Promise<void> {
  const { minRequests = DEFAULT_MIN_REQUESTS, maxSessions = DEFAULT_MAX_SESSIONS } = flags;
  const windowMs = windowMsOf(flags);
  const features =
    flags.features === undefined ? API_BEHAVIOUR_FEATURES : await loadFeatures(flags.features);
  const log = readLogs(paths, logOptionsOf(flags, windowMs));
  const text = behaviourText(
    formatOf(out),
    features.map(({ name }) => name),
  );
  const toRow = behaviourInto({ features: [...features] }, features);
  const row = new Float64Array(features.length);
  const snapshots = new SessionSnapshots({
    maxSessions,
    minRequests,
    nValues: features.length,
    take: ({ client, timeMs, values }) => text.add(client, timeMs, values),
  });
  const tracker = new SessionTracker({
    ...(windowMs === undefined ? {} : { windowMs }),
    maxSessions,
    onEnd: (_client, slot) => snapshots.end(slot),
  });
  const startMs = performance.now();
  const progress = startProgress('Reading', log.sizeBytes);

  async function* behaviours(): AsyncGenerator<string> {
    yield text.header;
    for await (const calls of log) {
      followCalls(calls, tracker, (session, { timeMs }) => {
        if (session.calls >= minRequests) toRow(session, row);
        snapshots.add(session, tracker.slot, timeMs, row);
      });
      progress.update(log.readBytes, formatQuantity(log.counts.calls, 'call'));
      yield text.take();
    }
    snapshots.endAll();
    yield text.take();
  }
  try {
    await writeOutput(out === '-' ? undefined : out, behaviours());
  } finally {
    progress.stop();
  }
  const made = [
    formatQuantity(text.behaviours, 'behaviour'),
    formatQuantity(snapshots.sessions, 'session'),
  ];
  const summary = logSummary(log.counts, performance.now() - startMs);
  process.stderr.write(`${made.join(' of ')}; ${summary}\n`);
}

function formatOf(out: string): BehaviourFormat {
  return ['.ndjson', '.jsonl'].includes(extname(out).toLowerCase()) ? 'ndjson' : 'csv';
}
