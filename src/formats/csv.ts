// CSV in UTF-8, streamed by csv-parse: its records, and the way from a header's columns to a detector's
// features. A header names the raw columns of the encoder or the features themselves.
import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { stringify } from 'csv-stringify/sync';
import { AnomalyPredictorError, showValue } from '../errors.js';
import type { Encoder } from '../model/encoder.js';

export interface CsvRecord {
  /** 1-based line of the file on which the record ends. */
  readonly line: number;
  /** As many as the header has, unquoted, otherwise as they stand in the file. */
  readonly cells: readonly string[];
}

/** What csv-parse gives under its option `info`. */
interface ParsedRecord {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

/** Bounds what an opening quote that is never closed can swallow. */
const LONGEST_RECORD_CHARACTERS = 16 * 1024 * 1024;

/**
 * Every record of `input`, the header first, all with as many cells as the header; blank lines are
 * passed over. Nothing is read far ahead of the consumer, and leaving the loop closes `input`.
 * @throws AnomalyPredictorError `bad-data-file` that names the line
 */
export async function* readCsv(input: AsyncIterable<Uint8Array>): AsyncGenerator<CsvRecord> {
  const parser = parse({
    bom: true,
    record_delimiter: ['\r\n', '\n'],
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: LONGEST_RECORD_CHARACTERS,
    info: true,
  });
  // Errors of the source and of the parser alike are thrown by the loop below.
  pipeline(input, requireUtf8, parser, () => {});
  let nColumns = 0;
  try {
    for await (const { record: cells, info } of parser as AsyncIterable<ParsedRecord>) {
      const line = info.lines;
      nColumns ||= cells.length;
      if (cells.length !== nColumns) {
        throw badLine(line, `has ${cells.length} columns, but the header has ${nColumns}`);
      }
      yield { line, cells };
    }
  } catch (error) {
    throw error instanceof CsvError ? explain(error) : error;
  }
  if (nColumns === 0) {
    throw new AnomalyPredictorError('bad-data-file', 'the file is empty, expected a header line');
  }
}

/** Lines of CSV, each with its line end. */
export function encodeCsv(rows: readonly (readonly (string | number)[])[]): string {
  return stringify(rows as (string | number)[][]);
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

/** Passes chunks through; refuses bytes that are not UTF-8 rather than replacing them. */
async function* requireUtf8(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const check = (chunk: Uint8Array | undefined, stream: boolean) => {
    try {
      decoder.decode(chunk, { stream });
    } catch (cause) {
      throw new AnomalyPredictorError('bad-data-file', 'the file is not UTF-8', {}, { cause });
    }
  };
  for await (const chunk of input) {
    check(chunk, true);
    yield chunk;
  }
  check(undefined, false);
}

const EXPLANATION_BY_CODE: Partial<Record<CsvError['code'], string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote that was opened before is not closed by here',
  CSV_INVALID_CLOSING_QUOTE: 'text follows a closing quote',
  INVALID_OPENING_QUOTE: 'a quote stands inside a cell that does not begin with one',
  CSV_MAX_RECORD_SIZE: `the row is longer than ${LONGEST_RECORD_CHARACTERS} characters; is a quote not closed?`,
};

function explain(error: CsvError): AnomalyPredictorError {
  return badLine(Number(error.lines), EXPLANATION_BY_CODE[error.code] ?? error.message, {}, error);
}

function badLine(
  line: number,
  what: string,
  fields: AnomalyPredictorError['fields'] = {},
  cause?: unknown,
): AnomalyPredictorError {
  return new AnomalyPredictorError('bad-data-file', `line ${line}: ${what}`, fields, { cause });
}
