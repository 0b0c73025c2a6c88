import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KernelFunction } from '../../native-free-kernels/contract.js';
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import type { Detector, Model } from '../../src/model/detector.js';
import { averagePathLength } from '../../src/model/path-length.js';
import { Scorer } from '../../src/model/scorer.js';
import {
  ANOMALOUS_ROW,
  NORMAL_ROW,
  sampleForest,
  sampleIsolationForest,
  sampleOneClassSvm,
} from '../support/sample-detectors.js';

const SVM = sampleOneClassSvm();
const FOREST = sampleForest();
const N_FEATURES = SVM.schema.features.length;
const valuesOf = (...rows: Readonly<Record<string, number>>[]) =>
  Float64Array.from(rows.flatMap((row) => Object.values(row)));

function scoresOf(detector: Detector, values: Float64Array, scorer = new Scorer(plainKernels)) {
  const nRows = values.length / N_FEATURES;
  const scores = new Float64Array(nRows);
  const risks = new Float64Array(nRows);
  scorer.scoreInto(detector, values, nRows, scores, risks);
  return { scores, risks };
}

/** The sample with another kernel function. */
function withKernel(name: KernelFunction): Detector {
  const { svm, riskScale } = SVM.model as Extract<Model, { type: 'one-class-svm' }>;
  const kernel = { ...svm.kernel, function: name };
  return sampleOneClassSvm({
    model: { type: 'one-class-svm', svm: { ...svm, kernel }, riskScale },
  });
}

describe.each([
  ['One-Class SVM', sampleOneClassSvm],
  ['forest', sampleForest],
  ['isolation forest', sampleIsolationForest],
])('scoring with a sample %s', (_, make) => {
  const detector = make();

  it('calls the usual behaviour normal and the other an anomaly', () => {
    const { scores, risks } = scoresOf(detector, valuesOf(NORMAL_ROW, ANOMALOUS_ROW));
    expect(scores[0]).toBeGreaterThan(0);
    expect(risks[0]).toBeLessThan(0.5);
    expect(scores[1]).toBeLessThan(0);
    expect(risks[1]).toBeGreaterThan(0.5);
  });

  it('gives a batch of any size the scores that its rows get one by one', () => {
    const scorer = new Scorer(plainKernels);
    const value = fc.double({ noNaN: true, min: -1e4, max: 1e4 });
    const row = fc.array(value, { minLength: N_FEATURES, maxLength: N_FEATURES });
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 5 }),
        fc.constantFrom(1, 2, 255, 256, 257, 513),
        (rows, nRows) => {
          const wanted = Array.from({ length: nRows }, (_, i) => rows[i % rows.length]);
          const batch = scoresOf(detector, Float64Array.from(wanted.flat()), scorer);
          const single = rows.map((values) => scoresOf(detector, Float64Array.from(values)));
          wanted.forEach((_, i) => {
            expect(batch.scores[i]).toBe(single[i % rows.length].scores[0]);
            expect(batch.risks[i]).toBe(single[i % rows.length].risks[0]);
          });
        },
      ),
      { numRuns: 30 },
    );
  });

  it('leaves the rows alone, and everything behind the rows asked for', () => {
    const rows = valuesOf(...new Array(300).fill(ANOMALOUS_ROW));
    const before = rows.slice();
    const scores = new Float64Array(302).fill(9);
    const risks = new Float64Array(302).fill(9);
    new Scorer(plainKernels).scoreInto(detector, rows, 300, scores, risks);
    expect(rows).toEqual(before);
    expect(scores.subarray(300)).toEqual(Float64Array.of(9, 9));
    expect(risks.subarray(300)).toEqual(Float64Array.of(9, 9));
  });

  it('lowers every score by the threshold', () => {
    const values = valuesOf(NORMAL_ROW, ANOMALOUS_ROW);
    const { scores } = scoresOf(detector, values);
    const { scores: lowered } = scoresOf(make({ threshold: 0.25 }), values);
    expect([...lowered]).toEqual([...scores].map((score) => score - 0.25));
  });
});

describe('a forest', () => {
  it('scores P(normal) − P(anomaly), and its risk is P(anomaly)', () => {
    const { scores, risks } = scoresOf(FOREST, valuesOf(NORMAL_ROW, ANOMALOUS_ROW));
    expect(scores[0]).toBeCloseTo(0.95 - 0.05, 15);
    expect(risks[0]).toBeCloseTo(0.05, 15);
    expect(scores[1]).toBeCloseTo(0.05 - 0.95, 15);
    expect(risks[1]).toBeCloseTo(0.95, 15);
  });
});

describe('an isolation forest', () => {
  const make = (threshold: number) => sampleIsolationForest({ threshold });

  it('scores −2^(−mean path length / c(n)), less the offset', () => {
    const { scores } = scoresOf(make(0), valuesOf(NORMAL_ROW, ANOMALOUS_ROW));
    const average = averagePathLength(16);
    expect(scores[0]).toBeCloseTo(0.5 - 2 ** (-(1 + averagePathLength(15)) / average), 15);
    expect(scores[1]).toBeCloseTo(0.5 - 2 ** (-1 / average), 15);
  });

  it('takes a row for normal whose score is the border but for rounding', () => {
    const [score] = scoresOf(make(0), valuesOf(NORMAL_ROW)).scores;
    for (const rounding of [-(2 ** -52), 0, 2 ** -52]) {
      const { scores, risks } = scoresOf(make(score + rounding), valuesOf(NORMAL_ROW));
      expect(scores[0]).toBe(Number.MIN_VALUE);
      expect(risks[0]).toBeLessThan(0.5);
      expect(risks[0]).toBeCloseTo(0.5, 15);
    }
    expect(scoresOf(make(score + 1e-13), valuesOf(NORMAL_ROW)).scores[0]).toBeLessThan(0);
  });
});

describe('detectors of different size', () => {
  it('can be scored in turn by one scorer', () => {
    const scorer = new Scorer(plainKernels);
    const values = valuesOf(NORMAL_ROW, ANOMALOUS_ROW);
    const small = sampleOneClassSvm({
      schema: { features: [SVM.schema.features[0]] },
      encoder: [SVM.encoder[0]],
      transforms: [],
      model: {
        type: 'one-class-svm',
        svm: {
          kernel: { function: 'linear', gamma: 1, coef0: 0, degree: 3 },
          nFeatures: 1,
          nSupport: 1,
          supportVectors: Float64Array.of(2),
          coefficients: Float64Array.of(1),
          intercept: 0,
        },
        riskScale: 1,
      },
    });
    for (let i = 0; i < 3; i++) {
      const scores = new Float64Array(2);
      scorer.scoreInto(small, Float64Array.of(3, -4), 2, scores, new Float64Array(2));
      expect([...scores]).toEqual([6, -8]);
      expect(scoresOf(SVM, values, scorer)).toEqual(scoresOf(SVM, values));
    }
  });
});

describe('rows so far out that the arithmetic overflows', () => {
  const far = (value: number) => new Float64Array(N_FEATURES).fill(value);

  it.each(['rbf', 'linear', 'poly', 'sigmoid'] as const)(
    'get a number and a matching risk from the %s kernel',
    (name) => {
      for (const value of [1e308, -1e308, Number.MAX_VALUE]) {
        const { scores, risks } = scoresOf(withKernel(name), far(value));
        expect(Number.isFinite(scores[0])).toBe(true);
        expect(risks[0] >= 0.5).toBe(scores[0] <= 0);
      }
    },
  );

  it('are anomalies where there is no telling on which side they are', () => {
    // Infinity on the way for one support vector, −Infinity for the next: the sum is NaN.
    const { scores, risks } = scoresOf(withKernel('linear'), far(1e308));
    expect(scores[0]).toBe(-Number.MAX_VALUE);
    expect(risks[0]).toBe(1);
  });

  it('are anomalies to a forest or not, as its questions say', () => {
    const { scores } = scoresOf(FOREST, far(1e308));
    expect(scores[0]).toBeCloseTo(-0.1, 15);
  });
});
