import { describe, expect, it } from 'vitest';
import { boundsAround, largestMagnitudes, unboundedFeatures } from '../../src/model/bounds.js';
import { assembleDetector, readDetector } from '../../src/model/detector-file.js';
import { summarizeDetector } from '../../src/model/detector-summary.js';
import { API_BEHAVIOUR_SCHEMA } from '../../src/model/schema.js';
import { Scorer } from '../../src/model/scorer.js';
import { KERNEL_SETS } from '../support/kernel-sets.js';
import {
  NORMAL_ROW,
  sampleForest,
  sampleIsolationForest,
  sampleOneClassSvm,
} from '../support/sample-detectors.js';
import { thrownBy } from '../support/thrown-by.js';

const NORMAL = Float64Array.from(Object.values(NORMAL_ROW));
const BOUNDS = boundsAround(
  API_BEHAVIOUR_SCHEMA,
  NORMAL.map((value) => 2 * value),
);
const SAMPLES = [sampleForest, sampleIsolationForest, sampleOneClassSvm];

describe.each(KERNEL_SETS)('bounds, scored by the $name kernels', (kernels) => {
  it.each(SAMPLES)(
    'make an anomaly of a row outside of them, whatever the model says: %o',
    (sample) => {
      const bounded = sample({ bounds: BOUNDS });
      const scorer = new Scorer(kernels);
      const nRows = 3_000;
      const rows = new Float64Array(nRows * NORMAL.length);
      for (let row = 0; row < nRows; row++) rows.set(NORMAL, row * NORMAL.length);
      const outside = new Map([
        [0, 2],
        [1_023, 3],
        [1_024, 4],
        [2_999, 5],
      ]);
      for (const [row, feature] of outside) rows[row * NORMAL.length + feature] *= -2.001;
      const [scores, risks, plain] = [0, 1, 2].map(() => new Float64Array(nRows));
      scorer.scoreInto(bounded, rows, nRows, scores, risks);
      scorer.scoresInto(sample(), rows, nRows, plain);
      scores.forEach((score, row) => {
        if (outside.has(row)) {
          expect(score).toBeLessThanOrEqual(plain[row]);
          expect(score).toBeLessThanOrEqual(0);
          expect(risks[row]).toBeGreaterThan(0.5);
        } else expect(score).toBe(plain[row]);
      });
    },
  );
});

describe('bounds', () => {
  it('are of features that may grow without end, by the largest magnitude seen', () => {
    expect(unboundedFeatures(API_BEHAVIOUR_SCHEMA)).toEqual([0, 2, 3, 4, 5, 6]);
    expect(largestMagnitudes(Float64Array.of(1, -5, 0, 2, 3, 0), 3)).toEqual(
      Float64Array.of(2, 5, 1),
    );
    expect(BOUNDS.high[1]).toBe(Number.POSITIVE_INFINITY);
    expect(BOUNDS.low[2]).toBe(-2 * NORMAL[2]);
  });

  it('stand in the file, are part of the version, and are told of', () => {
    const bounded = sampleForest({ bounds: BOUNDS });
    expect(readDetector(bounded.bytes).bounds).toEqual(BOUNDS);
    expect(bounded.version).not.toBe(sampleForest().version);
    expect(summarizeDetector(sampleForest()).bounds).toBeNull();
    expect(summarizeDetector(bounded).bounds).toHaveLength(6);
    expect(summarizeDetector(bounded).bounds?.[1]).toEqual({
      name: 'sequence_length',
      low: -2 * NORMAL[2],
      high: 2 * NORMAL[2],
    });
  });

  it.each([
    [
      { low: BOUNDS.high, high: BOUNDS.low },
      /bounds\.low\[0\] is 0\.0024, bounds\.high\[0\] -0\.0024/,
    ],
    [{ low: BOUNDS.low.with(2, Number.NaN), high: BOUNDS.high }, /bounds\.low\[2\] is NaN/],
    [{ low: BOUNDS.low.slice(1), high: BOUNDS.high }, /bounds\.low/],
  ])('that are none are refused: %o', (bounds, message) => {
    expect(thrownBy(() => assembleDetector({ ...sampleForest(), bounds })).message).toMatch(
      message,
    );
  });
});
