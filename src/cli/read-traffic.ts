// The traffic that `learn` learns from: samples of the sessions in logs, and what people have told of some.
import type { LearningRows } from '../model/learning-rows.js';
import type { TrafficProvenance } from '../model/provenance.js';
import type { Schema } from '../model/schema.js';
import type { TrafficSettings } from '../model/traffic-settings.js';
import { behaviourInto } from '../traffic/features/behaviour-row.js';
import { schemaOf, type TrafficFeature } from '../traffic/features/feature.js';
import { followCalls } from '../traffic/logs/follow-log.js';
import type { LogCounts } from '../traffic/logs/log-counts.js';
import { readLogs } from '../traffic/logs/read-logs.js';
import { LearningSamples } from '../traffic/sampling/learning-samples.js';
import { SessionSnapshots } from '../traffic/sampling/session-snapshots.js';
import { DEFAULT_MAX_SESSIONS, SessionTracker } from '../traffic/session/session-tracker.js';
import { type ExceptedRows, exceptedRows } from './excepted-rows.js';
import { type LogFlags, logOptionsOf } from './log-options.js';
import { logSummary } from './log-summary.js';
import { formatQuantity } from './numbers.js';
import { startProgress } from './progress.js';

export interface TrafficFlags extends LogFlags, TrafficSettings {
  readonly maxSessions?: number;
  /** File of a guard's exceptions. */
  readonly exceptions?: string;
  readonly seed: number;
}

export interface ReadTraffic {
  readonly schema: Schema;
  readonly rows: LearningRows;
  readonly data: TrafficProvenance['data'];
  readonly counts: LogCounts;
  /** For people. */
  readonly summary: string;
}

export async function readTraffic(
  paths: readonly string[],
  features: readonly TrafficFeature[],
  flags: TrafficFlags,
): Promise<ReadTraffic> {
  const { windowMs, minRequests, seed, maxSessions = DEFAULT_MAX_SESSIONS } = flags;
  const schema = schemaOf(features);
  const log = readLogs(paths, { ...logOptionsOf(flags, windowMs), hashed: true });
  const samples = new LearningSamples({ nFeatures: features.length, seed, minRequests });
  const snapshots = new SessionSnapshots({
    maxSessions,
    minRequests,
    nValues: features.length,
    take: (snapshot) => samples.addSnapshot(snapshot),
  });
  const tracker = new SessionTracker({
    windowMs,
    maxSessions,
    onEnd: (_client, slot) => snapshots.end(slot),
  });
  const toRow = behaviourInto(schema, features);
  const row = new Float64Array(features.length);
  const startMs = performance.now();
  const progress = startProgress('Reading', log.sizeBytes);
  try {
    for await (const calls of log) {
      followCalls(calls, tracker, (session, { timeMs }) => {
        const isJudged = session.calls >= minRequests;
        if (isJudged) toRow(session, row);
        snapshots.add(session, tracker.slot, timeMs, row);
        if (isJudged) samples.add(session, row);
      });
      progress.update(log.readBytes, formatQuantity(log.counts.calls, 'call'));
    }
  } finally {
    progress.stop();
  }
  snapshots.endAll();
  const { counts, hashedFiles } = log;
  const nSessions = snapshots.sessions;
  const told = flags.exceptions === undefined ? undefined : exceptedRows(flags.exceptions, schema);
  const rows = samples.rows();
  return {
    schema,
    rows: told === undefined ? rows : { ...rows, training: joined(rows.training, told.values) },
    data: {
      files: [...hashedFiles, ...(told ? [told.source] : [])],
      calls: counts.calls,
      sessions: nSessions,
    },
    counts,
    summary: [
      `${formatQuantity(nSessions, 'session')} in ${logSummary(counts, performance.now() - startMs)}`,
      ...(told ? [exceptedText(told)] : []),
    ].join('\n'),
  };
}

function exceptedText({ nRows, nUnusable }: ExceptedRows): string {
  const without =
    nUnusable === 0 ? '' : `, ${formatQuantity(nUnusable, 'other')} without its features`;
  return `${formatQuantity(nRows, 'exception')} trained as normal${without}`;
}

function joined(a: Float64Array, b: Float64Array): Float64Array {
  const all = new Float64Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
