import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANOMALY, NORMAL } from '../../src/training/dataset.js';
import { evaluate } from '../../src/training/evaluation.js';

describe('the evaluation', () => {
  it('counts the anomaly as the positive class, and a score of 0 as an anomaly', () => {
    const scores = Float64Array.of(-1, 0, 0.5, -0.2, 2, 3);
    const labels = Int8Array.of(ANOMALY, ANOMALY, ANOMALY, NORMAL, NORMAL, NORMAL);
    expect(evaluate(scores, labels)).toMatchObject({
      truePositives: 2,
      falseNegatives: 1,
      falsePositives: 1,
      trueNegatives: 2,
      precision: 2 / 3,
      recall: 2 / 3,
      f1: 2 / 3,
      falsePositiveRate: 1 / 3,
    });
  });

  it('ranks perfectly separated classes at 1 and inverted ones at 0', () => {
    const labels = Int8Array.of(ANOMALY, ANOMALY, NORMAL);
    expect(evaluate(Float64Array.of(-2, -1, 1), labels)).toMatchObject({
      rocAuc: 1,
      averagePrecision: 1,
    });
    expect(evaluate(Float64Array.of(2, 1, -1), labels).rocAuc).toBe(0);
  });

  it('gives the figures of scikit-learn where scores are tied', () => {
    // roc_auc_score and average_precision_score of y = [1, 0, 1, 0, 0], y_score = [3, 2, 2, 1, 2]
    const scores = Float64Array.of(-3, -2, -2, -1, -2);
    const labels = Int8Array.of(ANOMALY, NORMAL, ANOMALY, NORMAL, NORMAL);
    const { rocAuc, averagePrecision } = evaluate(scores, labels);
    expect(rocAuc).toBeCloseTo(5 / 6, 12);
    expect(averagePrecision).toBeCloseTo(0.75, 12);
  });

  it('has an area under the ROC curve that is the share of pairs in the right order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -4, max: 4 }), fc.boolean()), { minLength: 1 }),
        (rows) => {
          const scores = Float64Array.from(rows, ([score]) => score);
          const labels = Int8Array.from(rows, ([, anomaly]) => (anomaly ? ANOMALY : NORMAL));
          const anomalies = rows.filter(([, anomaly]) => anomaly);
          const normal = rows.filter(([, anomaly]) => !anomaly);
          const pairs = anomalies.flatMap(([low]) =>
            normal.map(([high]) => (low < high ? 1 : low === high ? 0.5 : 0)),
          );
          const { rocAuc } = evaluate(scores, labels);
          if (pairs.length === 0) expect(rocAuc).toBeNull();
          else
            expect(rocAuc).toBeCloseTo(pairs.reduce<number>((a, b) => a + b, 0) / pairs.length, 12);
        },
      ),
    );
  });

  it('is undefined, neither 0 nor 1, where a class is missing', () => {
    const undefinedRates = { precision: null, f1: null, rocAuc: null, averagePrecision: null };
    expect(evaluate(Float64Array.of(1, -1), Int8Array.of(NORMAL, NORMAL))).toMatchObject({
      ...undefinedRates,
      recall: null,
      falsePositiveRate: 0.5,
    });
    expect(evaluate(Float64Array.of(1, -1), Int8Array.of(ANOMALY, ANOMALY))).toMatchObject({
      ...undefinedRates,
      recall: 0.5,
      falsePositiveRate: null,
    });
  });

  it('knows no precision where nothing is called an anomaly', () => {
    const metrics = evaluate(Float64Array.of(1, 2), Int8Array.of(ANOMALY, NORMAL));
    expect(metrics).toMatchObject({ precision: null, recall: 0, f1: 0, falsePositiveRate: 0 });
  });
});
