// NDJSON: one row a line in, one verdict a line out. A line that cannot be scored is answered by a line
// that says why, and the stream goes on. Blank lines are passed over.
import { AnomalyPredictorError } from '../errors.js';
import { type RowReader, rowReader } from '../model/rows.js';
import type { Schema } from '../model/schema.js';
import { predictionOf } from '../model/verdict.js';
import { decodeUtf8, parseJson } from './json.js';

/** The rows of one block of lines; rows that could not be read are in `errors` and hold zeros in `values`. */
export interface LineBlock {
  readonly nRows: number;
  /** [nRows × nFeatures] row-major */
  readonly values: Float64Array;
  readonly errors: ReadonlyMap<number, AnomalyPredictorError>;
}

/** `firstRow` is the index of the block's first row in the whole stream. */
export function decodeLines(schema: Schema, bytes: Uint8Array, firstRow: number): LineBlock {
  const lines = decodeUtf8(bytes)
    .split('\n')
    .filter((line) => line.trim() !== '');
  const nFeatures = schema.features.length;
  const values = new Float64Array(lines.length * nFeatures);
  const errors = new Map<number, AnomalyPredictorError>();
  const readRow = rowReader(schema);
  for (let row = 0; row < lines.length; row++) {
    const error = readLine(readRow, lines[row], firstRow + row, values, row * nFeatures);
    if (error !== undefined) {
      errors.set(row, error);
      values.fill(0, row * nFeatures, (row + 1) * nFeatures);
    }
  }
  return { nRows: lines.length, values, errors };
}

function readLine(
  readRow: RowReader,
  line: string,
  row: number,
  values: Float64Array,
  start: number,
): AnomalyPredictorError | undefined {
  try {
    readRow(parseJson(line), row, values, start);
    return undefined;
  } catch (error) {
    if (!(error instanceof AnomalyPredictorError)) throw error;
    if (error.fields.row !== undefined) return error;
    return new AnomalyPredictorError(error.tag, `row ${row}: ${error.message}`, { row });
  }
}

/** One line per row: a verdict, or the row's error. */
export function encodeLines(
  block: LineBlock,
  firstRow: number,
  scores: Float64Array,
  risks: Float64Array,
): string {
  let text = '';
  for (let row = 0; row < block.nRows; row++) {
    const error = block.errors.get(row);
    text +=
      error === undefined
        ? `{"row":${firstRow + row},"prediction":"${predictionOf(scores[row])}","score":${scores[row]},"risk":${risks[row]}}\n`
        : `${JSON.stringify({ row: firstRow + row, error: error.message })}\n`;
  }
  return text;
}
