// Rows of JSON straight from bytes to numbers, as most clients write them: objects with the schema's keys in its
// order and nothing else, or arrays. What is not plain is no error here: the general reader takes it or refuses it.
import type { Schema } from '../model/schema.js';
import { KEYS_BYTES, numbers, placeReached, readRows, TEXT_BYTES, text } from './json-text.js';
import type { RowValues } from './row-values.js';

/** What to expect in a row. */
export interface PlainForm {
  readonly nFeatures: number;
  /** As assembly/rows.ts wants them. */
  readonly keys: Uint8Array;
}

const WORD_BYTES = 8;
const NEWLINE = 0x0a;
const OPENING_BRACE = 0x7b;
const TEXT_END = 0;
/** A byte that no JSON has. */
const NONE = 0xff;
const IN_LIST = { separator: 0x2c, last: 0x5d, spaces: bitsOf('\t\r\n') };
const IN_LINES = { separator: NEWLINE, last: NEWLINE, spaces: bitsOf('\t\r') };
const ALONE = { separator: NONE, last: TEXT_END, spaces: bitsOf('\t\r\n') };

const forms = new WeakMap<Schema, PlainForm>();

/** The form of the rows of `schema`, the same for the same one. */
export function plainFormOf(schema: Schema): PlainForm {
  let form = forms.get(schema);
  if (form === undefined) {
    form = plainForm(schema);
    forms.set(schema, form);
  }
  return form;
}

/** `before`: JSON between the brace of an object and the key of its first feature. */
export function plainForm({ features }: Schema, before = ''): PlainForm {
  const keys = features.map(({ name }, i) =>
    keyWords(`${i === 0 ? before : ''}${JSON.stringify(name)}:`),
  );
  return { nFeatures: features.length, keys: Buffer.concat(keys) };
}

/** Reads the rows of the list that opens at bytes[start]; returns where it closes, or -1 where it is not plain. */
export function readPlainList(
  form: PlainForm,
  bytes: Uint8Array,
  start: number,
  values: RowValues,
): number {
  if (form.keys.length > KEYS_BYTES) return -1;
  for (let at = start; ; ) {
    const place = load(bytes, at);
    const nRows = readRows(form.keys, form.nFeatures, IN_LIST, place);
    if (nRows === 0) return -1;
    values.append(numbers, nRows * form.nFeatures);
    const reached = placeReached();
    at += reached - place;
    if (text[reached] === IN_LIST.last) return at;
  }
}

/** Reads the lines in bytes[start … end); returns where the first one starts that is not plain, or the end. */
export function readPlainLines(
  form: PlainForm,
  bytes: Uint8Array,
  start: number,
  end: number,
  values: RowValues,
): number {
  if (form.keys.length > KEYS_BYTES) return start;
  let at = start;
  while (at < end) {
    const place = load(bytes, at, end);
    const left = end - at;
    // The last line may do without.
    if (left <= TEXT_BYTES) text.set([NEWLINE, TEXT_END], place + left);
    const nRows = readRows(form.keys, form.nFeatures, IN_LINES, place - 1);
    if (nRows === 0) break;
    values.append(numbers, nRows * form.nFeatures);
    at += placeReached() + 1 - place;
  }
  return Math.min(at, end);
}

/** Reads the one object that `bytes` are into values[0 … nFeatures); false where it is not plain. */
export function readPlainRow(form: PlainForm, bytes: Uint8Array, values: Float64Array): boolean {
  if (bytes[0] !== OPENING_BRACE) return false;
  if (form.keys.length > KEYS_BYTES || bytes.length > TEXT_BYTES) return false;
  const place = load(bytes, 0);
  if (readRows(form.keys, form.nFeatures, ALONE, place - 1) === 0) return false;
  for (let feature = 0; feature < form.nFeatures; feature++) values[feature] = numbers[feature];
  return placeReached() === place + bytes.length;
}

/** Copies what fits of bytes[start … end) into `text`; returns where it starts there. */
function load(bytes: Uint8Array, start: number, end = bytes.length): number {
  // V8 copies shared memory by words only where both ends lie alike on them, else 8 times as slow (Node 20).
  const place = (bytes.byteOffset + start) % WORD_BYTES;
  const last = Math.min(end, start + TEXT_BYTES);
  const block = last - start === bytes.length ? bytes : bytes.subarray(start, last);
  text.set(block, place);
  text[place + block.length] = TEXT_END;
  return place;
}

/** Length, mask of the last word, and the text itself in words. */
function keyWords(key: string): Uint8Array {
  const bytes = new TextEncoder().encode(key);
  const nWords = Math.ceil(bytes.length / WORD_BYTES);
  const words = new Uint8Array((nWords + 2) * WORD_BYTES);
  new DataView(words.buffer).setUint32(0, bytes.length, true);
  words.fill(0xff, WORD_BYTES, WORD_BYTES + bytes.length - (nWords - 1) * WORD_BYTES);
  words.set(bytes, 2 * WORD_BYTES);
  return words;
}

function bitsOf(characters: string): number {
  return Array.from(characters, (character) => 1 << character.charCodeAt(0)).reduce(
    (a, b) => a | b,
  );
}
