// What a detector calls what: confusion matrix, classification report, scores and their border.

import { copiesText } from '../../training/copies-text.js';
import { ANOMALY, NORMAL } from '../../training/dataset.js';
import { classReport } from '../figures/class-report.js';
import { linearBins } from '../figures/histogram.js';
import type { JudgedDetector } from '../judged-detector.js';
import { countText, percentText, rateText, shortText } from '../numbers.js';
import type { Block } from '../report.js';
import { histogramChart } from './feature-section.js';

export function confusionBlock({ metrics }: JudgedDetector): Block {
  const { truePositives, falseNegatives, falsePositives, trueNegatives } = metrics;
  const lines = [
    { name: 'anomalies', counts: [truePositives, falseNegatives] },
    { name: 'normal rows', counts: [falsePositives, trueNegatives] },
  ];
  const header = ['called anomaly', 'called normal'];
  return {
    title: 'Confusion matrix',
    notes: [],
    figure: {
      chart: {
        kind: 'grid',
        columns: header,
        rows: lines.map(({ name }) => name),
        cells: lines.map(({ counts }) => {
          const total = counts[0] + counts[1];
          return counts.map((count) => {
            const share = total === 0 ? null : count / total;
            return { weight: share ?? 0, text: `${countText(count)}  (${percentText(share)})` };
          });
        }),
      },
      alternative: lines
        .map(
          ({ name, counts }) => `${name}: ${counts[0]} called anomaly, ${counts[1]} called normal`,
        )
        .join('; '),
    },
    table: {
      header: ['', ...header],
      rows: lines.map(({ name, counts }) => [name, ...counts.map(countText)]),
    },
  };
}

/** Where rows that judge are copies of rows that trained: the figures without them. */
export function copiesBlocks({ metrics: { copies } }: JudgedDetector): Block[] {
  if (copies === undefined) return [];
  const { unseen } = copies;
  const block = { title: 'Copies of rows that trained', notes: [copiesText(copies)] };
  if (unseen === null) return [block];
  const { precision, recall, f1, falsePositiveRate, rocAuc, averagePrecision } = unseen;
  const { truePositives, falseNegatives, falsePositives, trueNegatives } = unseen;
  return [
    {
      ...block,
      table: {
        header: ['', 'over the rows that training never saw'],
        rows: [
          ['anomalies called anomalies', countText(truePositives)],
          ['anomalies called normal', countText(falseNegatives)],
          ['normal rows called anomalies', countText(falsePositives)],
          ['normal rows called normal', countText(trueNegatives)],
          ['precision', rateText(precision)],
          ['recall', rateText(recall)],
          ['F1', rateText(f1)],
          ['false positive rate', rateText(falsePositiveRate)],
          ['ROC AUC', rateText(rocAuc)],
          ['average precision', rateText(averagePrecision)],
        ],
      },
    },
  ];
}

export function classReportBlock({ metrics }: JudgedDetector): Block {
  const { lines, accuracy } = classReport(metrics);
  return {
    title: 'Classification report',
    notes: [
      `Accuracy ${rateText(accuracy)}; it depends on how many anomalies there are among the rows.`,
    ],
    table: {
      header: ['class', 'precision', 'recall', 'F1', 'rows'],
      rows: lines.map(({ name, precision, recall, f1, support }) => [
        name,
        ...[precision, recall, f1].map(rateText),
        countText(support),
      ]),
    },
  };
}

export function scoreBlock({ scored: { scores, labels }, metrics }: JudgedDetector): Block {
  const normal = scores.filter((_, row) => labels[row] === NORMAL);
  const anomalies = scores.filter((_, row) => labels[row] === ANOMALY);
  const lowest = scores.reduce((least, score) => Math.min(least, score), 0);
  const highest = scores.reduce((most, score) => Math.max(most, score), 0);
  return {
    title: 'Scores and the border',
    notes: ['Rows with a score up to 0 are called anomalies.'],
    figure: {
      chart: histogramChart('score', { normal, anomalies }, linearBins(lowest, highest), [
        { x: 0, label: 'border' },
      ]),
      alternative:
        `Scores from ${shortText(lowest)} to ${shortText(highest)}. Left of the border at 0 lie ` +
        `${percentText(metrics.recall)} of the anomalies and ` +
        `${percentText(metrics.falsePositiveRate)} of the normal rows.`,
    },
    table: {
      header: ['class', 'rows', 'called anomaly', 'share'],
      rows: [
        ['normal', normal.length, metrics.falsePositives, metrics.falsePositiveRate] as const,
        ['anomalies', anomalies.length, metrics.truePositives, metrics.recall] as const,
      ].map(([name, rows, called, share]) => [
        name,
        countText(rows),
        countText(called),
        percentText(share),
      ]),
    },
  };
}
