// CSV in UTF-8, streamed: its records, and the way from a header's columns to a detector's features.
// A header names the raw columns of the encoder or the features themselves.
import { AnomalyPredictorError, showValue } from '../errors.js';
import type { Encoder } from '../model/encoder.js';
import { badLine, CsvDecoder, type CsvRecord } from './csv-records.js';

/**
 * Every record of `input`, the header first, all with as many cells as the header. Nothing is read
 * ahead of the consumer but one chunk, and leaving the loop closes `input`.
 * @throws AnomalyPredictorError `bad-data-file` that names the line
 */
export async function* readCsv(input: AsyncIterable<Uint8Array>): AsyncGenerator<CsvRecord> {
  let nColumns = 0;
  for await (const records of decodeChunks(input)) {
    for (const record of records) {
      const { line, cells } = record;
      nColumns ||= cells.length;
      if (cells.length !== nColumns) {
        throw badLine(line, `has ${cells.length} columns, but the header has ${nColumns}`);
      }
      yield record;
    }
  }
  if (nColumns === 0) {
    throw new AnomalyPredictorError('bad-data-file', 'the file is empty, expected a header line');
  }
}

/** Bytes that are not UTF-8 are refused rather than replaced. */
async function* decodeChunks(input: AsyncIterable<Uint8Array>): AsyncGenerator<CsvRecord[]> {
  const text = new TextDecoder('utf-8', { fatal: true });
  const decoder = new CsvDecoder();
  const decodeText = (chunk: Uint8Array | undefined) => {
    try {
      return text.decode(chunk, { stream: chunk !== undefined });
    } catch (cause) {
      throw new AnomalyPredictorError('bad-data-file', 'the file is not UTF-8', {}, { cause });
    }
  };
  for await (const chunk of input) yield decoder.push(decodeText(chunk));
  yield decoder.push(decodeText(undefined));
  yield decoder.end();
}

/** Reads a record into values[start … start + nFeatures), or returns the column whose value is missing. */
export type CsvRowReader = (
  record: CsvRecord,
  values: Float64Array,
  start: number,
) => string | undefined;

/** What tools write where a value is missing: nothing (pandas), NA (R), NaN, null … */
const MISSING_VALUE = /^(|na|n\/a|nan|null|none)$/i;

interface FeatureSource {
  readonly column: string;
  readonly index: number;
  readonly category: string | undefined;
}

/**
 * A reader for records under `header`. Columns that feed no feature are ignored.
 * @throws AnomalyPredictorError `bad-data-file`: a column is not there, or there twice
 */
export function csvRowReader(encoder: Encoder, header: CsvRecord): CsvRowReader {
  const names = header.cells.map((cell) => cell.trim());
  const sources = encoder.map((entry) => sourceOf(entry, names, header.line));

  return function readRow({ line, cells }, values, start) {
    for (let feature = 0; feature < sources.length; feature++) {
      const { column, index, category } = sources[feature];
      const cell = cells[index].trim();
      const value = category === undefined ? Number(cell) : Number(cell === category);
      if (cell === '' || value - value !== 0 || (category !== undefined && value === 0)) {
        if (MISSING_VALUE.test(cell)) return column;
        if (value - value !== 0) throw notANumber(line, column, cell);
      }
      values[start + feature] = value;
    }
    return undefined;
  };
}

function sourceOf(
  { feature, column, category }: Encoder[number],
  names: readonly string[],
  line: number,
): FeatureSource {
  const raw = names.includes(column);
  if (!raw && !names.includes(feature)) {
    const expected = column === feature ? `"${column}"` : `"${column}" or "${feature}"`;
    throw badLine(line, `the header has no column ${expected}`, { field: column });
  }
  const name = raw ? column : feature;
  const index = names.indexOf(name);
  if (names.includes(name, index + 1)) {
    throw badLine(line, `the header has column "${name}" twice`, { field: name });
  }
  return { column: name, index, category: raw ? category : undefined };
}

function notANumber(line: number, column: string, cell: string): AnomalyPredictorError {
  return badLine(line, `"${column}" expected a number, got ${showValue(cell)}`, {
    field: column,
    value: cell,
  });
}
