// A detector and the rows that judge it: what most sections of a report are about.
import type { Detector } from '../model/detector.js';
import type { Metrics } from '../model/metrics.js';
import { riskInto } from '../model/verdict.js';
import { type Dataset, takeLabels } from '../training/dataset.js';
import { evaluateOn, type JudgingRows, scoresOf } from '../training/evaluation.js';
import type { ScoredRows } from './figures/ranking-curves.js';

export interface JudgedDetector {
  readonly detector: Detector;
  readonly dataset: Dataset;
  /** Those that judge; training has not seen them. */
  readonly rows: Int32Array;
  readonly scored: ScoredRows;
  /** [rows.length] */
  readonly risks: Float64Array;
  readonly metrics: Metrics;
}

export function judgeDetector(
  detector: Detector,
  dataset: Dataset,
  judging: JudgingRows,
): JudgedDetector {
  const { rows } = judging;
  const scores = scoresOf(detector, dataset, rows);
  const labels = takeLabels(dataset, rows);
  const risks = new Float64Array(rows.length);
  riskInto(detector, scores, rows.length, risks);
  const metrics = evaluateOn(detector, dataset, judging);
  return { detector, dataset, rows, scored: { scores, labels }, risks, metrics };
}
