// What a search ranks candidates by.
import { AnomalyPredictorError, showValue } from '../errors.js';
import type { ComparedRates } from '../model/metrics.js';
import { ANOMALY } from './dataset.js';

/** With the largest false positive rate that is allowed. */
const RECALL_AT_FPR = /^recall_at_fpr=(0?\.\d+|0|1)$/;

/** As scikit-learn names them. */
const METRIC_OF = { f1: 'f1', average_precision: 'averagePrecision', roc_auc: 'rocAuc' } as const;

/** @throws AnomalyPredictorError 'bad-option' unless `scoring` is one of them */
export function checkScoring(scoring: string): string {
  if (Object.hasOwn(METRIC_OF, scoring) || RECALL_AT_FPR.test(scoring)) return scoring;
  const expected = `${Object.keys(METRIC_OF).join(', ')} or recall_at_fpr=0.01`;
  throw new AnomalyPredictorError(
    'bad-option',
    `--scoring expected ${expected}, got ${showValue(scoring)}`,
    { field: '--scoring', value: scoring },
  );
}

/**
 * 0 to 1, higher is better.
 *
 * @param scores [nRows] higher is more normal
 * @param labels [nRows] NORMAL or ANOMALY
 * @param metrics of these
 */
export function scoreBy(
  scoring: string,
  scores: Float64Array,
  labels: Int8Array,
  metrics: ComparedRates,
): number {
  const rate = RECALL_AT_FPR.exec(scoring)?.[1];
  if (rate !== undefined) return recallAtFalsePositiveRate(scores, labels, Number(rate));
  return metrics[METRIC_OF[scoring as keyof typeof METRIC_OF]];
}

/** The largest recall of any threshold with which no more than `rate` of the normal rows are false alarms. */
function recallAtFalsePositiveRate(scores: Float64Array, labels: Int8Array, rate: number): number {
  const order = Int32Array.from(scores.keys()).sort((a, b) => scores[a] - scores[b]);
  const nAnomalies = labels.reduce((sum, label) => sum + Number(label === ANOMALY), 0);
  const mostFalseAlarms = rate * (labels.length - nAnomalies);
  let found = 0;
  let falseAlarms = 0;
  let recall = 0;
  for (let at = 0; at < order.length; ) {
    const score = scores[order[at]];
    for (; at < order.length && scores[order[at]] === score; at++) {
      if (labels[order[at]] === ANOMALY) found++;
      else falseAlarms++;
    }
    if (falseAlarms > mostFalseAlarms) break;
    recall = found / nAnomalies;
  }
  return recall;
}
