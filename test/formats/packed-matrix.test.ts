import { describe, expect, it } from 'vitest';
import {
  isPackedMatrix,
  packFloat64,
  packPredictions,
  unpackMatrix,
} from '../../src/formats/packed-matrix.js';
import { API_BEHAVIOUR_SCHEMA } from '../../src/model/schema.js';
import { thrownBy } from '../support/thrown-by.js';

const SCHEMA = { features: API_BEHAVIOUR_SCHEMA.features.slice(0, 3) };
const VALUES = Float64Array.of(0.1, -0, 5e-324, Number.MAX_VALUE, -2, 3);
const MATRIX = packFloat64(VALUES);

function refusal(document: { matrix: unknown; [key: string]: unknown }, maxRows = 1_000) {
  const { tag, message, fields } = thrownBy(() => unpackMatrix(SCHEMA, document, maxRows));
  return { tag, message, ...fields };
}

describe('a packed matrix', () => {
  it('is a document with the key "matrix" of its own', () => {
    expect(isPackedMatrix({ matrix: MATRIX, rows: 2 })).toBe(true);
    expect(isPackedMatrix({ matrix: undefined })).toBe(true);
    for (const other of [
      { rows: [] },
      null,
      undefined,
      7,
      'matrix',
      Object.create({ matrix: 1 }),
    ]) {
      expect(isPackedMatrix(other)).toBe(false);
    }
  });

  it('gives its rows bit by bit, wherever it lies in a message', () => {
    for (let offset = 0; offset < 9; offset++) {
      const message = Buffer.concat([Buffer.alloc(offset, 7), MATRIX, Buffer.alloc(3, 7)]);
      const matrix = message.subarray(offset, offset + MATRIX.length);
      expect(unpackMatrix(SCHEMA, { matrix, rows: 2 }, 2)).toEqual({ nRows: 2, values: VALUES });
    }
  });

  it('is little-endian', () => {
    const matrix = Buffer.alloc(24);
    for (const [i, value] of [1.5, -2.5, 1e100].entries()) matrix.writeDoubleLE(value, 8 * i);
    expect([...unpackMatrix(SCHEMA, { matrix, rows: 1 }, 1).values]).toEqual([1.5, -2.5, 1e100]);
  });

  it.each([
    ['too few bytes', MATRIX.subarray(1), 2, '"matrix" has 47 bytes, expected 48 for 2 rows of 3'],
    ['too many rows said', MATRIX, 3, '"matrix" has 48 bytes, expected 72 for 3 rows of 3'],
    ['too few rows said', MATRIX, 1, '"matrix" has 48 bytes, expected 24 for 1 rows of 3'],
    ['no bytes', [1, 2, 3], 1, '"matrix" expected binary data, got an array'],
    ['text', 'AAAA', 1, '"matrix" expected binary data, got "AAAA"'],
    ['other numbers', VALUES, 2, '"matrix" expected binary data, got an object'],
    ['nothing', undefined, 2, '"matrix" expected binary data, got undefined'],
    ['no number of rows', MATRIX, undefined, '"rows" expected a whole number, got undefined'],
    ['half a row', MATRIX, 1.5, '"rows" expected a whole number, got 1.5'],
    ['less than no rows', MATRIX, -2, '"rows" expected a whole number, got -2'],
    ['text for a number', MATRIX, '2', '"rows" expected a whole number, got "2"'],
    ['no rows', new Uint8Array(0), 0, 'the batch is empty, expected at least one row'],
  ])('with %s is refused', (_, matrix, rows, message) => {
    expect(refusal({ matrix, rows })).toMatchObject({
      tag: 'malformed-body',
      message: expect.stringContaining(message),
    });
  });

  it('of more rows than are allowed is refused, however many', () => {
    for (const rows of [3, 2 ** 32, Number.MAX_SAFE_INTEGER, 1e300]) {
      expect(refusal({ matrix: MATRIX, rows }, 2)).toEqual({
        tag: 'too-many-rows',
        message: `the batch has ${rows} rows, at most 2 are allowed`,
        value: rows,
      });
    }
  });

  it('with anything else beside it is refused', () => {
    expect(refusal({ matrix: MATRIX, rows: 2, columns: {} })).toMatchObject({
      field: 'columns',
      message: 'unknown key "columns", expected "matrix" and "rows"',
    });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('with %d in it is refused by place', (value) => {
    const matrix = packFloat64(VALUES.with(4, value));
    expect(refusal({ matrix, rows: 2 })).toEqual({
      tag: 'invalid-field',
      row: 1,
      field: SCHEMA.features[1].name,
      value,
      message: `row 1: "${SCHEMA.features[1].name}" expected a finite number, got ${value}`,
    });
  });
});

describe('packed columns of a reply', () => {
  it('hold scores as float64 and predictions as 1 and -1', () => {
    const scores = Float64Array.of(9, 0.5, 0, -0.5).subarray(1);
    const packed = packFloat64(scores);
    const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
    expect([0, 8, 16].map((at) => view.getFloat64(at, true))).toEqual([0.5, 0, -0.5]);
    expect(packed.byteLength).toBe(24);
    expect([...new Int8Array(packPredictions(scores))]).toEqual([1, -1, -1]);
  });
});
