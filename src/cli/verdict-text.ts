// Verdicts as text, block by block, in the three formats that behaviours come in.
import { AnomalyPredictorError } from '../errors.js';
import { encodeCsv } from '../formats/csv.js';
import { encodeLines, type LineBlock } from '../formats/ndjson.js';
import type { Schema } from '../model/schema.js';
import { predictionOf } from '../model/verdict.js';
import type { BehaviourBlock } from './behaviour-blocks.js';
import type { BehaviourFormat } from './behaviour-input.js';

export interface ScoredBlock {
  readonly block: BehaviourBlock;
  /** [nRows] each; of no meaning for rows among the block's errors. */
  readonly scores: Float64Array;
  readonly risks: Float64Array;
}

const VERDICT_COLUMNS = ['prediction', 'score', 'risk'] as const;
const NO_VERDICT = VERDICT_COLUMNS.map(() => '');

/** The text of a whole output. */
export function verdictText(
  format: BehaviourFormat,
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
  for await (const { block, scores, risks } of blocks) {
    yield encodeLines(block, block.firstRow, scores, risks).toString();
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
  for await (const { block, scores, risks } of blocks) {
    const { csv, nRows, errors } = block;
    const rows: (readonly (string | number)[])[] = [];
    if (first) {
      const header = csv?.header.cells ?? names;
      checkHeader(header);
      rows.push([...header, ...VERDICT_COLUMNS]);
      first = false;
    }
    for (let row = 0; row < nRows; row++) {
      const behaviour = csv?.records[row].cells ?? featureCells(block, row, names.length);
      const verdict = errors.has(row)
        ? NO_VERDICT
        : [predictionOf(scores[row]), scores[row], risks[row]];
      rows.push([...behaviour, ...verdict]);
    }
    yield encodeCsv(rows);
  }
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

function checkHeader(header: readonly string[]): void {
  const taken = VERDICT_COLUMNS.find((column) => header.includes(column));
  if (taken !== undefined) {
    throw new AnomalyPredictorError(
      'bad-data-file',
      `line 1: column "${taken}" is there already; rename it or choose another --format`,
      { field: taken },
    );
  }
}
