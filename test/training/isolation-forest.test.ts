import { describe, expect, it } from 'vitest';
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import type { IsolationForestModel } from '../../src/model/detector.js';
import { Scorer } from '../../src/model/scorer.js';
import { isAnomaly } from '../../src/model/verdict.js';
import { ANOMALY, NORMAL } from '../../src/training/dataset.js';
import { evaluateBoth } from '../../src/training/evaluation.js';
import {
  type IsolationForestOptions,
  trainIsolationForest,
} from '../../src/training/isolation-forest.js';
import { percentile } from '../../src/training/percentile.js';
import { readIsolationForests, type Spread } from '../support/isolation-forests.js';
import { thrownBy } from '../support/thrown-by.js';

const { forests, spread } = readIsolationForests();
const { nFeatures: N_FEATURES, nSeeds } = spread;
const ROWS = Float64Array.from(spread.rows);
const N_ROWS = ROWS.length / N_FEATURES;
const PROBES = Float64Array.from(spread.probes);

const train = (options: IsolationForestOptions) =>
  trainIsolationForest(ROWS, N_ROWS, N_FEATURES, options);

function decisionsOf(model: IsolationForestModel, rows: Float64Array): Float64Array {
  const nRows = rows.length / N_FEATURES;
  const out = new Float64Array(nRows);
  const parts = { transforms: [], model, threshold: 0 };
  new Scorer(plainKernels).scoreInto(parts, rows, nRows, out, new Float64Array(nRows));
  return out;
}

describe('isolation forests of many seeds', () => {
  const grown = Array.from({ length: nSeeds }, (_, seed) => train({ seed }));
  const scores = grown.map((model) =>
    decisionsOf(model, PROBES).map((decision) => decision + model.offset),
  );

  it('score rows as those of scikit-learn 1.2.1 do, in the mean and in their spread', () => {
    spread.isOdd.forEach((_, probe) => {
      const { mean, deviation } = spread.scores;
      const ours = scores.map((ofProbes) => ofProbes[probe]);
      expectSameSpread(ours, { mean: mean[probe], deviation: deviation[probe] });
    });
  });

  it('have as many nodes', () => {
    const nodesPerTree = grown.map(({ forest }) => forest.nNodes / forest.nTrees);
    expectSameSpread(nodesPerTree, spread.nodesPerTree);
  });

  it('tell odd rows as well', () => {
    const labels = Int8Array.from(spread.isOdd, (isOdd) => (isOdd ? ANOMALY : NORMAL));
    const aucs = scores.map((ofProbes) => evaluateBoth(ofProbes, labels).rocAuc);
    expectSameSpread(aucs, spread.rocAuc);
  });

  it('have their border at the same score when a share of the rows is to be anomalies', () => {
    const offsets = Array.from({ length: nSeeds }, (_, seed) =>
      train({ seed, maxSamples: 32, contamination: 0.1 }),
    ).map(({ offset }) => offset);
    expectSameSpread(offsets, spread.offset);
  });
});

describe('training an isolation forest', () => {
  it('grows the same forest for the same seed, another for another', () => {
    expect(train({ seed: 7 })).toEqual(train({ seed: 7 }));
    expect(train({ seed: 8 }).forest).not.toEqual(train({ seed: 7 }).forest);
  });

  it('grows 100 trees on 256 rows each, or on all of fewer rows', () => {
    expect(train({ seed: 1 }).forest.nTrees).toBe(100);
    expect(train({ seed: 1 })).toEqual(train({ seed: 1, nTrees: 100, maxSamples: 256 }));
    const few = ROWS.subarray(0, 50 * N_FEATURES);
    const options = { seed: 1, contamination: 0.2 };
    expect(trainIsolationForest(few, 50, N_FEATURES, options)).toEqual(
      trainIsolationForest(few, 50, N_FEATURES, { ...options, maxSamples: 50 }),
    );
  });

  it('calls the share of training rows anomalies that was asked for', () => {
    for (const contamination of [0.01, 0.1, 0.5]) {
      const decisions = decisionsOf(train({ seed: 3, contamination }), ROWS);
      expect(decisions.filter(isAnomaly)).toHaveLength(contamination * N_ROWS);
    }
  });

  it('takes training rows on the border for normal, as scikit-learn does', () => {
    // 101 rows: the tenth part ends on a row.
    const rows = ROWS.subarray(0, 101 * N_FEATURES);
    const options = { seed: 4, contamination: 0.1 };
    const model = trainIsolationForest(rows, 101, N_FEATURES, options);
    const decisions = decisionsOf(model, rows).sort();
    expect(decisions[9]).toBeLessThan(0);
    expect(decisions[10]).toBe(Number.MIN_VALUE);
  });

  it('has its border at −0.5 otherwise', () => {
    expect(train({ seed: 3 }).offset).toBe(-0.5);
  });

  it('leaves the rows as they were', () => {
    const before = ROWS.slice();
    train({ seed: 1, contamination: 0.3 });
    expect(ROWS).toEqual(before);
  });

  it('gives rows that are all alike one score', () => {
    const model = trainIsolationForest(new Float64Array(20).fill(3), 10, 2, { seed: 1 });
    expect(model.forest.nNodes).toBe(100);
    expect(decisionsOf(model, PROBES.subarray(0, 4))[0]).toBe(Number.MIN_VALUE);
  });
});

describe('a percentile', () => {
  it.each(forests.filter(({ contamination }) => contamination !== 'auto'))(
    'is where NumPy puts the border: $title',
    ({ trainingScores, contamination, offset }) => {
      expect(percentile(Float64Array.from(trainingScores), contamination as number)).toBe(offset);
    },
  );

  it('is the smallest or the largest value at the ends, and leaves the values alone', () => {
    const values = Float64Array.of(3, -1, 7);
    expect([0, 0.25, 0.5, 1].map((share) => percentile(values, share))).toEqual([-1, 1, 3, 7]);
    expect([...values]).toEqual([3, -1, 7]);
  });
});

describe('what no isolation forest can be trained with', () => {
  it.each([
    [{ nTrees: 0, seed: 1 }, 'nTrees', '0'],
    [{ maxSamples: 1, seed: 1 }, 'maxSamples', '1'],
    [{ maxSamples: 301, seed: 1 }, 'maxSamples', '301'],
    [{ contamination: 0, seed: 1 }, 'contamination', '0'],
    [{ contamination: 0.51, seed: 1 }, 'contamination', '0.51'],
    [{ contamination: Number.NaN, seed: 1 }, 'contamination', 'NaN'],
    [{ seed: -1 }, 'seed', '-1'],
  ])('refuses the options %o', (options, field, value) => {
    const error = thrownBy(() => train(options));
    expect(error.tag).toBe('bad-option');
    expect(error.fields).toEqual({ field, value });
    expect(error.message).toContain(`"${field}"`);
    expect(error.message).toContain(`got ${value}`);
  });

  it('refuses a single row', () => {
    const error = thrownBy(() => trainIsolationForest(Float64Array.of(1), 1, 1, { seed: 1 }));
    expect(error.tag).toBe('bad-data-file');
    expect(error.message).toBe('an isolation forest needs at least 2 rows, got 1');
  });

  it.each([Number.NaN, 1e39])('refuses the value %s', (value) => {
    const error = thrownBy(() =>
      trainIsolationForest(Float64Array.of(1, 2, value), 3, 1, { seed: 1 }),
    );
    expect(error.tag).toBe('bad-data-file');
    expect(error.message).toBe(`row 2: feature 0 expected a number within float32, got ${value}`);
  });
});

/**
 * Means within 4.5 standard errors, which one comparison in 150,000 exceeds by chance, and deviations within a
 * factor of 1.7, as rare for 40 seeds.
 */
function expectSameSpread(ours: readonly number[], theirs: Spread): void {
  const mean = ours.reduce((sum, value) => sum + value, 0) / ours.length;
  const variance = ours.reduce((sum, value) => sum + (value - mean) ** 2, 0) / ours.length;
  const standardError = Math.sqrt((variance + theirs.deviation ** 2) / nSeeds);
  expect(Math.abs(mean - theirs.mean)).toBeLessThan(4.5 * standardError);
  const ratio = Math.sqrt(variance) / theirs.deviation;
  expect(ratio).toBeGreaterThan(1 / 1.7);
  expect(ratio).toBeLessThan(1.7);
}
