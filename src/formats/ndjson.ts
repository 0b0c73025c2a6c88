// NDJSON: one row a line in, one verdict a line out. A line that cannot be scored is answered by a line
// that says why, and the stream goes on. Blank lines are passed over.
import { AnomalyPredictorError } from '../errors.js';
import { type RowReader, rowReader } from '../model/rows.js';
import type { Schema } from '../model/schema.js';
import { predictionOf } from '../model/verdict.js';
import { decodeJson } from './json.js';
import { encodeVerdicts, verdictTemplate } from './json-verdicts.js';
import { type PlainForm, plainFormOf, readPlainLines } from './plain-rows.js';
import { RowValues } from './row-values.js';

/** The rows of one block of lines; rows that could not be read are in `errors` and hold zeros in `values`. */
export interface LineBlock {
  readonly nRows: number;
  /** [nRows × nFeatures] row-major */
  readonly values: Float64Array;
  readonly errors: ReadonlyMap<number, AnomalyPredictorError>;
}

/** `firstRow` is the index of the block's first row in the whole stream. */
export function decodeLines(schema: Schema, block: Uint8Array, firstRow: number): LineBlock {
  const readAnyRow = rowReader(schema);
  const readLine: LineReader = (line, row, _, values) =>
    readDocument(readAnyRow, line, firstRow + row, values);
  const nFeatures = schema.features.length;
  const { nRows, values, errors } = readLines(block, nFeatures, plainFormOf(schema), readLine);
  return { nRows, values, errors };
}

/**
 * Reads a line that is not plain; leaves zeros in `values` where it has no row.
 * `row` and `lineIndex` count from 0 in the block, blank lines are lines too.
 */
export type LineReader = (
  line: Uint8Array,
  row: number,
  lineIndex: number,
  values: Float64Array,
) => AnomalyPredictorError | undefined;

/** Rows of `nValues` values. Lines of `form`, where there is one, are read without `readLine`. */
export function readLines(
  block: Uint8Array,
  nValues: number,
  form: PlainForm | undefined,
  readLine: LineReader,
): LineBlock & { readonly nLines: number } {
  const bytes = bufferOf(block);
  const errors = new Map<number, AnomalyPredictorError>();
  const values = new RowValues();
  let nBlank = 0;
  let wasPlain = true;
  for (let start = 0; start < bytes.length; ) {
    if (form !== undefined) {
      // Behind a line that is not plain the next is tried alone: a whole block would be copied for each.
      const triedTo = wasPlain ? bytes.length : Math.min(endOfLine(bytes, start) + 1, bytes.length);
      const plainTo = readPlainLines(form, bytes, start, triedTo, values);
      wasPlain = plainTo > start;
      start = plainTo;
      if (wasPlain) continue;
    }
    const end = endOfLine(bytes, start);
    if (isBlank(bytes, start, end)) nBlank++;
    else {
      const row = values.length / nValues;
      const line = bytes.subarray(start, end);
      const error = readLine(line, row, row + nBlank, values.extend(nValues));
      if (error !== undefined) errors.set(row, error);
    }
    start = end + 1;
  }
  const nRows = values.length / nValues;
  return { nRows, values: values.all(), errors, nLines: nRows + nBlank };
}

function readDocument(
  readRow: RowReader,
  line: Uint8Array,
  row: number,
  values: Float64Array,
): AnomalyPredictorError | undefined {
  try {
    readRow(decodeJson(line), row, values, 0);
    return undefined;
  } catch (error) {
    values.fill(0);
    if (!(error instanceof AnomalyPredictorError)) throw error;
    if (error.fields.row !== undefined) return error;
    return new AnomalyPredictorError(error.tag, `row ${row}: ${error.message}`, { row });
  }
}

/** Number of rows, that is of lines that are not blank, in a block of whole lines. */
export function countRows(block: Uint8Array): number {
  const bytes = bufferOf(block);
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

/** The same bytes: Buffer looks for a byte several times as fast (Node 20). */
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Where the line at `start` ends, without its newline. */
function endOfLine(bytes: Buffer, start: number): number {
  const newline = bytes.indexOf(NEWLINE, start);
  return newline < 0 ? bytes.length : newline;
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  return end === start || (end === start + 1 && bytes[start] === CARRIAGE_RETURN);
}

const LINE = verdictTemplate(({ score, risk }) => {
  const verdict = { row: 0, prediction: predictionOf(score), score, risk };
  return `${JSON.stringify(verdict)}\n`;
});

/** One line per row: a verdict, or the row's error. */
export function encodeLines(
  { nRows, errors }: LineBlock,
  firstRow: number,
  scores: Float64Array,
  risks: Float64Array,
): Buffer {
  if (errors.size === 0) return encodeVerdicts(LINE, scores, risks, firstRow);
  const parts: Buffer[] = [];
  let from = 0;
  for (const row of [...errors.keys(), nRows]) {
    const [s, r] = [scores.subarray(from, row), risks.subarray(from, row)];
    parts.push(encodeVerdicts(LINE, s, r, firstRow + from));
    const error = errors.get(row);
    if (error !== undefined) {
      const line = { row: firstRow + row, error: error.message };
      parts.push(Buffer.from(`${JSON.stringify(line)}\n`));
    }
    from = row + 1;
  }
  return Buffer.concat(parts);
}
