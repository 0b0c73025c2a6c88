// How well scores tell anomalies from normal rows. The anomaly is the positive class: a lower score
// ranks higher.
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import type { Metrics } from '../model/metrics.js';
import { Scorer, type ScoringParts } from '../model/scorer.js';
import { isAnomaly } from '../model/verdict.js';
import { ANOMALY, type Dataset, NORMAL, takeRows } from './dataset.js';

/**
 * @param scores [nRows] higher is more normal, 0 and below is called an anomaly
 * @param labels [nRows] NORMAL or ANOMALY
 */
export function evaluate(scores: Float64Array, labels: Int8Array): Metrics {
  const count = (label: number, anomalous: boolean) =>
    labels.reduce(
      (sum, actual, row) => sum + Number(actual === label && isAnomaly(scores[row]) === anomalous),
      0,
    );
  const truePositives = count(ANOMALY, true);
  const falseNegatives = count(ANOMALY, false);
  const falsePositives = count(NORMAL, true);
  const trueNegatives = count(NORMAL, false);
  return {
    truePositives,
    falseNegatives,
    falsePositives,
    trueNegatives,
    precision: share(truePositives, truePositives + falsePositives),
    recall: share(truePositives, truePositives + falseNegatives),
    f1: share(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives),
    falsePositiveRate: share(falsePositives, falsePositives + trueNegatives),
    ...rankingMetrics(scores, labels),
  };
}

/**
 * ROC AUC by the trapezoidal rule and average precision by steps, Σ (Rₙ − Rₙ₋₁) Pₙ, as
 * scikit-learn's `roc_auc_score` and `average_precision_score`; rows of equal score count at once.
 */
function rankingMetrics(
  scores: Float64Array,
  labels: Int8Array,
): Pick<Metrics, 'rocAuc' | 'averagePrecision'> {
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
    rocAuc: share(area, nAnomalies * nNormal),
    averagePrecision: share(averagePrecision, nAnomalies),
  };
}

/** Scores of the rows of `dataset` at `indices`. */
export function scoresOf(parts: ScoringParts, dataset: Dataset, indices: Int32Array): Float64Array {
  const scores = new Float64Array(indices.length);
  const rows = takeRows(dataset, indices);
  new Scorer(plainKernels).scoresInto(parts, rows, indices.length, scores);
  return scores;
}

/** 0 where there is nothing to take a share of. */
function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
