import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DetectorParts } from '../../src/model/detector.js';
import { isAnomaly, predictionOf, riskInto, verdictOf } from '../../src/model/verdict.js';
import {
  sampleForest,
  sampleIsolationForest,
  sampleOneClassSvm,
} from '../support/sample-detectors.js';

type Scored = Pick<DetectorParts, 'model' | 'threshold'>;

const FOREST_MODEL = sampleForest().model;
const { model: svmModel } = sampleOneClassSvm();
const svmOf = (riskScale: number): Scored => ({
  model: { ...svmModel, riskScale } as Scored['model'],
  threshold: 0,
});
const forestOf = (threshold: number): Scored => ({ model: FOREST_MODEL, threshold });

const { model: isolationModel } = sampleIsolationForest();
/** With the border at `offset` + `threshold`, between −1 and 0. */
const isolationForestOf = (offset: number, threshold: number): Scored => ({
  model: { ...isolationModel, offset } as Scored['model'],
  threshold,
});

function risksOf(detector: Scored, ...scores: number[]): Float64Array {
  const risks = new Float64Array(scores.length);
  riskInto(detector, Float64Array.from(scores), scores.length, risks);
  return risks;
}

const score = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ noNaN: true, min: -3, max: 3 }),
  fc.constantFrom(0, -0, 5e-324, -5e-324, 1e-17, -1e-17, 1e308, -1e308),
);
const riskScale = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true, min: 5e-324 }),
  fc.double({ noNaN: true, min: 0.001, max: 10 }),
);
const threshold = fc.oneof(
  fc.constant(0),
  fc.double({ noNaN: true, min: -1, max: 1, minExcluded: true, maxExcluded: true }),
);
/** P(anomaly) of a forest. */
const probability = fc.oneof(
  fc.double({ noNaN: true, min: 0, max: 1 }),
  fc.integer({ min: 0, max: 100 }).map((trees) => trees / 100),
);
const forestScore = (anomalyProbability: number, border: number) =>
  1 - 2 * anomalyProbability - border;

/** The next double above. */
function nextUp(value: number): number {
  if (value === 0) return Number.MIN_VALUE;
  const bits = new BigInt64Array(Float64Array.of(value).buffer);
  bits[0] += value > 0 ? 1n : -1n;
  return new Float64Array(bits.buffer)[0];
}

function expectBorderAndOrder(detector: Scored, ...scores: number[]): void {
  const ascending = scores.toSorted((a, b) => a - b);
  const risks = risksOf(detector, ...ascending);
  risks.forEach((risk, i) => {
    expect(risk).toBeGreaterThanOrEqual(0);
    expect(risk).toBeLessThanOrEqual(1);
    expect(risk >= 0.5).toBe(ascending[i] <= 0);
    if (i > 0) expect(risk).toBeLessThanOrEqual(risks[i - 1]);
  });
}

describe('a verdict', () => {
  it('says in words, as a number and as a risk what the score says', () => {
    expect(verdictOf(0.2, 0.1, 'ocsvm')).toEqual({
      prediction: 'normal',
      raw_prediction: 1,
      score: 0.2,
      risk: 0.1,
      model_used: 'ocsvm',
    });
    expect(verdictOf(-0.2, 0.9, 'hybrid')).toMatchObject({
      prediction: 'anomaly',
      raw_prediction: -1,
    });
  });

  it.each([
    [5e-324, 'normal'],
    [0, 'anomaly'],
    [-0, 'anomaly'],
    [-5e-324, 'anomaly'],
  ])('of a score of %d is "%s"', (value, prediction) => {
    expect(predictionOf(value)).toBe(prediction);
    expect(verdictOf(value, 0.5, 'x').prediction).toBe(prediction);
    expect(isAnomaly(value)).toBe(prediction === 'anomaly');
  });
});

describe('the risk by a One-Class SVM', () => {
  it('is 0.5 or more exactly for anomalies, and never rises with the score', () => {
    fc.assert(
      fc.property(riskScale, score, score, (scale, a, b) => {
        expectBorderAndOrder(svmOf(scale), a, nextUp(a), b);
      }),
      { numRuns: 500 },
    );
  });

  it('is one half on the border and symmetrical around it', () => {
    const [anomaly, border, normal] = risksOf(svmOf(0.1), -0.2, 0, 0.2);
    expect(border).toBe(0.5);
    expect(anomaly).toBeCloseTo(1 / (1 + Math.exp(-2)), 15);
    expect(anomaly + normal).toBeCloseTo(1, 15);
  });

  it('is 0 or 1 for scores that are as far out as numbers go', () => {
    expect([...risksOf(svmOf(0.1), -Number.MAX_VALUE, Number.MAX_VALUE)]).toEqual([1, 0]);
  });
});

describe('the risk by a forest', () => {
  it('is 0.5 or more exactly for anomalies, and never rises with the score', () => {
    fc.assert(
      fc.property(threshold, probability, probability, (border, p, q) => {
        expectBorderAndOrder(
          forestOf(border),
          forestScore(p, border),
          forestScore(q, border),
          forestScore(0, border),
          forestScore(1, border),
          0,
          5e-324,
          -5e-324,
        );
      }),
      { numRuns: 500 },
    );
  });

  it('is the probability of an anomaly', () => {
    fc.assert(
      fc.property(probability, (p) => {
        const [risk] = risksOf(forestOf(0), forestScore(p, 0));
        expect(Math.abs(risk - p)).toBeLessThanOrEqual(2 ** -53);
      }),
    );
    expect([...risksOf(forestOf(0), 1, 0.5, 0, -0.5, -1)]).toEqual([0, 0.25, 0.5, 0.75, 1]);
  });

  it('runs from 0 to 1 with one half on the border, wherever that is', () => {
    for (const border of [-0.9, -0.2, 0.3, 0.99]) {
      const scores = [forestScore(0, border), 0, forestScore(1, border)];
      expect([...risksOf(forestOf(border), ...scores)]).toEqual([0, 0.5, 1]);
    }
  });
});

describe('the risk by an isolation forest', () => {
  /** Without an offset, as scikit-learn's score_samples. */
  const wholeScore = fc.double({ noNaN: true, min: -1, max: 0 });
  const border = fc.double({ noNaN: true, min: -1 + 2 ** -50, max: -(2 ** -50) });
  const anyOffset = fc.double({ noNaN: true, min: -1, max: 0 });

  it('is 0.5 or more exactly for anomalies, and never rises with the score', () => {
    fc.assert(
      fc.property(anyOffset, border, wholeScore, wholeScore, (offset, wanted, a, b) => {
        const threshold = wanted - offset;
        const at = offset + threshold;
        fc.pre(at > -1 && at < 0);
        const scores = [a - at, b - at, -1 - at, -at, -5e-324, 0, 5e-324];
        expectBorderAndOrder(isolationForestOf(offset, threshold), ...scores);
      }),
      { numRuns: 500 },
    );
  });

  it('runs from 1 at the lowest score to 0 at the highest, with one half on the border', () => {
    for (const at of [-0.875, -0.5, -0.125]) {
      const detector = isolationForestOf(-0.5, at + 0.5);
      expect([...risksOf(detector, -1 - at, 0, -at)]).toEqual([1, 0.5, 0]);
    }
    expect([...risksOf(isolationForestOf(-0.5, 0), -0.25, 0.25)]).toEqual([0.75, 0.25]);
  });
});

describe('risks', () => {
  it.each([
    ['One-Class SVM', svmOf(0.1)],
    ['forest', forestOf(0)],
    ['isolation forest', isolationForestOf(-0.5, 0)],
  ])('of a sample %s are written for the rows asked for, and nothing else', (_, detector) => {
    const out = new Float64Array(4).fill(9);
    riskInto(detector, Float64Array.of(0, 0, 0), 2, out);
    expect([...out]).toEqual([0.5, 0.5, 9, 9]);
  });
});
