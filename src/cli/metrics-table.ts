// Metrics of a detector as a person reads them: the confusion matrix, then the rates.
import type { Metrics } from '../model/metrics.js';
import { renderTable } from './table.js';

export function renderMetrics(metrics: Metrics): string {
  const confusion = renderTable(
    ['', 'called anomaly', 'called normal'],
    [
      ['anomalies', String(metrics.truePositives), String(metrics.falseNegatives)],
      ['normal rows', String(metrics.falsePositives), String(metrics.trueNegatives)],
    ],
  );
  const rates = renderTable(
    ['precision', 'recall', 'F1', 'false positive rate', 'ROC AUC', 'average precision'],
    [
      [
        metrics.precision,
        metrics.recall,
        metrics.f1,
        metrics.falsePositiveRate,
        metrics.rocAuc,
        metrics.averagePrecision,
      ].map((value) => value.toFixed(4)),
    ],
  );
  return `${confusion}\n\n${rates}`;
}
