// ROC and precision–recall curves, as scikit-learn's roc_curve and precision_recall_curve: one point per distinct
// score, the lowest score first, as the anomaly is the positive class.
import { ANOMALY } from '../../training/dataset.js';

/** How a detector scored rows whose labels are known. */
export interface ScoredRows {
  /** [nRows] higher is more normal */
  readonly scores: Float64Array;
  /** [nRows] NORMAL or ANOMALY */
  readonly labels: Int8Array;
}

/** What comes of calling all rows up to `score` anomalies. */
export interface RankingPoint {
  /** −Infinity for the point at which nothing is called so. */
  readonly score: number;
  readonly recall: number;
  readonly falsePositiveRate: number;
  /** 1 where nothing is called an anomaly. */
  readonly precision: number;
}

/** From no row to all rows called anomalies. Undefined where a class has no row. */
export function rankingPoints({ scores, labels }: ScoredRows): RankingPoint[] | undefined {
  const order = [...scores.keys()].sort((a, b) => scores[a] - scores[b]);
  const nAnomalies = labels.reduce((sum, label) => sum + Number(label === ANOMALY), 0);
  const nNormal = labels.length - nAnomalies;
  if (nAnomalies === 0 || nNormal === 0) return undefined;
  const points: RankingPoint[] = [
    { score: Number.NEGATIVE_INFINITY, recall: 0, falsePositiveRate: 0, precision: 1 },
  ];
  let found = 0;
  for (let at = 0; at < order.length; ) {
    const score = scores[order[at]];
    for (; at < order.length && scores[order[at]] === score; at++) {
      if (labels[order[at]] === ANOMALY) found++;
    }
    points.push({
      score,
      recall: found / nAnomalies,
      falsePositiveRate: (at - found) / nNormal,
      precision: found / at,
    });
  }
  return points;
}

/** The same ranking among rows of which a `share` are anomalies, on which precision depends. */
export function amongAnomalies(points: readonly RankingPoint[], share: number): RankingPoint[] {
  return points.map((point) => {
    const found = share * point.recall;
    const falseAlarms = (1 - share) * point.falsePositiveRate;
    const precision = found + falseAlarms === 0 ? 1 : found / (found + falseAlarms);
    return { ...point, precision };
  });
}

/** Recall at a false positive rate, on straight lines between the points. */
export function recallAt(points: readonly RankingPoint[], falsePositiveRate: number): number {
  // The last of those at the same rate: the curve rises upright there.
  const at = points.findLastIndex((point) => point.falsePositiveRate <= falsePositiveRate);
  const before = points[at];
  const after = points[at + 1];
  if (after === undefined) return before.recall;
  const way =
    (falsePositiveRate - before.falsePositiveRate) /
    (after.falsePositiveRate - before.falsePositiveRate);
  return before.recall + way * (after.recall - before.recall);
}

/** Precision at the first point that finds as many; no lines, which would promise too much. */
export function precisionAt(points: readonly RankingPoint[], recall: number): number {
  const found = points.find((point) => point.recall >= recall && point.recall > 0);
  return (found ?? points[points.length - 1]).precision;
}
