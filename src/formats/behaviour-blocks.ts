// Behaviours of any format as blocks of rows, in bounded memory but for JSON. One way for all commands: a
// row is read by the columns of a detector's encoder or by its features, whatever the format.
import { arrayBuffer, buffer } from 'node:stream/consumers';
import { AnomalyPredictorError, showValue } from '../errors.js';
import type { Encoder } from '../model/encoder.js';
import { checkRowCount, isRecord } from '../model/rows.js';
import type { Schema } from '../model/schema.js';
import type { BehaviourInput } from './behaviour-file.js';
import { type CsvRecord, readCsv } from './csv.js';
import { decimalReader } from './decimal-mark.js';
import { decodeJson } from './json.js';
import { type LineBlock, readLines } from './ndjson.js';
import { openParquet } from './parquet.js';
import { plainFormOf } from './plain-rows.js';
import {
  documentReader,
  type ReadRow,
  type RowFault,
  type TableReader,
  tableReader,
} from './row-readers.js';
import { type WantedValue, wantedFeatures } from './wanted-values.js';
import { wholeLines } from './whole-lines.js';

/** What must be known of a detector to read behaviours for it. */
export interface BehaviourSchema {
  readonly schema: Schema;
  readonly encoder: Encoder;
}

export interface BehaviourBlock extends LineBlock {
  /** Index of the block's first row in the input. */
  readonly firstRow: number;
  /** What stood in a CSV file, the unused columns too. */
  readonly csv?: CsvRows;
}

export interface CsvRows {
  readonly header: CsvRecord;
  readonly records: readonly CsvRecord[];
}

const ROWS_PER_BLOCK = 2_000;
/** Reached first where rows are long. */
const CSV_BLOCK_BYTES = 1024 * 1024;
/** About as many rows of NDJSON. */
const NDJSON_BLOCK_BYTES = 512 * 1024;
const LONGEST_LINE_BYTES = 16 * 1024 * 1024;
/** Objects of JSON may have a key of their own each. */
const MOST_UNUSED_COLUMNS = 1_000;

/**
 * Blocks of the features of `behaviour`. At least one block for CSV, whose header is needed even where
 * there are no rows. A row that cannot be used is among the block's errors, which name its line; where a
 * whole file cannot, that is thrown.
 */
export function readBlocks(
  input: BehaviourInput,
  { schema, encoder }: BehaviourSchema,
): AsyncGenerator<BehaviourBlock> {
  const wanted = wantedFeatures(encoder);
  return input.format === 'ndjson'
    ? readNdjsonBlocks(input, wanted, schema)
    : readWanted(input, wanted);
}

/** The same with any values: each row of a block's `values` has what `wanted` names, in its order. */
export function readWanted(
  input: BehaviourInput,
  wanted: readonly WantedValue[],
): AsyncGenerator<BehaviourBlock> {
  switch (input.format) {
    case 'csv':
      return readCsvBlocks(input, wanted);
    case 'ndjson':
      return readNdjsonBlocks(input, wanted);
    case 'json':
      return readJsonBlocks(input, wanted);
    case 'parquet':
      return readParquetBlocks(input, wanted);
  }
}

interface CsvTable {
  readonly header: CsvRecord;
  readonly readRecord: ReadRow<CsvRecord>;
}

async function* readCsvBlocks(
  input: BehaviourInput,
  wanted: readonly WantedValue[],
): AsyncGenerator<BehaviourBlock> {
  const { bytes, delimiter, progress } = input;
  let table: CsvTable | undefined;
  let records: CsvRecord[] = [];
  let firstRow = 0;
  let startBytes = 0;
  const takeBlock = ({ header, readRecord }: CsvTable): BehaviourBlock => {
    const block = blockOf(wanted.length, firstRow, {
      nRows: records.length,
      rowAt: (row) => records[row - firstRow],
      placeOf: (row) => `line ${records[row - firstRow].line}`,
      readRow: readRecord,
    });
    return { ...block, csv: { header, records } };
  };
  for await (const record of readCsv(bytes, delimiter)) {
    if (table === undefined) {
      table = { header: record, readRecord: csvReader(input, wanted, record) };
      continue;
    }
    records.push(record);
    if (records.length === ROWS_PER_BLOCK || progress.readBytes - startBytes >= CSV_BLOCK_BYTES) {
      yield takeBlock(table);
      firstRow += records.length;
      startBytes = progress.readBytes;
      records = [];
    }
  }
  if (table !== undefined) yield takeBlock(table);
}

function csvReader(
  input: BehaviourInput,
  wanted: readonly WantedValue[],
  header: CsvRecord,
): ReadRow<CsvRecord> {
  const names = header.cells.map((cell) => cell.trim());
  const { readRow, used } = openTable(input, wanted, names, `line ${header.line}: the header`);
  // Between commas a decimal comma cannot be told from one between thousands.
  if (input.delimiter === ',') {
    return ({ cells }, values, start) => readRow(cells, values, start);
  }
  const withPoint = decimalReader();
  return ({ cells, line }, values, start) => {
    const points = cells.slice();
    if (cells.length === names.length) {
      for (const index of used) points[index] = withPoint(cells[index], line);
    }
    return readRow(points, values, start);
  };
}

/** Lines of `plainSchema`'s features alone are read fastest. */
async function* readNdjsonBlocks(
  { bytes, unusedColumns }: BehaviourInput,
  wanted: readonly WantedValue[],
  plainSchema?: Schema,
): AsyncGenerator<BehaviourBlock> {
  const readRow = documentReader(wanted, bounded(unusedColumns));
  const form = plainSchema && plainFormOf(plainSchema);
  let firstRow = 0;
  let firstLine = 1;
  const readLine = (line: Uint8Array, row: number, lineIndex: number, values: Float64Array) => {
    const fault = readJsonLine(readRow, line, values);
    if (fault === undefined) return undefined;
    values.fill(0);
    return rowError(fault, firstRow + row, `line ${firstLine + lineIndex}`);
  };
  for await (const lines of wholeLines(bytes, {
    longestLineBytes: LONGEST_LINE_BYTES,
    leastBlockBytes: NDJSON_BLOCK_BYTES,
  })) {
    const block = readLines(lines, wanted.length, form, readLine);
    yield { ...block, firstRow };
    firstRow += block.nRows;
    firstLine += block.nLines;
  }
}

function readJsonLine(
  readRow: ReadRow<unknown>,
  line: Uint8Array,
  values: Float64Array,
): RowFault | undefined {
  let document: unknown;
  try {
    document = decodeJson(line);
  } catch (error) {
    if (!(error instanceof AnomalyPredictorError)) throw error;
    return { message: error.message, fields: {} };
  }
  return readRow(document, values, 0);
}

/** An array of rows, or a batch as POST /v1/score takes it; the document is held in memory. */
async function* readJsonBlocks(
  input: BehaviourInput,
  wanted: readonly WantedValue[],
): AsyncGenerator<BehaviourBlock> {
  const document = decodeJson(await buffer(input.bytes));
  const batch = Array.isArray(document) ? { rows: document } : document;
  if (!isRecord(batch) || (!Array.isArray(batch.rows) && !isRecord(batch.columns))) {
    throw new AnomalyPredictorError(
      'bad-data-file',
      `expected an array of rows, or an object with "rows" or "columns", got ${showValue(document)}`,
    );
  }
  const { rows } = batch;
  if (Array.isArray(rows)) {
    checkRowCount(rows.length, Number.POSITIVE_INFINITY);
    const readRow = documentReader(wanted, bounded(input.unusedColumns));
    yield* cutIntoBlocks(wanted.length, 0, {
      nRows: rows.length,
      rowAt: (row) => rows[row],
      placeOf,
      readRow,
    });
    return;
  }
  const columns = Object.entries(batch.columns as object);
  const names = columns.map(([name]) => name);
  const { readRow, used } = openTable(input, wanted, names, '"columns"');
  const cells: unknown[][] = columns.map(([, column]) => column);
  const nRows = lengthOf(used.map((index) => columns[index]));
  checkRowCount(nRows, Number.POSITIVE_INFINITY);
  const rowAt = rowOfColumns(cells, used);
  yield* cutIntoBlocks(wanted.length, 0, { nRows, rowAt, placeOf, readRow });
}

/** The columns that are wanted of one row group are held in memory. */
async function* readParquetBlocks(
  input: BehaviourInput,
  wanted: readonly WantedValue[],
): AsyncGenerator<BehaviourBlock> {
  const { path, bytes, progress, sizeBytes = 0 } = input;
  const { names, nRows, readGroups } = await openParquet(
    path === '-' ? await arrayBuffer(bytes) : path,
  );
  const { readRow, used } = openTable(input, wanted, names, 'the file');
  for await (const { firstRow, nRows: nRowsOfGroup, columns } of readGroups(used)) {
    const cells: ArrayLike<unknown>[] = new Array(names.length);
    used.forEach((index, at) => {
      cells[index] = columns[at];
    });
    const rowAt = rowOfColumns(cells, used, firstRow);
    const rows = { nRows: nRowsOfGroup, rowAt, placeOf, readRow };
    yield* cutIntoBlocks(wanted.length, firstRow, rows);
    progress.readBytes = (sizeBytes * (firstRow + nRowsOfGroup)) / nRows;
  }
}

/** Rows by their index in the input. */
interface RowSource<Row> {
  readonly nRows: number;
  readonly rowAt: (row: number) => Row;
  readonly placeOf: (row: number) => string;
  readonly readRow: ReadRow<Row>;
}

function* cutIntoBlocks<Row>(
  nValues: number,
  firstRow: number,
  rows: RowSource<Row>,
): Generator<BehaviourBlock> {
  const endRow = firstRow + rows.nRows;
  for (let start = firstRow; start < endRow; start += ROWS_PER_BLOCK) {
    const nRows = Math.min(ROWS_PER_BLOCK, endRow - start);
    yield blockOf(nValues, start, { ...rows, nRows });
  }
}

function blockOf<Row>(
  nValues: number,
  firstRow: number,
  { nRows, rowAt, placeOf, readRow }: RowSource<Row>,
): BehaviourBlock {
  const values = new Float64Array(nRows * nValues);
  const errors = new Map<number, AnomalyPredictorError>();
  for (let index = 0; index < nRows; index++) {
    const start = index * nValues;
    const row = firstRow + index;
    const fault = readRow(rowAt(row), values, start);
    if (fault === undefined) continue;
    values.fill(0, start, start + nValues);
    errors.set(index, rowError(fault, row, placeOf(row)));
  }
  return { firstRow, nRows, values, errors };
}

/** Gives the cells in `used` of one row after the other, always in the same array. */
function rowOfColumns(
  columns: readonly ArrayLike<unknown>[],
  used: readonly number[],
  firstRow = 0,
): (row: number) => readonly unknown[] {
  const cells: unknown[] = new Array(columns.length).fill(null);
  return (row) => {
    for (const index of used) cells[index] = columns[index][row - firstRow];
    return cells;
  };
}

/** Of columns that must be arrays of one length. */
function lengthOf(columns: readonly (readonly [string, unknown])[]): number {
  const [, first] = columns[0];
  for (const [name, column] of columns) {
    if (!Array.isArray(column)) {
      throw badColumn(name, `expected an array, got ${showValue(column)}`);
    }
    const nRows = (first as unknown[]).length;
    if (column.length !== nRows) {
      throw badColumn(name, `has ${column.length} values, expected ${nRows}`);
    }
  }
  return (first as unknown[]).length;
}

function badColumn(field: string, what: string): AnomalyPredictorError {
  return new AnomalyPredictorError('bad-data-file', `column "${field}" ${what}`, { field });
}

/** A reader of a table that tells the input which columns it does not use. */
function openTable(
  { unusedColumns }: BehaviourInput,
  wanted: readonly WantedValue[],
  names: readonly string[],
  place: string,
): TableReader {
  const table = tableReader(wanted, names, place);
  for (const name of table.unused) unusedColumns.add(name);
  return table;
}

function bounded(names: Set<string>): { add(name: string): void } {
  return {
    add: (name) => {
      if (names.size < MOST_UNUSED_COLUMNS) names.add(name);
    },
  };
}

/** As errors of requests name a row. */
function placeOf(row: number): string {
  return `row ${row}`;
}

function rowError({ message, fields }: RowFault, row: number, place: string) {
  return new AnomalyPredictorError('invalid-field', `${place}: ${message}`, { ...fields, row });
}
