// JSON text read and written by json-text.wasm, compiled from assembly/: this thread's instance and its memory.
//
//   powers of ten · scratch │ keys │ template │ text, in or out │ numbers
//
// Long texts go through the memory block by block.
import { readFileSync } from 'node:fs';
import { fillPowersOfTen, POWERS_LENGTH } from './powers-of-ten.js';

/** The exports of assembly/json-text.ts; addresses are in bytes. */
interface JsonTextKernels {
  readRows(
    at: number,
    separator: number,
    last: number,
    spaces: number,
    keys: number,
    nFeatures: number,
    values: number,
  ): number;
  writeNumbers(values: number, n: number, out: number): number;
  writePredictions(scores: number, n: number, out: number): number;
  writeVerdicts(
    scores: number,
    risks: number,
    n: number,
    firstRow: number,
    template: number,
    out: number,
  ): number;
}

const PAGE_BYTES = 64 * 1024;
const WORD_BYTES = 8;
/** Scratch memory comes after the powers; its first word says how far reading came. */
const REACHED_AT = POWERS_LENGTH * WORD_BYTES;
const SCRATCH_BYTES = 128;

export const KEYS_BYTES = 32 * 1024;
const TEMPLATE_BYTES = 8 * 1024;
export const TEXT_BYTES = 32 * 1024;
/** Text is written in whole words, and some of it before its length is known. */
const TEXT_SLACK_BYTES = 64;
/** A number of a row takes two bytes of text at least. */
const NUMBERS_LENGTH = TEXT_BYTES / 2;

const KEYS_AT = REACHED_AT + SCRATCH_BYTES;
const TEMPLATE_AT = KEYS_AT + KEYS_BYTES;
const TEXT_AT = TEMPLATE_AT + TEMPLATE_BYTES + WORD_BYTES;
const NUMBERS_AT = TEXT_AT + TEXT_BYTES + TEXT_SLACK_BYTES;
const END = NUMBERS_AT + NUMBERS_LENGTH * WORD_BYTES;

const memory = new WebAssembly.Memory({ initial: Math.ceil(END / PAGE_BYTES) });
const { buffer } = memory;
fillPowersOfTen(new BigUint64Array(buffer, 0, POWERS_LENGTH));
const kernels = instantiate();
const reached = new Uint32Array(buffer, REACHED_AT, 1);
const keysMemory = new Uint8Array(buffer, KEYS_AT, KEYS_BYTES);
const templateMemory = new Uint8Array(buffer, TEMPLATE_AT, TEMPLATE_BYTES);
let keysThere: Uint8Array | undefined;
let templateThere: Uint8Array | undefined;

/** Text that is to be read, or that was written. */
export const text = new Uint8Array(buffer, TEXT_AT, TEXT_BYTES + TEXT_SLACK_BYTES);
/** Numbers that were read, or that are to be written. */
export const numbers = new Float64Array(buffer, NUMBERS_AT, NUMBERS_LENGTH);

/** How rows follow each other. */
export interface RowLayout {
  /** Byte between two rows, and the one behind the last. */
  readonly separator: number;
  readonly last: number;
  /** A bit for each byte that counts as white space beside the space itself. */
  readonly spaces: number;
}

/**
 * Reads plain rows from `text`, in which a byte 0 marks the end, into `numbers`, the first from text[at + 1] on.
 * `keys`: at most KEYS_BYTES.
 */
export function readRows(
  keys: Uint8Array,
  nFeatures: number,
  { separator, last, spaces }: RowLayout,
  at: number,
): number {
  if (keysThere !== keys) {
    keysMemory.set(keys);
    keysThere = keys;
  }
  return kernels.readRows(TEXT_AT + at, separator, last, spaces, KEYS_AT, nFeatures, NUMBERS_AT);
}

/** Place in `text` of the byte behind the last row that `readRows` has read, or its `at` if there was none. */
export function placeReached(): number {
  return reached[0] - TEXT_AT;
}

/** Writes numbers[0 … n), each with a comma behind it, to `text`; returns the number of bytes. */
export function writeNumbers(n: number): number {
  return kernels.writeNumbers(NUMBERS_AT, n, TEXT_AT) - TEXT_AT;
}

/** Writes the predictions of the scores numbers[0 … n), each with a comma behind it; returns the number of bytes. */
export function writePredictions(n: number): number {
  return kernels.writePredictions(NUMBERS_AT, n, TEXT_AT) - TEXT_AT;
}

/**
 * Writes a record for each of the scores numbers[0 … n) and the risks numbers[n … 2n); returns the number of bytes.
 * `template`: at most TEMPLATE_BYTES, see assembly/verdicts.ts.
 */
export function writeVerdicts(template: Uint8Array, n: number, firstRow: number): number {
  if (templateThere !== template) {
    templateMemory.set(template);
    templateThere = template;
  }
  const risks = NUMBERS_AT + n * WORD_BYTES;
  return kernels.writeVerdicts(NUMBERS_AT, risks, n, firstRow, TEMPLATE_AT, TEXT_AT) - TEXT_AT;
}

function instantiate(): JsonTextKernels {
  const bytes = readFileSync(new URL('./json-text.wasm', import.meta.url));
  const slowNumber = (start: number, end: number) =>
    Number(Buffer.from(buffer, start, end - start).toString('latin1'));
  const imports = { env: { memory, slowNumber } };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports);
  return exports as unknown as JsonTextKernels;
}
