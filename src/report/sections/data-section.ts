// Section of the data: rows by class, rows that were left out, and why.
import { ANOMALY, type Dataset, type DatasetFile, NORMAL } from '../../training/dataset.js';
import { rowsOf } from '../../training/split.js';
import { countText, percentText, quantityText } from '../numbers.js';
import type { Block, Section } from '../report.js';

/** A set of rows with a name, such as those that train. */
export interface Part {
  readonly name: string;
  readonly rows: Int32Array;
}

export function dataSection(dataset: DatasetFile, parts: readonly Part[]): Section {
  const { file, sha256, nRows, unusedColumns } = dataset;
  return {
    title: 'Data',
    notes: [
      `${file}: ${quantityText(nRows, 'row')} with all values. SHA-256 ${sha256}.`,
      ...(unusedColumns.length > 0
        ? [
            `Columns that are not used: ${unusedColumns.map((name) => name || '(without a name)').join(', ')}.`,
          ]
        : []),
    ],
    blocks: [classBlock(dataset, parts), ...droppedBlocks(dataset)],
  };
}

function classBlock(dataset: Dataset, parts: readonly Part[]): Block {
  const lines = [{ name: 'all', rows: undefined }, ...parts].map(({ name, rows }) => {
    const normal = rowsOf(dataset, NORMAL, rows).length;
    const anomalies = rowsOf(dataset, ANOMALY, rows).length;
    return { name, normal, anomalies };
  });
  const values = (of: (line: (typeof lines)[number]) => number) => ({
    values: lines.map(of),
    labels: lines.map((line) => countText(of(line))),
  });
  return {
    title: 'Rows by class',
    notes: [],
    figure: {
      chart: {
        kind: 'bars',
        direction: 'up',
        valueName: 'rows',
        categories: lines.map(({ name }) => name),
        series: [
          { name: 'normal', tone: 'normal', ...values(({ normal }) => normal) },
          {
            name: 'anomalies',
            tone: 'anomaly',
            isOutlined: true,
            ...values(({ anomalies }) => anomalies),
          },
        ],
      },
      alternative: lines
        .map(({ name, normal, anomalies }) => `${name}: ${normal} normal, ${anomalies} anomalous`)
        .join('; '),
    },
    table: {
      header: ['rows', 'normal', 'anomalies', 'share of anomalies'],
      rows: lines.map(({ name, normal, anomalies }) => [
        name,
        countText(normal),
        countText(anomalies),
        normal + anomalies === 0 ? '–' : percentText(anomalies / (normal + anomalies)),
      ]),
    },
  };
}

function droppedBlocks({ nRows, droppedRows, badColumns, dropped }: DatasetFile): Block[] {
  const title = 'Missing values, and what was dropped';
  if (droppedRows === 0) {
    return [{ title, notes: ['No value is missing or unusable; no row was dropped.'] }];
  }
  return [
    {
      title,
      notes: [
        `${quantityText(droppedRows, 'row')} of ${countText(nRows + droppedRows)} were dropped, ` +
          'as no detector scores a row with a gap. A row counts for the first column that it cannot be used for.',
      ],
      table: {
        header: ['column', 'no value', 'unusable value'],
        rows: badColumns.map(({ name, missing, unusable }) => [
          name ?? 'the whole row',
          countText(missing),
          countText(unusable),
        ]),
      },
    },
    {
      title: 'Rows that were dropped, and why',
      notes: [],
      table: { header: ['place and reason'], rows: dropped.map((reason) => [reason]) },
    },
  ];
}
