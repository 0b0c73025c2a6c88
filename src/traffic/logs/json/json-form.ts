// How a line of JSON is written: the bytes around its values, and on which paths those stand. A line with the same bytes there
// and other values in their places is JSON too, and has them on the same paths.
import { hasBytesAt } from '../byte-text.js';
import { blanksEnd, kindAt, plainValueEnd, valueEnd } from './json-scan.js';
import { TEXT } from './json-value.js';

export type Path = readonly string[];

/** What is looked for on a path. */
export interface Interest {
  /** What stands there. */
  readonly isWanted: boolean;
  /** Something within what stands there. */
  readonly isParent: boolean;
}

export interface JsonForm {
  /** [values + 1] what stands before each, and behind the last */
  readonly gaps: readonly Buffer[];
  /** [values] where each is */
  readonly paths: readonly Path[];
  /** [values] what is looked for there */
  readonly interests: readonly Interest[];
  /** Of the objects and lists around them. */
  readonly parents: readonly Path[];
}

/** What stands in the places of a form; one record serves all lines. */
export class FormValues {
  /** [MOST_VALUES] */
  readonly kinds = new Uint8Array(MOST_VALUES);
  /** [MOST_VALUES] offsets in bytes; of texts without their quotes */
  readonly starts = new Int32Array(MOST_VALUES);
  readonly ends = new Int32Array(MOST_VALUES);
  /** [MOST_VALUES] 1 of a text with escapes, where what it says is looked for */
  readonly hasEscapes = new Uint8Array(MOST_VALUES);
}

const MOST_VALUES = 256;

/**
 * False where the line is written in another form.
 * @param bytes of a log, read-only; the line is from `start` to `end`, offsets in bytes, the end excluded
 */
export function readValues(
  { gaps, interests }: JsonForm,
  bytes: Buffer,
  start: number,
  end: number,
  into: FormValues,
): boolean {
  let at = start;
  for (let i = 0; i < interests.length; i++) {
    if (!hasBytesAt(bytes, at, gaps[i])) return false;
    at += gaps[i].length;
    const { isWanted, isParent } = interests[i];
    if (isParent && isContainer(bytes[at])) return false;
    const kind = kindAt(bytes, at);
    let endsAt = isWanted ? plainValueEnd(bytes, at, end) : -1;
    into.hasEscapes[i] = 0;
    if (endsAt < 0) {
      endsAt = valueEnd(bytes, at, end);
      if (endsAt < 0) return false;
      if (isWanted && kind === TEXT) into.hasEscapes[i] = 1;
    }
    const nQuotes = kind === TEXT ? 1 : 0;
    into.kinds[i] = kind;
    into.starts[i] = at + nQuotes;
    into.ends[i] = endsAt - nQuotes;
    at = endsAt;
  }
  const last = gaps[interests.length];
  return at + last.length === end && hasBytesAt(bytes, at, last);
}

/** Whether all lines of one are lines of the other. */
export function isSameForm(a: JsonForm, b: JsonForm): boolean {
  return a.gaps.length === b.gaps.length && a.gaps.every((gap, i) => gap.equals(b.gaps[i]));
}

function isContainer(first: number): boolean {
  return first === OPEN_BRACE || first === OPEN_BRACKET;
}

/**
 * Of a line that is JSON, from `start` to `end`; undefined where it is too large or deep, or has a name twice in an object.
 * @param bytes of a log, read-only
 */
export function formOf(
  bytes: Buffer,
  start: number,
  end: number,
  interestIn: (path: Path) => Interest,
): JsonForm | undefined {
  return new FormReader(bytes, start, end, interestIn).form();
}

class FormReader {
  readonly #bytes: Buffer;
  readonly #end: number;
  readonly #interestIn: (path: Path) => Interest;
  #at: number;
  #gapStart: number;
  readonly #gaps: Buffer[] = [];
  readonly #paths: Path[] = [];
  readonly #interests: Interest[] = [];
  readonly #parents: Path[] = [];

  constructor(bytes: Buffer, start: number, end: number, interestIn: (path: Path) => Interest) {
    this.#bytes = bytes;
    this.#end = end;
    this.#interestIn = interestIn;
    this.#at = start;
    this.#gapStart = start;
  }

  form(): JsonForm | undefined {
    if (!this.#value([])) return undefined;
    this.#endGap(this.#end);
    return {
      gaps: this.#gaps,
      paths: this.#paths,
      interests: this.#interests,
      parents: this.#parents,
    };
  }

  /** False where there is no form. */
  #value(path: Path): boolean {
    const interest = this.#interestIn(path);
    const first = this.#bytes[this.#at];
    if (interest.isParent && isContainer(first)) {
      this.#parents.push(path);
      return this.#members(path, first === OPEN_BRACE);
    }
    this.#endGap(this.#at);
    this.#paths.push(path);
    this.#interests.push(interest);
    this.#at = valueEnd(this.#bytes, this.#at, this.#end);
    this.#gapStart = this.#at;
    return this.#at >= 0 && this.#paths.length < MOST_VALUES;
  }

  #members(path: Path, isObject: boolean): boolean {
    const names = new Set<string>();
    this.#step();
    while (!this.#isAtClose()) {
      const name = isObject ? this.#name() : String(names.size);
      if (names.has(name)) return false;
      names.add(name);
      if (!this.#value([...path, name])) return false;
      this.#at = blanksEnd(this.#bytes, this.#at, this.#end);
      if (!this.#isAtClose()) this.#step();
    }
    this.#at++;
    return true;
  }

  #name(): string {
    const nameEnd = valueEnd(this.#bytes, this.#at, this.#end);
    const name = JSON.parse(this.#bytes.toString('utf8', this.#at, nameEnd));
    this.#at = blanksEnd(this.#bytes, nameEnd, this.#end);
    this.#step();
    return name;
  }

  /** Over a sign and the blanks behind it. */
  #step(): void {
    this.#at = blanksEnd(this.#bytes, this.#at + 1, this.#end);
  }

  #isAtClose(): boolean {
    const byte = this.#bytes[this.#at];
    return byte === CLOSE_BRACE || byte === CLOSE_BRACKET;
  }

  #endGap(end: number): void {
    this.#gaps.push(Buffer.from(this.#bytes.subarray(this.#gapStart, end)));
  }
}

const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
