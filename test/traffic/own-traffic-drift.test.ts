// No drift is told of the very file or traffic that a detector was made from, however it comes back.
import { describe, expect, it } from 'vitest';
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import type { Detector } from '../../src/model/detector.js';
import { driftOf, populationOf } from '../../src/model/drift.js';
import { API_BEHAVIOUR_ENCODER } from '../../src/model/encoder.js';
import { API_BEHAVIOUR_SCHEMA } from '../../src/model/schema.js';
import { Scorer } from '../../src/model/scorer.js';
import { API_BEHAVIOUR_FEATURES } from '../../src/traffic/features/api-behaviour.js';
import { behaviourInto } from '../../src/traffic/features/behaviour-row.js';
import { followCalls } from '../../src/traffic/logs/follow-log.js';
import type { LoggedCall } from '../../src/traffic/logs/logged-call.js';
import { Replay } from '../../src/traffic/replay/replay.js';
import { LearningSamples } from '../../src/traffic/sampling/learning-samples.js';
import { SessionSnapshots } from '../../src/traffic/sampling/session-snapshots.js';
import { SessionTracker } from '../../src/traffic/session/session-tracker.js';
import { readDataset } from '../../src/training/dataset.js';
import { hybrid } from '../../src/training/recipes/hybrid.js';
import { ocsvm } from '../../src/training/recipes/ocsvm.js';
import { trainDetector } from '../../src/training/train.js';
import { learnDetector } from '../../src/training/unlabelled/learn-detector.js';
import { labelledCsv } from '../support/labelled-csv.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { hammering, type LoggedRequest, visitors } from '../support/traffic-log.js';

const SEEDS = Array.from({ length: 20 }, (_, seed) => seed);
const TRAFFIC = { windowMs: 30 * 60_000, minRequests: 5 };
const MAX_SESSIONS = 10_000;
const { write } = temporaryFolder();

function scoresOf(detector: Detector, values: Float64Array): Float64Array {
  const scores = new Float64Array(values.length / detector.schema.features.length);
  new Scorer(plainKernels).scoresInto(detector, values, scores.length, scores);
  return scores;
}

const levelOf = (detector: Detector, values: Float64Array) =>
  driftOf(detector, populationOf(detector, values, scoresOf(detector, values))).level;

describe('the file that a detector was trained on', () => {
  it.each(SEEDS)('is no other population to it, anomalies included (seed %d)', async (seed) => {
    const file = write(`${seed}.csv`, labelledCsv(500, 40 + 10 * seed, seed));
    const dataset = await readDataset(file, API_BEHAVIOUR_ENCODER);
    for (const recipe of [ocsvm, hybrid]) {
      const options = { workers: 1, ...(recipe === hybrid && { settings: { trees: 20 } }) };
      const { detector } = await trainDetector(recipe, dataset, seed, options);
      expect(levelOf(detector, dataset.values)).toBe('none');
      expect(levelOf(detector, Float64Array.from(Float32Array.from(dataset.values)))).toBe('none');
    }
  });
});

function callsOf(requests: readonly LoggedRequest[]): LoggedCall[] {
  return requests
    .toSorted((a, b) => a.timeMs - b.timeMs)
    .map(({ timeMs, address, path }) => ({
      timeMs,
      client: address,
      user: '',
      route: `GET ${path}`,
      group: address,
      addressType: 'default',
      source: '',
      status: 200,
      durationMs: 0,
    }));
}

interface Traffic {
  readonly samples: LearningSamples;
  readonly nSessions: number;
  /** Snapshots as `behaviours` writes them. */
  readonly behaviours: Float64Array;
}

function read(calls: readonly LoggedCall[], seed: number): Traffic {
  const nFeatures = API_BEHAVIOUR_FEATURES.length;
  const samples = new LearningSamples({ nFeatures, seed, minRequests: TRAFFIC.minRequests });
  const behaviours: number[] = [];
  const snapshots = new SessionSnapshots({
    maxSessions: MAX_SESSIONS,
    minRequests: TRAFFIC.minRequests,
    nValues: nFeatures,
    take(snapshot) {
      samples.addSnapshot(snapshot);
      behaviours.push(...snapshot.values);
    },
  });
  const tracker = new SessionTracker({
    windowMs: TRAFFIC.windowMs,
    maxSessions: MAX_SESSIONS,
    onEnd: (_client, slot) => snapshots.end(slot),
  });
  const toRow = behaviourInto(API_BEHAVIOUR_SCHEMA, API_BEHAVIOUR_FEATURES);
  const row = new Float64Array(nFeatures);
  followCalls(calls, tracker, (session, { timeMs }) => {
    toRow(session, row);
    snapshots.add(session, tracker.slot, timeMs, row);
    samples.add(session, row);
  });
  snapshots.endAll();
  return { samples, nSessions: snapshots.sessions, behaviours: Float64Array.from(behaviours) };
}

async function learn({ samples, nSessions }: Traffic, calls: number, seed: number) {
  const { detector } = await learnDetector(samples.rows(), {
    name: 'shop',
    schema: API_BEHAVIOUR_SCHEMA,
    traffic: TRAFFIC,
    data: { files: [{ file: 'access.log', sha256: '' }], calls, sessions: nSessions },
    seed,
    targetFalsePositiveRate: 0.02,
    methods: ['isolation-forest'],
    workers: 1,
  });
  return detector;
}

function replayed(detector: Detector, calls: readonly LoggedCall[]) {
  const replay = new Replay(detector, plainKernels, { ...TRAFFIC, thresholds: [] });
  replay.addAll(calls);
  return replay.result().drift;
}

describe('the traffic that a detector was learned from', () => {
  it.each(SEEDS)('is no other traffic to it (seed %d)', async (seed) => {
    const calls = callsOf(visitors(600 + 100 * (seed % 3), seed));
    const traffic = read(calls, seed);
    const detector = await learn(traffic, calls.length, seed);
    expect(levelOf(detector, traffic.behaviours)).toBe('none');
    expect(replayed(detector, calls).level).toBe('none');
  });

  it('is told from another within 1,000 sessions', async () => {
    const calls = callsOf(visitors(700, 1));
    const traffic = read(calls, 1);
    const detector = await learn(traffic, calls.length, 1);
    const hasty = callsOf(
      visitors(700, 2).map((request) => ({ ...request, timeMs: request.timeMs / 8 })),
    );
    const drift = replayed(detector, hasty);
    expect(drift.level).toBe('much');
    expect(drift.effectiveRows).toBe(700);
    expect(levelOf(detector, read(hasty, 2).behaviours)).toBe('much');
  });

  it('counts sessions, of which one long one is one', async () => {
    const calls = callsOf(visitors(700, 3));
    const detector = await learn(read(calls, 3), calls.length, 3);
    const drift = replayed(detector, callsOf(hammering('198.51.100.7', 5_000, 100)));
    expect(drift).toMatchObject({ effectiveRows: 1, level: 'none', score: null });
  });
});
