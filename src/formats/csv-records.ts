// The CSV of RFC 4180: text to records with the lines they stand on, and cells to text.
// LF ends a line as well as CRLF; blank lines are passed over.
import { AnomalyPredictorError } from '../errors.js';

export interface CsvRecord {
  /** 1-based line of the file on which the record begins. */
  readonly line: number;
  /** As it stands in the file, without the line end. */
  readonly text: string;
  /** Unquoted, otherwise as they stand in the file. */
  readonly cells: readonly string[];
}

/** Bounds what an opening quote that is never closed can swallow. */
const LONGEST_RECORD_CHARACTERS = 16 * 1024 * 1024;

/** Takes text piece by piece. Both methods throw `bad-data-file` that names the line. */
export class CsvDecoder {
  #rest = '';
  #line = 1;

  /** The records that `piece` completes. */
  push(piece: string): CsvRecord[] {
    const text = this.#rest + piece;
    const records: CsvRecord[] = [];
    let start = 0;
    for (let lineEnd = text.indexOf('\n'); lineEnd >= 0; lineEnd = text.indexOf('\n', start)) {
      const line = text.slice(start, text[lineEnd - 1] === '\r' ? lineEnd - 1 : lineEnd);
      // Few lines have quotes, and the others need not be read cell by cell.
      if (!line.includes('"')) {
        if (line !== '') records.push({ line: this.#line, text: line, cells: line.split(',') });
        this.#line++;
        start = lineEnd + 1;
        continue;
      }
      const quoted = decodeQuoted(text, start, this.#line);
      if (quoted === undefined) break;
      const { cells, nLines, end, next } = quoted;
      records.push({ line: this.#line, text: text.slice(start, end), cells });
      this.#line += nLines;
      start = next;
    }
    this.#rest = text.slice(start);
    if (this.#rest.length > LONGEST_RECORD_CHARACTERS) {
      const limit = `${LONGEST_RECORD_CHARACTERS} characters`;
      throw badLine(this.#line, `the row is longer than ${limit}; is a quote not closed?`);
    }
    return records;
  }

  /** The last record, where no line end follows it. */
  end(): CsvRecord[] {
    const records = this.push('\n');
    if (this.#rest !== '') throw badLine(this.#line, 'a quote is opened and never closed');
    return records;
  }
}

interface QuotedRecord {
  readonly cells: string[];
  readonly nLines: number;
  readonly end: number;
  /** Where the next record starts. */
  readonly next: number;
}

/** The record at `start`, some of whose cells have quotes; undefined where `text` breaks off in it. */
function decodeQuoted(text: string, start: number, line: number): QuotedRecord | undefined {
  const cells: string[] = [];
  let nLines = 1;
  for (let at = start; ; at++) {
    let cell: string;
    if (text[at] === '"') {
      let closing = text.indexOf('"', at + 1);
      while (closing >= 0 && text[closing + 1] === '"') closing = text.indexOf('"', closing + 2);
      if (closing < 0) return undefined;
      cell = text.slice(at + 1, closing).replaceAll('""', '"');
      nLines += countNewlines(cell);
      at = closing + 1;
    } else {
      const cellStart = at;
      while (at < text.length && text[at] !== ',' && text[at] !== '\n') at++;
      if (text[at] === '\n' && text[at - 1] === '\r') at--;
      cell = text.slice(cellStart, at);
      if (cell.includes('"')) {
        throw badLine(
          line + nLines - 1,
          'a quote stands inside a cell that does not begin with one',
        );
      }
    }
    cells.push(cell);
    const rest = text.slice(at, at + 2);
    if (rest[0] === ',') continue;
    if (rest[0] === '\n') return { cells, nLines, end: at, next: at + 1 };
    if (rest === '\r\n') return { cells, nLines, end: at, next: at + 2 };
    if (rest === '' || rest === '\r') return undefined;
    throw badLine(line + nLines - 1, 'text follows a closing quote');
  }
}

function countNewlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** The text of a record, without a line end. */
export function encodeCsv(cells: readonly (string | number)[]): string {
  return cells
    .map((cell) =>
      typeof cell === 'string' && /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell,
    )
    .join(',');
}

export function badLine(
  line: number,
  what: string,
  fields: AnomalyPredictorError['fields'] = {},
): AnomalyPredictorError {
  return new AnomalyPredictorError('bad-data-file', `line ${line}: ${what}`, fields);
}
