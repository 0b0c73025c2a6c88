// NDJSON: one row a line in, one verdict a line out. A line that cannot be scored is answered by a line
// that says why, and the stream goes on. Blank lines are passed over.
import { AnomalyPredictorError } from '../errors.js';
import { type RowReader, rowReader } from '../model/rows.js';
import type { Schema } from '../model/schema.js';
import { predictionOf } from '../model/verdict.js';
import { decodeJson } from './json.js';
import { NOT_PLAIN } from './plain-number.js';
import { plainRowReader, plainText, withRoom } from './plain-rows.js';

/** The rows of one block of lines; rows that could not be read are in `errors` and hold zeros in `values`. */
export interface LineBlock {
  readonly nRows: number;
  /** [nRows × nFeatures] row-major */
  readonly values: Float64Array;
  readonly errors: ReadonlyMap<number, AnomalyPredictorError>;
}

/** `firstRow` is the index of the block's first row in the whole stream. */
export function decodeLines(schema: Schema, bytes: Uint8Array, firstRow: number): LineBlock {
  const nFeatures = schema.features.length;
  const errors = new Map<number, AnomalyPredictorError>();
  const readPlainRow = plainRowReader(schema);
  const readAnyRow = rowReader(schema);
  const text = plainText(bytes);
  let values: Float64Array = new Float64Array(0);
  let row = 0;
  for (let start = 0; start < bytes.length; ) {
    const at = row * nFeatures;
    values = withRoom(values, at + nFeatures);
    const next = afterNewline(bytes, readPlainRow(text, start, values, at));
    if (next !== NOT_PLAIN) {
      start = next;
      row++;
      continue;
    }
    const end = endOfLine(bytes, start);
    if (!isBlank(bytes, start, end)) {
      const line = bytes.subarray(start, end);
      const error = readLine(readAnyRow, line, firstRow + row, values, at);
      if (error !== undefined) {
        errors.set(row, error);
        values.fill(0, at, at + nFeatures);
      }
      row++;
    }
    start = end + 1;
  }
  return { nRows: row, values: values.subarray(0, row * nFeatures), errors };
}

function readLine(
  readRow: RowReader,
  line: Uint8Array,
  row: number,
  values: Float64Array,
  start: number,
): AnomalyPredictorError | undefined {
  try {
    readRow(decodeJson(line), row, values, start);
    return undefined;
  } catch (error) {
    if (!(error instanceof AnomalyPredictorError)) throw error;
    if (error.fields.row !== undefined) return error;
    return new AnomalyPredictorError(error.tag, `row ${row}: ${error.message}`, { row });
  }
}

/** Number of rows, that is of lines that are not blank, in a block of whole lines. */
export function countRows(bytes: Uint8Array): number {
  let nRows = 0;
  for (let start = 0; start < bytes.length; ) {
    const end = endOfLine(bytes, start);
    if (!isBlank(bytes, start, end)) nRows++;
    start = end + 1;
  }
  return nRows;
}

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Where the line at `start` ends, without its newline. */
function endOfLine(bytes: Uint8Array, start: number): number {
  const newline = bytes.indexOf(NEWLINE, start);
  return newline < 0 ? bytes.length : newline;
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  return end === start || (end === start + 1 && bytes[start] === CARRIAGE_RETURN);
}

/** Where the next line starts if this one ends at `at`; else, or if `at` is NOT_PLAIN, NOT_PLAIN. */
function afterNewline(bytes: Uint8Array, at: number): number {
  if (at === NOT_PLAIN) return NOT_PLAIN;
  const newline = bytes[at] === CARRIAGE_RETURN ? at + 1 : at;
  return bytes[newline] === NEWLINE || newline === bytes.length ? newline + 1 : NOT_PLAIN;
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
