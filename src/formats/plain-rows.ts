// Rows of JSON straight from bytes to numbers, as most clients write them: objects with the schema's keys in
// its order and nothing else. That takes half the time of JSON.parse and the reading of its objects; with
// arrays JSON.parse is as fast. What is not plain is no error here: the general reader takes it or refuses it.
import type { Schema } from '../model/schema.js';
import { NOT_PLAIN, readPlainNumber } from './plain-number.js';

/** JSON text that is being read. */
export interface PlainText {
  readonly bytes: Uint8Array;
  /** Of the same bytes. */
  readonly view: DataView;
}

/** Reads the row at `at` into values[index …]; returns where it ends, or NOT_PLAIN. */
export type PlainRowReader = (
  text: PlainText,
  at: number,
  values: Float64Array,
  index: number,
) => number;

export function plainText(bytes: Uint8Array): PlainText {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

const readers = new WeakMap<Schema, PlainRowReader>();

/** The same reader for the same schema. */
export function plainRowReader(schema: Schema): PlainRowReader {
  let reader = readers.get(schema);
  if (reader === undefined) {
    reader = makeReader(schema);
    readers.set(schema, reader);
  }
  return reader;
}

/** `values` for at least `length` of them: the same array, or a longer copy. */
export function withRoom(values: Float64Array, length: number): Float64Array {
  if (length <= values.length) return values;
  const longer = new Float64Array(Math.max(2 * values.length, length, LEAST_ROOM));
  longer.set(values);
  return longer;
}

const LEAST_ROOM = 1_024;
const COMMA = 0x2c;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

function makeReader({ features }: Schema): PlainRowReader {
  const keys = features.map(({ name }) => keyWords(name));
  const last = features.length - 1;

  return function readRow({ bytes, view }, at, values, index) {
    if (bytes[at++] !== OPENING_BRACE) return NOT_PLAIN;
    for (let feature = 0; feature <= last; feature++) {
      at = afterKey(view, afterSpace(bytes, at), keys[feature]);
      if (at === NOT_PLAIN) return NOT_PLAIN;
      at = readPlainNumber(bytes, afterSpace(bytes, at), values, index + feature);
      if (at === NOT_PLAIN) return NOT_PLAIN;
      at = afterSpace(bytes, at);
      if (bytes[at++] !== (feature === last ? CLOSING_BRACE : COMMA)) return NOT_PLAIN;
    }
    return at;
  };
}

/** Where the white space at `at` ends. */
export function afterSpace(bytes: Uint8Array, at: number): number {
  let byte = bytes[at];
  while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++at];
  return at;
}

const WORD_BYTES = 4;

/** The bytes of `"name":` in words of four; the last word overlaps the one before. */
interface KeyWords {
  readonly nBytes: number;
  readonly words: Int32Array;
  readonly lastWord: number;
}

function keyWords(name: string): KeyWords {
  const bytes = new TextEncoder().encode(`${JSON.stringify(name)}:`);
  const view = new DataView(bytes.buffer);
  const length = Math.floor(bytes.length / WORD_BYTES);
  return {
    nBytes: bytes.length,
    words: Int32Array.from({ length }, (_, word) => view.getInt32(word * WORD_BYTES)),
    lastWord: view.getInt32(bytes.length - WORD_BYTES),
  };
}

function afterKey(view: DataView, at: number, { nBytes, words, lastWord }: KeyWords): number {
  const end = at + nBytes;
  if (end > view.byteLength) return NOT_PLAIN;
  for (let word = 0; word < words.length; word++) {
    if (view.getInt32(at + word * WORD_BYTES) !== words[word]) return NOT_PLAIN;
  }
  return view.getInt32(end - WORD_BYTES) === lastWord ? end : NOT_PLAIN;
}
