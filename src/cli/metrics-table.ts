// Metrics of a detector as a person reads them: the confusion matrix, then the rates.
import type { Metrics, Rates } from '../model/metrics.js';
import { copiesText } from '../training/copies-text.js';
import { formatRate } from './numbers.js';
import { renderTable } from './table.js';

export function renderMetrics(metrics: Metrics): string {
  const { copies } = metrics;
  if (copies === undefined) return renderRates(metrics);
  const { unseen } = copies;
  const others = unseen === null ? '' : `\n${renderRates(unseen)}`;
  return `${renderRates(metrics)}\n\n${copiesText(copies)}${others}`;
}

function renderRates(metrics: Rates): string {
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
      ].map(formatRate),
    ],
  );
  return `${confusion}\n\n${rates}`;
}
