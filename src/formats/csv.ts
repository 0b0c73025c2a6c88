// CSV in UTF-8, streamed by csv-parse.
import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { stringify } from 'csv-stringify/sync';
import { AnomalyPredictorError } from '../errors.js';
import type { CsvDelimiter } from './csv-delimiter.js';

export interface CsvRecord {
  /** 1-based line of the file on which the record ends. */
  readonly line: number;
  /** Unquoted, otherwise as they stand in the file. */
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
 * Every record of `input`, the header first, whatever the number of its cells; blank lines are passed over.
 * Nothing is read far ahead of the consumer, and leaving the loop closes `input`.
 * @throws AnomalyPredictorError `bad-data-file` that names the line
 */
export async function* readCsv(
  input: AsyncIterable<Uint8Array>,
  delimiter: CsvDelimiter = ',',
): AsyncGenerator<CsvRecord> {
  const parser = parse({
    delimiter,
    bom: true,
    record_delimiter: ['\r\n', '\n'],
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: LONGEST_RECORD_CHARACTERS,
    info: true,
  });
  // Errors of the source and of the parser alike are thrown by the loop below.
  pipeline(input, requireUtf8, parser, () => {});
  let isEmpty = true;
  try {
    for await (const { record: cells, info } of parser as AsyncIterable<ParsedRecord>) {
      isEmpty = false;
      yield { line: info.lines, cells };
    }
  } catch (error) {
    throw error instanceof CsvError ? explain(error) : error;
  }
  if (isEmpty) {
    throw new AnomalyPredictorError('bad-data-file', 'the file is empty, expected a header line');
  }
}

/** Lines of CSV, each with its line end. */
export function encodeCsv(rows: readonly (readonly (string | number)[])[]): string {
  return stringify(rows as (string | number)[][]);
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
  const what = EXPLANATION_BY_CODE[error.code] ?? error.message;
  return new AnomalyPredictorError(
    'bad-data-file',
    `line ${error.lines}: ${what}`,
    {},
    { cause: error },
  );
}
