// A batch in JSON: {"rows": […]} with plain rows straight from its bytes, everything else by JSON.parse.
import { checkRowCount, type Rows, readBatch } from '../model/rows.js';
import type { Schema } from '../model/schema.js';
import { decodeJson } from './json.js';
import { NOT_PLAIN } from './plain-number.js';
import { afterSpace, plainRowReader, plainText, withRoom } from './plain-rows.js';

/** The rows of the batch in `bytes`, checked as `readBatch` checks them. */
export function decodeJsonBatch(schema: Schema, bytes: Uint8Array, maxRows: number): Rows {
  const plain = readPlainBatch(schema, bytes);
  if (plain === undefined) return readBatch(schema, decodeJson(bytes), maxRows);
  checkRowCount(plain.nRows, maxRows);
  return plain;
}

const COMMA = 0x2c;
const BEFORE_ROWS = tokens('{', '"rows"', ':', '[');
const AFTER_ROWS = tokens(']', '}');

function readPlainBatch(schema: Schema, bytes: Uint8Array): Rows | undefined {
  const readRow = plainRowReader(schema);
  const text = plainText(bytes);
  const nFeatures = schema.features.length;
  let values: Float64Array = new Float64Array(0);
  let nValues = 0;
  let at = afterTokens(bytes, 0, BEFORE_ROWS);
  if (at === NOT_PLAIN) return undefined;
  for (;;) {
    values = withRoom(values, nValues + nFeatures);
    at = readRow(text, afterSpace(bytes, at), values, nValues);
    if (at === NOT_PLAIN) return undefined;
    nValues += nFeatures;
    at = afterSpace(bytes, at);
    if (bytes[at] !== COMMA) break;
    at++;
  }
  if (afterTokens(bytes, at, AFTER_ROWS) !== bytes.length) return undefined;
  return { nRows: nValues / nFeatures, values: values.subarray(0, nValues) };
}

function tokens(...texts: string[]): readonly Uint8Array[] {
  return texts.map((text) => new TextEncoder().encode(text));
}

/** Where the tokens at `at` end, and the white space around them; or NOT_PLAIN. */
function afterTokens(bytes: Uint8Array, at: number, expected: readonly Uint8Array[]): number {
  let next = afterSpace(bytes, at);
  for (const token of expected) {
    for (const byte of token) if (bytes[next++] !== byte) return NOT_PLAIN;
    next = afterSpace(bytes, next);
  }
  return next;
}
