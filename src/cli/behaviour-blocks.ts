// Behaviours of any input format as blocks of rows that the engine can score, in bounded memory but for JSON.
import { buffer } from 'node:stream/consumers';
import { AnomalyPredictorError } from '../errors.js';
import { type CsvRecord, type CsvRowReader, csvRowReader, readCsv } from '../formats/csv.js';
import { decodeJson } from '../formats/json.js';
import { decodeLines, type LineBlock } from '../formats/ndjson.js';
import { wholeLines } from '../formats/whole-lines.js';
import type { Encoder } from '../model/encoder.js';
import { readBatch } from '../model/rows.js';
import type { Schema } from '../model/schema.js';
import type { BehaviourInput } from './behaviour-input.js';

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

interface CsvRows {
  readonly header: CsvRecord;
  readonly records: readonly CsvRecord[];
}

const ROWS_PER_BLOCK = 2_000;
/** Reached first where rows are long. */
const CSV_BLOCK_BYTES = 1024 * 1024;
/** About as many rows of NDJSON. */
const NDJSON_BLOCK_BYTES = 512 * 1024;
const LONGEST_LINE_BYTES = 16 * 1024 * 1024;

/**
 * At least one block for CSV, whose header is needed even where there are no rows. A row that lacks a
 * value, and an NDJSON line that cannot be read, are among the block's errors; whatever else is wrong
 * is thrown.
 */
export function readBlocks(
  input: BehaviourInput,
  behaviour: BehaviourSchema,
): AsyncGenerator<BehaviourBlock> {
  switch (input.format) {
    case 'csv':
      return readCsvBlocks(input, behaviour);
    case 'ndjson':
      return readNdjsonBlocks(input, behaviour);
    case 'json':
      return readJsonBlocks(input, behaviour);
  }
}

interface CsvTable {
  readonly header: CsvRecord;
  readonly readRow: CsvRowReader;
}

async function* readCsvBlocks(
  { bytes, progress }: BehaviourInput,
  { encoder }: BehaviourSchema,
): AsyncGenerator<BehaviourBlock> {
  let table: CsvTable | undefined;
  let records: CsvRecord[] = [];
  let firstRow = 0;
  let startBytes = 0;
  for await (const record of readCsv(bytes)) {
    if (table === undefined) {
      table = { header: record, readRow: csvRowReader(encoder, record) };
      continue;
    }
    records.push(record);
    if (records.length === ROWS_PER_BLOCK || progress.readBytes - startBytes >= CSV_BLOCK_BYTES) {
      yield csvBlock(table, records, firstRow, encoder.length);
      firstRow += records.length;
      startBytes = progress.readBytes;
      records = [];
    }
  }
  if (table !== undefined) yield csvBlock(table, records, firstRow, encoder.length);
}

function csvBlock(
  { header, readRow }: CsvTable,
  records: readonly CsvRecord[],
  firstRow: number,
  nFeatures: number,
): BehaviourBlock {
  const values = new Float64Array(records.length * nFeatures);
  const errors = new Map<number, AnomalyPredictorError>();
  records.forEach((record, row) => {
    const start = row * nFeatures;
    const missing = readRow(record, values, start);
    if (missing === undefined) return;
    values.fill(0, start, start + nFeatures);
    errors.set(
      row,
      new AnomalyPredictorError('invalid-field', `line ${record.line}: "${missing}" is missing`, {
        row: firstRow + row,
        field: missing,
      }),
    );
  });
  return { firstRow, nRows: records.length, values, errors, csv: { header, records } };
}

async function* readNdjsonBlocks(
  { bytes }: BehaviourInput,
  { schema }: BehaviourSchema,
): AsyncGenerator<BehaviourBlock> {
  let firstRow = 0;
  for await (const lines of wholeLines(bytes, {
    longestLineBytes: LONGEST_LINE_BYTES,
    leastBlockBytes: NDJSON_BLOCK_BYTES,
  })) {
    const block = decodeLines(schema, lines, firstRow);
    yield { ...block, firstRow };
    firstRow += block.nRows;
  }
}

/** An array of rows, or a batch as POST /v1/score takes it; the document is held in memory. */
async function* readJsonBlocks(
  { bytes }: BehaviourInput,
  { schema }: BehaviourSchema,
): AsyncGenerator<BehaviourBlock> {
  const document = decodeJson(await buffer(bytes));
  const batch = Array.isArray(document) ? { rows: document } : document;
  const { nRows, values } = readBatch(schema, batch, Number.POSITIVE_INFINITY);
  const nFeatures = schema.features.length;
  for (let firstRow = 0; firstRow < nRows; firstRow += ROWS_PER_BLOCK) {
    const endRow = Math.min(firstRow + ROWS_PER_BLOCK, nRows);
    yield {
      firstRow,
      nRows: endRow - firstRow,
      values: values.subarray(firstRow * nFeatures, endRow * nFeatures),
      errors: new Map(),
    };
  }
}
