// NDJSON: one row a line in, one verdict a line out. A line that cannot be scored is answered by a line
// that says why, and the stream goes on. Blank lines are passed over.
import { isUtf8 } from 'node:buffer';
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
  const lines = splitLines(bytes);
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

/** Lines that are not blank. Where one of them is not UTF-8, all stay bytes, so that only it fails. */
function splitLines(bytes: Uint8Array): readonly (string | Uint8Array)[] {
  if (isUtf8(bytes)) {
    return decodeUtf8(bytes)
      .split('\n')
      .filter((line) => line !== '' && line !== '\r');
  }
  const lines: Uint8Array[] = [];
  forEachLine(bytes, (start, end) => {
    lines.push(bytes.subarray(start, end));
  });
  return lines;
}

function readLine(
  readRow: RowReader,
  line: string | Uint8Array,
  row: number,
  values: Float64Array,
  start: number,
): AnomalyPredictorError | undefined {
  try {
    readRow(parseJson(typeof line === 'string' ? line : decodeUtf8(line)), row, values, start);
    return undefined;
  } catch (error) {
    if (!(error instanceof AnomalyPredictorError)) throw error;
    if (error.fields.row !== undefined) return error;
    return new AnomalyPredictorError(error.tag, `row ${row}: ${error.message}`, { row });
  }
}

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Number of rows, that is of lines that are not blank, in a block of whole lines. */
export function countRows(bytes: Uint8Array): number {
  let nRows = 0;
  forEachLine(bytes, () => {
    nRows++;
  });
  return nRows;
}

/** Calls `visit` with the start and the end of each line that is not blank, without its newline. */
function forEachLine(bytes: Uint8Array, visit: (start: number, end: number) => void): void {
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    const blank = end === start || (end === start + 1 && bytes[start] === CARRIAGE_RETURN);
    if (!blank) visit(start, end);
    start = end + 1;
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
