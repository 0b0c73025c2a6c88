import { describe, expect, it } from 'vitest';
import { plainKernels } from '../../../native-free-kernels/plain-kernels.js';
import { readDetector } from '../../../src/model/detector-file.js';
import type { LearningRows } from '../../../src/model/learning-rows.js';
import { API_BEHAVIOUR_SCHEMA } from '../../../src/model/schema.js';
import { Scorer } from '../../../src/model/scorer.js';
import { Interrupted } from '../../../src/training/interrupted.js';
import { leastSessions } from '../../../src/training/unlabelled/calibrate-sessions.js';
import { UNLABELLED_METHODS } from '../../../src/training/unlabelled/candidates.js';
import {
  type LearnOptions,
  learnDetector,
} from '../../../src/training/unlabelled/learn-detector.js';
import { sessionOutputs } from '../../../src/training/unlabelled/session-outputs.js';
import { ATTACKS, learningRows, PEOPLE, sessionsOf } from '../../support/unlabelled-sessions.js';

const ROWS = learningRows(150, 3);
const TARGET = 0.05;
const OPTIONS: LearnOptions = {
  name: 'learned',
  schema: API_BEHAVIOUR_SCHEMA,
  traffic: { windowMs: 600_000, minRequests: 5 },
  data: { files: [{ file: 'a.log', sha256: 'a'.repeat(64) }], calls: 9_000, sessions: 800 },
  seed: 5,
  targetFalsePositiveRate: TARGET,
  methods: UNLABELLED_METHODS,
  workers: 2,
};
const N_FEATURES = API_BEHAVIOUR_SCHEMA.features.length;

describe('a detector that is learned without labels', async () => {
  const learned = await learnDetector(ROWS, OPTIONS);
  const { detector } = learned;

  it('flags at most the share of normal sessions that was asked for, and knows the share', () => {
    const { calibration, threshold } = detector;
    expect(calibration).toMatchObject({ rows: 150, unit: 'session', previousThreshold: 0 });
    const outputs = sessionOutputs(detector, ROWS.calibrating);
    const flagged = outputs.filter((output) => output <= threshold).length;
    expect(flagged / 150).toBe(calibration.falsePositiveRate);
    expect(flagged / 150).toBeLessThanOrEqual(TARGET);
    const others = sessionOutputs(detector, sessionsOf(PEOPLE, 400, 77));
    const { high } = calibration.interval;
    expect(others.filter((output) => output <= threshold).length / 400).toBeLessThan(high);
  });

  it.each(Object.entries(ATTACKS))('flags %s', (_, habits) => {
    const outputs = sessionOutputs(detector, sessionsOf(habits, 30, 9));
    const flagged = outputs.filter((output) => output <= detector.threshold).length;
    expect(flagged / 30).toBeGreaterThan(0.9);
  });

  it('calls what is usual in its traffic an example, and finds it normal', () => {
    const row = Float64Array.from(detector.schema.features, ({ example }) => example);
    const scores = new Float64Array(1);
    new Scorer(plainKernels).scoresInto(detector, row, 1, scores);
    expect(scores[0]).toBeGreaterThan(0);
    expect(detector.schema.features[2].example).toBeLessThan(60);
  });

  it('is the same on one worker, byte for byte, and another with another seed', async () => {
    const again = await learnDetector(ROWS, { ...OPTIONS, workers: 1 });
    expect(again.detector.bytes).toEqual(detector.bytes);
    expect(again.judged).toEqual(learned.judged);
    const other = await learnDetector(ROWS, { ...OPTIONS, seed: 6 });
    expect(other.detector.version).not.toBe(detector.version);
  });

  it('is read back from its file with the traffic that it was learned from', () => {
    const read = readDetector(detector.bytes);
    expect(read.traffic).toEqual(OPTIONS.traffic);
    expect(read.provenance).toEqual(detector.provenance);
    expect(read.provenance).toMatchObject({
      origin: 'traffic',
      data: OPTIONS.data,
      split: { seed: 5, trainingRows: 800, choosingSessions: 80, calibratingSessions: 150 },
    });
    expect(read.metrics).toBeNull();
  });

  it('is the best of the candidates by the share of artificial behaviours that they call normal', () => {
    const volumes = learned.judged.map(({ volume }) => volume);
    expect(volumes).toEqual(volumes.toSorted((a, b) => a - b));
    expect(learned.failed).toEqual([]);
    const { method, settings } = learned.judged[0];
    expect(detector.provenance.parameters).toMatchObject({ method, ...settings });
  });

  it('can be held to one method', async () => {
    const { judged } = await learnDetector(ROWS, { ...OPTIONS, methods: ['isolation-forest'] });
    expect(new Set(judged.map(({ method }) => method))).toEqual(new Set(['isolation-forest']));
    expect(judged).toHaveLength(3);
  });
});

describe('what cannot be learned from', () => {
  const refusal = (rows: Partial<LearningRows>, options: Partial<LearnOptions> = {}) =>
    learnDetector({ ...ROWS, ...rows }, { ...OPTIONS, ...options }).then(
      () => 'nothing was refused',
      (error: Error) => error.message,
    );

  it('tells how many sessions it takes, and how many there are', async () => {
    expect(leastSessions(0.05)).toBe(19);
    expect(leastSessions(0.01)).toBe(99);
    expect(leastSessions(0.001)).toBe(999);
    expect(await refusal({}, { targetFalsePositiveRate: 0.001 })).toBe(
      'too few sessions to learn from: a false positive rate of 0.001 takes at least 999 sessions of 5 calls or more ' +
        'to set the threshold, two fifths of all; of 800 sessions, 150 are left for that',
    );
    const none = { values: new Float64Array(0), ends: new Int32Array(0) };
    expect(await refusal({ choosing: none })).toContain('too few sessions');
    expect(await refusal({ calibrating: none })).toContain('0 are left for that');
    expect(await refusal({ training: new Float64Array(N_FEATURES) })).toContain('too few sessions');
  });

  it('is enough with the fewest sessions that it takes', async () => {
    const calibrating = sessionsOf(PEOPLE, leastSessions(TARGET), 8);
    const { detector } = await learnDetector({ ...ROWS, calibrating }, OPTIONS);
    expect(detector.calibration.falsePositiveRate).toBe(0);
  });

  it('says so of behaviours that are all equal', async () => {
    const row = ROWS.training.subarray(0, N_FEATURES);
    const training = Float64Array.from({ length: 30 * N_FEATURES }, (_, i) => row[i % N_FEATURES]);
    expect(await refusal({ training })).toBe(
      'all 30 behaviours to learn from are equal: there is nothing to tell apart',
    );
  });

  it('is told of the candidates that fail, and the others are chosen from', async () => {
    // Beyond float32, on which forests are grown.
    const training = ROWS.training.slice();
    for (let at = 0; at < training.length; at += 40 * N_FEATURES) training[at] = 1e60;
    const { judged, failed } = await learnDetector({ ...ROWS, training }, OPTIONS);
    expect(new Set(failed.map(({ method }) => method))).toEqual(new Set(['isolation-forest']));
    expect(failed[0].reason).toContain('expected a number within float32, got 1e+60');
    expect(judged.every(({ volume }) => volume >= 0 && volume <= 1)).toBe(true);
    expect(await refusal({ training }, { methods: ['isolation-forest'] })).toContain(
      'none of 3 candidates can be fitted to these behaviours; isolation-forest: row 0',
    );
  });

  it('ends when it is interrupted', async () => {
    const signal = AbortSignal.abort();
    await expect(learnDetector(ROWS, { ...OPTIONS, signal })).rejects.toBeInstanceOf(Interrupted);
  });
});
