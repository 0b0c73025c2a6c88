// What the tables of bad input are made of: a request, and the error that answers it.
import { pack } from 'msgpackr';
import type { RequestOptions } from '../support/running-server.js';
import { NORMAL_ROW } from '../support/sample-detectors.js';

/** Limits of the server that the tables are for. */
export const MAX_ROWS = 1_000;
export const MAX_BODY_BYTES = 2 * 1024 * 1024;
export const MAX_UPLOAD_BYTES = 1024 * 1024;

export type BadInput = readonly [
  title: string,
  path: string,
  options: RequestOptions,
  status: number,
  error: object,
];

export const MSGPACK = { 'Content-Type': 'application/msgpack' };
export const json = (document: unknown): RequestOptions => ({ body: JSON.stringify(document) });
export const text = (body: string): RequestOptions => ({ body });
export const msgpack = (document: unknown): RequestOptions => ({
  body: pack(document),
  headers: MSGPACK,
});

/** The normal row, in the schema's order. */
export const VALUES: readonly number[] = Object.values(NORMAL_ROW);
export const LONG_TEXT = 'x'.repeat(100_000);
/** LONG_TEXT as errors show it. */
export const CUT_TEXT = `${'x'.repeat(60)}…`;

export function columns(changes: object): RequestOptions {
  const all = Object.entries(NORMAL_ROW).map(([name, value]) => [name, [value, value]]);
  return json({ columns: { ...Object.fromEntries(all), ...changes } });
}

export function matrix(changes: object, values = VALUES): RequestOptions {
  const bytes = Buffer.from(Float64Array.from(values).buffer);
  return msgpack({ matrix: bytes, rows: 1, ...changes });
}

export function malformed(error: unknown, place = {}) {
  return { error, code: 'malformed-body', ...place };
}

export function invalid(error: string, place: object) {
  return { error, code: 'invalid-field', ...place };
}
