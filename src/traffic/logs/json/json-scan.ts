// Where values of JSON end, by its grammar (RFC 8259) and without making anything of them: −1 where something is no JSON, or
// deeper than anyone writes logs. `bytes` are those of a log, read-only; `start` and `end` are offsets in bytes, the end excluded.
import { hasBytesAt } from '../byte-text.js';
import { type JsonKind, NOTHING, NUMBER, OTHER, TEXT } from './json-value.js';

/** Objects and lists in each other. */
const DEEPEST = 32;

export function kindAt(bytes: Buffer, at: number): JsonKind {
  const first = bytes[at];
  if (first === QUOTE) return TEXT;
  if (first === DASH || isDigit(first)) return NUMBER;
  return first === LETTER_N ? NOTHING : OTHER;
}

/** Of the value that begins at `start`. A number or a word may seem to end behind `end`. */
export function valueEnd(bytes: Buffer, start: number, end: number, depth = 0): number {
  if (start >= end) return -1;
  const first = bytes[start];
  if (first === QUOTE) return textEnd(bytes, start, end);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) {
    return depth < DEEPEST ? containerEnd(bytes, start, end, depth) : -1;
  }
  return plainValueEnd(bytes, start, end);
}

/** The same of a number, of true, false and null, and of a text without escapes. */
export function plainValueEnd(bytes: Buffer, start: number, end: number): number {
  const first = bytes[start];
  if (first === QUOTE) return plainTextEnd(bytes, start, end);
  if (first === DASH || isDigit(first)) return numberEnd(bytes, start);
  const word = first === LETTER_N ? NULL : first === LETTER_T ? TRUE : FALSE;
  return hasBytesAt(bytes, start, word) ? start + word.length : -1;
}

function plainTextEnd(bytes: Buffer, quote: number, end: number): number {
  for (let at = quote + 1; at < end; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    if (byte < SPACE || byte === BACKSLASH) return -1;
  }
  return -1;
}

function textEnd(bytes: Buffer, quote: number, end: number): number {
  for (let at = quote + 1; at < end; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    if (byte < SPACE) return -1;
    if (byte !== BACKSLASH) continue;
    at++;
    if (at >= end) return -1;
    if (bytes[at] === LETTER_U) {
      for (let i = 0; i < 4; i++) if (!isHexDigit(bytes[++at])) return -1;
    } else if (IS_ESCAPE[bytes[at]] === 0) return -1;
  }
  return -1;
}

/** What follows the number may be anything. */
function numberEnd(bytes: Buffer, start: number): number {
  let at = bytes[start] === DASH ? start + 1 : start;
  if (!isDigit(bytes[at])) return -1;
  at = bytes[at] === ZERO ? at + 1 : digitsEnd(bytes, at);
  if (bytes[at] === POINT) {
    if (!isDigit(bytes[at + 1])) return -1;
    at = digitsEnd(bytes, at + 1);
  }
  if ((bytes[at] | LOWER_CASE) === LETTER_E) {
    at += bytes[at + 1] === PLUS || bytes[at + 1] === DASH ? 2 : 1;
    if (!isDigit(bytes[at])) return -1;
    at = digitsEnd(bytes, at);
  }
  return at;
}

function digitsEnd(bytes: Buffer, start: number): number {
  let at = start;
  while (isDigit(bytes[at])) at++;
  return at;
}

function containerEnd(bytes: Buffer, start: number, end: number, depth: number): number {
  const isObject = bytes[start] === OPEN_BRACE;
  const closing = isObject ? CLOSE_BRACE : CLOSE_BRACKET;
  let at = blanksEnd(bytes, start + 1, end);
  if (bytes[at] === closing) return at + 1;
  while (at < end) {
    if (isObject) {
      at = bytes[at] === QUOTE ? textEnd(bytes, at, end) : -1;
      if (at < 0) return -1;
      at = blanksEnd(bytes, at, end);
      if (bytes[at] !== COLON) return -1;
      at = blanksEnd(bytes, at + 1, end);
    }
    at = valueEnd(bytes, at, end, depth + 1);
    if (at < 0) return -1;
    at = blanksEnd(bytes, at, end);
    if (bytes[at] === closing) return at + 1;
    if (bytes[at] !== COMMA) return -1;
    at = blanksEnd(bytes, at + 1, end);
  }
  return -1;
}

/** Behind the blanks that JSON has between its signs. */
export function blanksEnd(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && isBlank(bytes[at])) at++;
  return at;
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === NEWLINE || byte === CARRIAGE_RETURN;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9;
}

function isHexDigit(byte: number): boolean {
  const small = byte | LOWER_CASE;
  return isDigit(byte) || (small >= LETTER_A && small <= LETTER_F);
}

const NULL = Buffer.from('null');
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
/** [256] 1 for what may stand behind a backslash */
const IS_ESCAPE = new Uint8Array(256);
for (const byte of Buffer.from('"\\/bfnrt')) IS_ESCAPE[byte] = 1;
const TAB = 0x09;
const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
/** Set in small letters only. */
const LOWER_CASE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const DASH = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const LETTER_A = 0x61;
const LETTER_E = 0x65;
const LETTER_F = 0x66;
const LETTER_N = 0x6e;
const LETTER_T = 0x74;
const LETTER_U = 0x75;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
