// The figures of a report beside those of scikit-learn and NumPy, or worked out by hand.
import { describe, expect, it } from 'vitest';
import { layOutForest } from '../../src/model/forest-layout.js';
import { classReport } from '../../src/report/figures/class-report.js';
import { correlationsOf } from '../../src/report/figures/correlation.js';
import { foldBand } from '../../src/report/figures/fold-band.js';
import { binsFor, histogram, linearBins } from '../../src/report/figures/histogram.js';
import { impurityImportances } from '../../src/report/figures/impurity-importance.js';
import { permutationImportances } from '../../src/report/figures/permutation-importance.js';
import {
  amongAnomalies,
  precisionAt,
  rankingPoints,
  recallAt,
} from '../../src/report/figures/ranking-curves.js';
import { reliabilityOf } from '../../src/report/figures/reliability.js';
import { evaluate } from '../../src/training/evaluation.js';
import { trainRandomForest } from '../../src/training/random-forest.js';
import { readFixture } from '../support/fixture.js';
import { sampleForest } from '../support/sample-detectors.js';

interface Scores {
  readonly precision: number;
  readonly recall: number;
  readonly 'f1-score': number;
  readonly support: number;
}

const fixture = readFixture<{
  readonly scores: number[];
  readonly risks: number[];
  readonly labels: number[];
  readonly roc: { readonly falsePositiveRate: number[]; readonly recall: number[] };
  readonly precisionRecall: { readonly precision: number[]; readonly recall: number[] };
  readonly calibration: { readonly anomalies: number[]; readonly meanRisk: number[] };
  readonly brierScore: number;
  readonly report: Record<string, Scores> & { readonly accuracy: number };
  readonly rows: number[][];
  readonly forest: {
    readonly trees: number;
    readonly maxDepth: number;
    readonly seed: number;
    readonly importances: number[];
  };
  readonly correlation: number[][];
}>('report-figures.json');
const scores = Float64Array.from(fixture.scores);
const labels = Int8Array.from(fixture.labels);
const rows = Float64Array.from(fixture.rows.flat());
const [nRows, nFeatures] = [fixture.rows.length, fixture.rows[0].length];

const close = (expected: readonly number[]) => expected.map((value) => expect.closeTo(value, 12));

describe('the curves of a report', () => {
  const points = rankingPoints({ scores, labels }) ?? [];

  it('are those of roc_curve and precision_recall_curve', () => {
    const { roc, precisionRecall } = fixture;
    expect(points.map((point) => point.recall)).toEqual(close(roc.recall));
    expect(points.map((point) => point.falsePositiveRate)).toEqual(close(roc.falsePositiveRate));
    // scikit-learn goes the other way.
    expect(points.map((point) => point.recall)).toEqual(close(precisionRecall.recall.toReversed()));
    const precision = precisionRecall.precision.toReversed();
    expect(points.map((point) => point.precision)).toEqual(close(precision));
  });

  it('are read between their points', () => {
    // 2 anomalies, 2 normal rows; ranked: anomaly, normal, anomaly, normal.
    const ranking = { scores: Float64Array.of(-2, -1, 0, 1), labels: Int8Array.of(-1, 1, -1, 1) };
    const curve = rankingPoints(ranking) ?? [];
    expect([0, 0.25, 0.5, 1].map((x) => recallAt(curve, x))).toEqual([0.5, 0.5, 1, 1]);
    expect([0, 0.5, 0.6, 1].map((x) => precisionAt(curve, x))).toEqual([1, 1, 2 / 3, 2 / 3]);
  });

  it('tell what precision would be among other shares of anomalies', () => {
    const share = labels.filter((label) => label === -1).length / labels.length;
    const precisionOf = (curve: typeof points) => curve.map(({ precision }) => precision);
    expect(precisionOf(amongAnomalies(points, share))).toEqual(close(precisionOf(points)));
    // Recall 0.5 without a false alarm; then all, and half of the normal rows.
    const ranking = { scores: Float64Array.of(-2, -1, 0, 1), labels: Int8Array.of(-1, 1, -1, 1) };
    const rare = amongAnomalies(rankingPoints(ranking) ?? [], 0.1);
    expect(precisionOf(rare)).toEqual(close([1, 1, 0.05 / 0.5, 0.1 / 0.55, 0.1]));
  });

  it('are left out where a class has no row', () => {
    expect(rankingPoints({ scores, labels: labels.map(() => 1) })).toBeUndefined();
  });

  it('have a band around the mean of several', () => {
    const band = foldBand([() => 0.2, (x) => 0.2 + x]);
    expect(band[0]).toEqual({ x: 0, mean: 0.2, deviation: 0 });
    expect(band[100]).toEqual({
      x: 1,
      mean: expect.closeTo(0.7, 12),
      deviation: expect.closeTo(0.5, 12),
    });
  });
});

describe('the other figures of a report', () => {
  it('are those of classification_report', () => {
    const { lines, accuracy } = classReport(evaluate(scores, labels));
    const names = ['anomalies', 'normal rows', 'macro avg', 'weighted avg'];
    expect(accuracy).toBeCloseTo(fixture.report.accuracy, 12);
    lines.forEach(({ precision, recall, f1, support }, i) => {
      const expected = fixture.report[names[i]];
      expect([precision, recall, f1, support]).toEqual(
        close([expected.precision, expected.recall, expected['f1-score'], expected.support]),
      );
    });
  });

  it('are those of calibration_curve and brier_score_loss', () => {
    const { bins, brierScore } = reliabilityOf(Float64Array.from(fixture.risks), labels);
    expect(bins.map(({ meanRisk }) => meanRisk)).toEqual(close(fixture.calibration.meanRisk));
    expect(bins.map(({ anomalies }) => anomalies)).toEqual(close(fixture.calibration.anomalies));
    expect(brierScore).toBeCloseTo(fixture.brierScore, 12);
  });

  it('are the correlations of NumPy, with the strong pairs named and none for a constant', () => {
    const { matrix, strongPairs } = correlationsOf(rows, nFeatures);
    fixture.correlation.forEach((expected, i) => {
      expect(matrix[i].slice(0, 3)).toEqual(close(expected));
    });
    expect(matrix[3]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
    expect(strongPairs).toEqual([{ first: 0, second: 2, correlation: matrix[0][2] }]);
  });

  it('are the feature_importances_ of a forest, and none where it has no weights', () => {
    const { trees, importances, ...options } = fixture.forest;
    const rowLabels = labels.subarray(0, nRows);
    const grown = trainRandomForest(rows, rowLabels, nRows, nFeatures, {
      ...options,
      nTrees: trees,
    });
    const { cover, ...forest } = layOutForest(grown, nFeatures);
    expect(cover).toBeDefined();
    expect([...(impurityImportances({ ...forest, ...(cover && { cover }) }) ?? [])]).toEqual(
      close(importances),
    );
    expect(impurityImportances(forest)).toBeUndefined();
  });

  it('say that shuffling a feature that the detector does not ask for loses nothing', () => {
    const detector = sampleForest();
    const names = detector.schema.features.map(({ name }) => name);
    const users = names.indexOf('num_users');
    const values = new Float64Array(40 * names.length);
    const classes = Int8Array.from({ length: 40 }, (_, row) => (row % 2 === 0 ? 1 : -1));
    classes.forEach((label, row) => {
      values[row * names.length + users] = label === 1 ? 5_000 : 1;
    });
    const [first, ...others] = permutationImportances(detector, values, classes, 1);
    expect(first).toMatchObject({ feature: users, mean: expect.closeTo(0.5, 0) });
    expect(first.mean).toBeGreaterThan(0.2);
    expect(others.map(({ mean }) => mean)).toEqual(others.map(() => 0));
    expect(permutationImportances(detector, values, classes, 1)[0]).toEqual(first);
  });

  it('are histograms that count every value once, also beyond the edges', () => {
    const bins = linearBins(0, 30);
    const shares = histogram(Float64Array.of(-5, 0, 0.5, 1, 29.5, 99), bins);
    expect(shares.slice(0, 2)).toEqual([3 / 6, 1 / 6]);
    expect(shares[29]).toBe(2 / 6);
    expect(histogram(new Float64Array(0), bins)).toEqual(new Array(30).fill(0));
  });

  it('have bins of equal ratio where tails are heavy and nothing is negative', () => {
    const heavy = Float64Array.from({ length: 1_000 }, (_, i) => Math.exp(i / 100));
    const { isLogarithmic, edges } = binsFor(heavy);
    expect(isLogarithmic).toBe(true);
    expect(edges[2] / edges[1]).toBeCloseTo(edges[1] / edges[0], 9);
    expect(binsFor(heavy.map((value) => -value)).isLogarithmic).toBe(false);
    expect(binsFor(heavy.map(() => 7.5)).edges[30]).toBe(8.5);
  });

  it('have as many whole numbers in each bin where all values are whole', () => {
    const bins = binsFor(Float64Array.from({ length: 4_600 }, (_, i) => i % 46));
    const widths = bins.edges.slice(1).map((edge, i) => edge - bins.edges[i]);
    expect(new Set(widths)).toEqual(new Set([2]));
    expect(bins.edges[0]).toBe(-0.5);
    const heavy = Float64Array.from({ length: 1_000 }, (_, i) => Math.round(Math.exp(i / 100)));
    const { edges, isLogarithmic } = binsFor(heavy);
    expect(isLogarithmic).toBe(true);
    expect(edges.every((edge) => edge % 1 === 0.5)).toBe(true);
    expect(edges).toEqual([...new Set(edges)].toSorted((a, b) => a - b));
  });
});
