// A batch in JSON: {"rows": […]} with plain rows straight from its bytes, everything else by JSON.parse.
import { checkRowCount, type Rows, readBatch } from '../model/rows.js';
import type { Schema } from '../model/schema.js';
import { decodeJson } from './json.js';
import { plainFormOf, readPlainList } from './plain-rows.js';
import { RowValues } from './row-values.js';

/** The rows of the batch in `bytes`, checked as `readBatch` checks them. */
export function decodeJsonBatch(schema: Schema, bytes: Uint8Array, maxRows: number): Rows {
  const plain = readPlainBatch(schema, bytes);
  if (plain === undefined) return readBatch(schema, decodeJson(bytes), maxRows);
  checkRowCount(plain.nRows, maxRows);
  return plain;
}

/** Up to the list's opening bracket, and from its closing one on. */
const HEAD = /^[ \t\r\n]*\{[ \t\r\n]*"rows"[ \t\r\n]*:[ \t\r\n]*\[/;
const TAIL = /^\][ \t\r\n]*\}[ \t\r\n]*$/;
const LONGEST_FRAME_BYTES = 100;

function readPlainBatch(schema: Schema, bytes: Uint8Array): Rows | undefined {
  const head = HEAD.exec(latin1(bytes, 0, LONGEST_FRAME_BYTES))?.[0];
  if (head === undefined) return undefined;
  const values = new RowValues();
  const end = readPlainList(plainFormOf(schema), bytes, head.length - 1, values);
  if (end < 0 || bytes.length - end > LONGEST_FRAME_BYTES) return undefined;
  if (!TAIL.test(latin1(bytes, end, bytes.length))) return undefined;
  return { nRows: values.length / schema.features.length, values: values.all() };
}

function latin1({ buffer, byteOffset, length }: Uint8Array, start: number, end: number): string {
  return Buffer.from(buffer, byteOffset + start, Math.min(end, length) - start).toString('latin1');
}
