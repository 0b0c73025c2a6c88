// Section of the features: how each is distributed in either class.
import type { Feature, Schema } from '../../model/schema.js';
import { ANOMALY, type Dataset, NORMAL } from '../../training/dataset.js';
import { percentile } from '../../training/percentile.js';
import type { Chart, Line } from '../charts/chart.js';
import { type Bins, binsFor, histogram } from '../figures/histogram.js';
import { percentText, quantityText, shortText } from '../numbers.js';
import type { Block, Section } from '../report.js';

const MOST_SHOWN = 40;
const QUARTILES = [0, 0.25, 0.5, 0.75, 1];

const BY_CLASS = {
  title: 'Features by class',
  note: 'All rows of the file, as shares of their class: solid normal rows, dashed or outlined anomalies.',
};

/** `words`: of rows that are not by class */
export function featureSection(
  dataset: Pick<Dataset, 'values' | 'labels' | 'nRows' | 'nFeatures'>,
  { features }: Schema,
  { title, note } = BY_CLASS,
): Section {
  const nMore = features.length - MOST_SHOWN;
  return {
    title,
    notes: [
      note,
      ...(nMore > 0 ? [`${quantityText(nMore, 'feature')} behind these are left out.`] : []),
    ],
    blocks: features
      .slice(0, MOST_SHOWN)
      .map((feature, index) => featureBlock(feature, columnsOf(dataset, index))),
  };
}

interface Columns {
  readonly all: Float64Array;
  readonly normal: Float64Array;
  readonly anomalies: Float64Array;
}

function columnsOf(
  { values, labels, nRows, nFeatures }: Parameters<typeof featureSection>[0],
  feature: number,
): Columns {
  const all = Float64Array.from({ length: nRows }, (_, row) => values[row * nFeatures + feature]);
  return {
    all,
    normal: all.filter((_, row) => labels[row] === NORMAL),
    anomalies: all.filter((_, row) => labels[row] === ANOMALY),
  };
}

function featureBlock({ name, title, unit, kind }: Feature, columns: Columns): Block {
  const axisName = unit === '' ? name : `${name} (${unit})`;
  const bins = binsFor(columns.all);
  const nZeros = columns.all.filter((value) => value === 0).length;
  const lines = (['normal', 'anomalies'] as const)
    .map((which) => ({ which, column: columns[which] }))
    .filter(({ column }) => column.length > 0)
    .map(({ which, column }) => ({
      which,
      quartiles: QUARTILES.map((share) => shortText(percentile(column, share))),
    }));
  const notes = [];
  if (columns.all.every((value) => value === columns.all[0])) {
    notes.push('Constant: it tells no row from another.');
  } else if (bins.isLogarithmic && nZeros > 0) {
    notes.push(`${quantityText(nZeros, 'value')} of 0 stand in the first bin.`);
  }
  return {
    title: title || name,
    notes,
    figure: {
      chart:
        kind === 'flag' ? flagChart(axisName, columns) : histogramChart(axisName, columns, bins),
      alternative: lines
        .map(
          ({ which, quartiles }) =>
            `${which}: half of the rows from ${quartiles[1]} to ${quartiles[3]}`,
        )
        .join('; '),
    },
    table: {
      header: ['class', 'lowest', '25 %', 'median', '75 %', 'highest'],
      rows: lines.map(({ which, quartiles }) => [which, ...quartiles]),
    },
  };
}

function flagChart(axisName: string, { normal, anomalies }: Columns): Chart {
  const shares = (column: Float64Array) => {
    const ones = column.filter((value) => value === 1).length / column.length;
    const values = [1 - ones, ones];
    return { values, labels: values.map(percentText) };
  };
  return {
    kind: 'bars',
    direction: 'up',
    valueName: shareName({ normal, anomalies }),
    categories: ['0', '1'].map((value) => `${axisName.split(' ')[0]} = ${value}`),
    series: [
      { name: 'normal', tone: 'normal' as const, ...shares(normal) },
      { name: 'anomalies', tone: 'anomaly' as const, isOutlined: true, ...shares(anomalies) },
    ].filter((_, i) => [normal, anomalies][i].length > 0),
  };
}

function shareName({ normal, anomalies }: Pick<Columns, 'normal' | 'anomalies'>): string {
  return normal.length > 0 && anomalies.length > 0 ? 'share of the class' : 'share of all';
}

/** Also of scores. */
export function histogramChart(
  axisName: string,
  { normal, anomalies }: Pick<Columns, 'normal' | 'anomalies'>,
  bins: Bins,
  marks: readonly { x: number; label: string }[] = [],
): Chart {
  const line = (column: Float64Array): Line['points'] => {
    const shares = histogram(column, bins);
    return bins.edges.map((edge, i) => [edge, shares[Math.min(i, shares.length - 1)]]);
  };
  const lines: Line[] = [
    { name: 'normal', tone: 'normal', points: line(normal), steps: 'after', isFilled: true },
    {
      name: 'anomalies',
      tone: 'anomaly',
      points: line(anomalies),
      steps: 'after',
      isDashed: true,
    },
  ];
  return {
    kind: 'lines',
    x: { name: axisName, isLogarithmic: bins.isLogarithmic },
    y: { name: shareName({ normal, anomalies }), min: 0 },
    lines: lines.filter((_, i) => [normal, anomalies][i].length > 0),
    marks,
  };
}
