// How well scores tell anomalies from normal rows. The anomaly is the positive class: a lower score
// ranks higher.
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import type { ComparedRates, Metrics, Rates } from '../model/metrics.js';
import { Scorer, type ScoringParts } from '../model/scorer.js';
import { isAnomaly } from '../model/verdict.js';
import { ANOMALY, type Dataset, NORMAL, takeLabels, takeRows } from './dataset.js';
import { seenRows } from './equal-rows.js';

/**
 * Rates of a class that has no rows are null, and so are those that compare both classes.
 *
 * @param scores [nRows] higher is more normal, 0 and below is called an anomaly
 * @param labels [nRows] NORMAL or ANOMALY
 */
export function evaluate(scores: Float64Array, labels: Int8Array): Rates {
  const count = (label: number, anomalous: boolean) =>
    labels.reduce(
      (sum, actual, row) => sum + Number(actual === label && isAnomaly(scores[row]) === anomalous),
      0,
    );
  const truePositives = count(ANOMALY, true);
  const falseNegatives = count(ANOMALY, false);
  const falsePositives = count(NORMAL, true);
  const trueNegatives = count(NORMAL, false);
  const nAnomalies = truePositives + falseNegatives;
  const nNormal = falsePositives + trueNegatives;
  const hasBoth = nAnomalies > 0 && nNormal > 0;
  return {
    truePositives,
    falseNegatives,
    falsePositives,
    trueNegatives,
    precision: hasBoth ? share(truePositives, truePositives + falsePositives) : null,
    recall: share(truePositives, nAnomalies),
    f1: hasBoth ? share(2 * truePositives, nAnomalies + truePositives + falsePositives) : null,
    falsePositiveRate: share(falsePositives, nNormal),
    ...(hasBoth ? rankingMetrics(scores, labels) : { rocAuc: null, averagePrecision: null }),
  };
}

/**
 * The same over rows of both classes.
 * @throws Error where there are none of one
 */
export function evaluateBoth(scores: Float64Array, labels: Int8Array): ComparedRates {
  const rates = evaluate(scores, labels);
  const { recall, f1, falsePositiveRate, rocAuc, averagePrecision } = rates;
  if (
    recall === null ||
    f1 === null ||
    falsePositiveRate === null ||
    rocAuc === null ||
    averagePrecision === null
  ) {
    throw new Error('expected rows of both classes');
  }
  return { ...rates, recall, f1, falsePositiveRate, rocAuc, averagePrecision };
}

/**
 * ROC AUC by the trapezoidal rule and average precision by steps, Σ (Rₙ − Rₙ₋₁) Pₙ, as
 * scikit-learn's `roc_auc_score` and `average_precision_score`; rows of equal score count at once.
 */
function rankingMetrics(
  scores: Float64Array,
  labels: Int8Array,
): Pick<ComparedRates, 'rocAuc' | 'averagePrecision'> {
  const order = [...scores.keys()].sort((a, b) => scores[a] - scores[b]);
  const nAnomalies = labels.reduce((sum, label) => sum + Number(label === ANOMALY), 0);
  const nNormal = labels.length - nAnomalies;
  let found = 0;
  let falseAlarms = 0;
  let area = 0;
  let averagePrecision = 0;
  for (let at = 0; at < order.length; ) {
    const score = scores[order[at]];
    const foundBefore = found;
    const falseAlarmsBefore = falseAlarms;
    for (; at < order.length && scores[order[at]] === score; at++) {
      if (labels[order[at]] === ANOMALY) found++;
      else falseAlarms++;
    }
    area += ((falseAlarms - falseAlarmsBefore) * (found + foundBefore)) / 2;
    averagePrecision += ((found - foundBefore) * found) / at;
  }
  return {
    rocAuc: area / (nAnomalies * nNormal),
    averagePrecision: averagePrecision / nAnomalies,
  };
}

/** Rows of a dataset that judge a detector. */
export interface JudgingRows {
  /** Indices, ascending; none of them trained. */
  readonly rows: Int32Array;
  /** Rows of the same dataset that trained; undefined where another file did. */
  readonly train: Int32Array | undefined;
}

/** Metrics of a detector on rows of `dataset`: over all of them and, where some are copies of rows that trained, without these. */
export function evaluateOn(
  parts: ScoringParts,
  dataset: Dataset,
  { rows, train }: JudgingRows,
): Metrics {
  const ratesOf = (indices: Int32Array) =>
    evaluate(scoresOf(parts, dataset, indices), takeLabels(dataset, indices));
  const seen = train && seenRows(dataset, train, rows);
  if (seen === undefined) return ratesOf(rows);
  const { copies, unseen } = seen;
  return {
    ...ratesOf(rows),
    copies: { ...copies, unseen: unseen.length === 0 ? null : ratesOf(unseen) },
  };
}

/** Scores of the rows of `dataset` at `indices`. */
export function scoresOf(parts: ScoringParts, dataset: Dataset, indices: Int32Array): Float64Array {
  const scores = new Float64Array(indices.length);
  const rows = takeRows(dataset, indices);
  new Scorer(plainKernels).scoresInto(parts, rows, indices.length, scores);
  return scores;
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
