// Verdicts as text, block by block.
import { AnomalyPredictorError } from '../errors.js';
import type { BehaviourBlock, CsvRows } from '../formats/behaviour-blocks.js';
import { encodeCsv } from '../formats/csv.js';
import { encodeLines, type LineBlock } from '../formats/ndjson.js';
import type { Explanation } from '../model/explanation.js';
import type { Schema } from '../model/schema.js';
import { predictionOf } from '../model/verdict.js';
import { explainedLines, explanationCells, explanationColumns } from './explained-text.js';

export const VERDICT_FORMATS = ['csv', 'ndjson', 'json'] as const;
export type VerdictFormat = (typeof VERDICT_FORMATS)[number];

export interface ScoredBlock {
  readonly block: BehaviourBlock;
  /** [nRows] each; of no meaning for rows among the block's errors. */
  readonly scores: Float64Array;
  readonly risks: Float64Array;
  /** Undefined where none was asked for. */
  readonly explanation: Explanation | undefined;
}

const VERDICT_COLUMNS = ['prediction', 'score', 'risk'] as const;

/** The text of a whole output. */
export function verdictText(
  format: VerdictFormat,
  schema: Schema,
  blocks: AsyncIterable<ScoredBlock>,
): AsyncGenerator<string> {
  switch (format) {
    case 'csv':
      return csvText(schema, blocks);
    case 'ndjson':
      return ndjsonText(blocks);
    case 'json':
      return jsonText(blocks);
  }
}

async function* ndjsonText(blocks: AsyncIterable<ScoredBlock>): AsyncGenerator<string> {
  for await (const scored of blocks) {
    const { block, scores, risks, explanation } = scored;
    yield explanation === undefined
      ? encodeLines(block, block.firstRow, scores, risks).toString()
      : explainedLines(scored, explanation);
  }
}

/** One array of what NDJSON has as lines. */
async function* jsonText(blocks: AsyncIterable<ScoredBlock>): AsyncGenerator<string> {
  let separator = '[\n';
  for await (const lines of ndjsonText(blocks)) {
    if (lines === '') continue;
    yield separator + lines.trimEnd().replaceAll('\n', ',\n');
    separator = ',\n';
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n';
}

/** What stood in a CSV input, or else the features, and the verdict's columns. */
async function* csvText(
  schema: Schema,
  blocks: AsyncIterable<ScoredBlock>,
): AsyncGenerator<string> {
  const names = schema.features.map(({ name }) => name);
  let first = true;
  for await (const { block, scores, risks, explanation } of blocks) {
    const { csv, nRows, values, errors } = block;
    const columns = [
      ...VERDICT_COLUMNS,
      ...(explanation === undefined ? [] : explanationColumns(explanation)),
    ];
    const rows: (readonly (string | number)[])[] = [];
    if (first) {
      const header = csv?.header.cells ?? names;
      checkHeader(header, columns);
      rows.push([...header, ...columns]);
      first = false;
    }
    for (let row = 0; row < nRows; row++) {
      const behaviour = csv ? csvCells(csv, row) : featureCells(block, row, names.length);
      if (errors.has(row)) {
        rows.push([...behaviour, ...columns.map(() => '')]);
        continue;
      }
      const why = explanation === undefined ? [] : explanationCells(values, explanation, row);
      rows.push([...behaviour, predictionOf(scores[row]), scores[row], risks[row], ...why]);
    }
    yield encodeCsv(rows);
  }
}

/** As many as the header has, also of a row that has fewer or more. */
function csvCells({ header, records }: CsvRows, row: number): readonly string[] {
  const { cells } = records[row];
  const nColumns = header.cells.length;
  return cells.length === nColumns
    ? cells
    : Array.from({ length: nColumns }, (_, column) => cells[column] ?? '');
}

/** Empty cells for a row that could not be read. */
function featureCells(
  { values, errors }: LineBlock,
  row: number,
  nFeatures: number,
): readonly (string | number)[] {
  return errors.has(row)
    ? new Array(nFeatures).fill('')
    : Array.from(values.subarray(row * nFeatures, (row + 1) * nFeatures));
}

function checkHeader(header: readonly string[], added: readonly string[]): void {
  const taken = added.find((column) => header.includes(column));
  if (taken !== undefined) {
    throw new AnomalyPredictorError(
      'bad-data-file',
      `line 1: column "${taken}" is there already; rename it or choose another --format`,
      { field: taken },
    );
  }
}
