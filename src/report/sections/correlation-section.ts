// Section of the correlations between features.
import type { Schema } from '../../model/schema.js';
import type { Dataset } from '../../training/dataset.js';
import { correlationsOf, STRONG_CORRELATION } from '../figures/correlation.js';
import { fixedText } from '../numbers.js';
import type { Block, Section, Table } from '../report.js';

/** More do not fit side by side. */
const MOST_SHOWN = 25;
const MOST_PAIRS = 50;

export function correlationSection({ values, nFeatures, nRows }: Dataset, schema: Schema): Section {
  const title = 'Correlation between features';
  if (nRows < 2 || nFeatures < 2) {
    return { title, notes: ['It takes two rows and two features.'], blocks: [] };
  }
  const names = schema.features.map(({ name }) => name);
  const { matrix, strongPairs } = correlationsOf(values, nFeatures);
  const pairs: Table = {
    header: ['feature', 'and', 'correlation'],
    rows: strongPairs
      .slice(0, MOST_PAIRS)
      .map(({ first, second, correlation }) => [names[first], names[second], text(correlation)]),
  };
  const pairsBlock: Block = {
    title: 'Strongly correlated pairs',
    notes: [
      strongPairs.length === 0
        ? `No two features have a correlation of ${STRONG_CORRELATION} or more, or −${STRONG_CORRELATION} or less.`
        : `A correlation of ${STRONG_CORRELATION} or more, or −${STRONG_CORRELATION} or less: ` +
          'one of the two tells little that the other does not.',
    ],
    ...(strongPairs.length > 0 && { table: pairs }),
  };
  return {
    title,
    notes: ['Pearson’s correlation over all rows of the file; – where a feature is constant.'],
    blocks: [heatmapBlock(names, matrix), pairsBlock],
  };
}

function heatmapBlock(names: readonly string[], matrix: readonly (readonly number[])[]): Block {
  const shown = names.slice(0, MOST_SHOWN);
  const rows = matrix.slice(0, MOST_SHOWN).map((row) => row.slice(0, MOST_SHOWN));
  const nMore = names.length - shown.length;
  return {
    title: 'Correlation of each feature with each',
    notes:
      nMore > 0
        ? [`The first ${MOST_SHOWN} features; ${nMore} more are in the list of pairs alone.`]
        : [],
    figure: {
      chart: {
        kind: 'grid',
        columns: shown,
        rows: shown,
        cells: rows.map((row) =>
          row.map((value) => ({ weight: Number.isNaN(value) ? 0 : value, text: text(value) })),
        ),
      },
      alternative:
        'A grid of all pairs: the stronger the colour, the stronger the correlation; negative ones have a minus.',
    },
    table: {
      header: ['feature', ...shown],
      rows: rows.map((row, i) => [shown[i], ...row.map(text)]),
    },
  };
}

function text(correlation: number): string {
  return Number.isNaN(correlation) ? '–' : fixedText(correlation, 2);
}
