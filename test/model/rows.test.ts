import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Batch, checkFinite, type Rows, readBatch, rowReader } from '../../src/model/rows.js';
import { API_BEHAVIOUR_SCHEMA, type Schema } from '../../src/model/schema.js';
import { ANOMALOUS_ROW, NORMAL_ROW } from '../support/sample-detectors.js';
import { thrownBy } from '../support/thrown-by.js';

const NAMES = API_BEHAVIOUR_SCHEMA.features.map(({ name }) => name);

function schemaOf(...names: string[]): Schema {
  return {
    features: names.map((name) => ({
      name,
      title: name,
      description: '',
      unit: '',
      kind: 'number',
      example: 0,
    })),
  };
}

const AB = schemaOf('a', 'b');

const read = (document: unknown, schema = AB, maxRows = 1_000) =>
  readBatch(schema, document, maxRows);

function refusal(document: unknown, schema = AB, maxRows?: number) {
  const { tag, message, fields } = thrownBy(() => read(document, schema, maxRows));
  return { tag, message, ...fields };
}

/** What JSON.parse gives for `text`: the only way to an own property `__proto__`. */
const parsed = (text: string): unknown => JSON.parse(text);

describe('a batch', () => {
  it('is rows as objects, rows as arrays, or columns', () => {
    const expected: Rows = { nRows: 2, values: Float64Array.of(1, 2, 3, 4) };
    const rows: Batch = {
      rows: [
        { a: 1, b: 2 },
        { a: 3, b: 4 },
      ],
    };
    const columns: Batch = { columns: { a: [1, 3], b: [2, 4] } };
    expect(read(rows)).toEqual(expected);
    expect(
      read({
        rows: [
          [1, 2],
          [3, 4],
        ],
      }),
    ).toEqual(expected);
    expect(read(columns)).toEqual(expected);
  });

  it('may mix objects and arrays, with keys in any order', () => {
    expect(read({ rows: [[1, 2], { b: 4, a: 3 }] }).values).toEqual(Float64Array.of(1, 2, 3, 4));
    expect(read({ columns: { b: [2], a: [1] } }).values).toEqual(Float64Array.of(1, 2));
  });

  it('gives the same rows in every form and order of keys', () => {
    const value = fc.double({ noNaN: true, noDefaultInfinity: true });
    const behaviour = fc.array(value, { minLength: NAMES.length, maxLength: NAMES.length });
    const behaviours = fc.array(behaviour, { minLength: 1, maxLength: 20 });
    const order = fc.shuffledSubarray(NAMES, { minLength: NAMES.length });
    fc.assert(
      fc.property(behaviours, order, (rows, names) => {
        const expected = { nRows: rows.length, values: Float64Array.from(rows.flat()) };
        const at = (name: string) => NAMES.indexOf(name);
        const objects = rows.map((row) =>
          Object.fromEntries(names.map((name) => [name, row[at(name)]])),
        );
        const columns = Object.fromEntries(
          names.map((name) => [name, rows.map((row) => row[at(name)])]),
        );
        for (const document of [{ rows }, { rows: objects }, { columns }]) {
          expect(read(document, API_BEHAVIOUR_SCHEMA)).toEqual(expected);
          const sent = JSON.stringify(document, (_, v) => (Object.is(v, -0) ? '-0' : v));
          expect(read(parsed(sent.replaceAll('"-0"', '-0')), API_BEHAVIOUR_SCHEMA)).toEqual(
            expected,
          );
        }
      }),
      { numRuns: 50 },
    );
  });

  it('takes any finite number, however large or small', () => {
    const values = [Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324, -0, 2 ** 53, 1e-308];
    expect([...read({ rows: values.map((value) => [value, value]) }).values]).toEqual(
      values.flatMap((value) => [value, value]),
    );
  });

  it('takes as many rows as are allowed, and no more', () => {
    const rows = [
      [1, 2],
      [3, 4],
      [5, 6],
    ];
    const columns = { a: [1, 3, 5], b: [2, 4, 6] };
    expect(read({ rows }, AB, 3).nRows).toBe(3);
    expect(read({ columns }, AB, 3).nRows).toBe(3);
    const expected = {
      tag: 'too-many-rows',
      message: 'the batch has 3 rows, at most 2 are allowed',
      value: 3,
    };
    expect(refusal({ rows }, AB, 2)).toEqual(expected);
    expect(refusal({ columns }, AB, 2)).toEqual(expected);
  });

  it.each([{ rows: [] }, { columns: { a: [], b: [] } }])(
    'of no rows is refused: %j',
    (document) => {
      expect(refusal(document)).toMatchObject({
        tag: 'malformed-body',
        message: 'the batch is empty, expected at least one row',
      });
    },
  );

  it.each([
    [null, 'expected an object with "rows" or "columns", got null'],
    [undefined, 'expected an object with "rows" or "columns", got undefined'],
    [[[1, 2]], 'expected an object with "rows" or "columns", got an array'],
    ['rows', 'expected an object with "rows" or "columns", got "rows"'],
    [{}, 'expected either "rows" or "columns"'],
    [{ rows: [[1, 2]], columns: {} }, 'expected either "rows" or "columns"'],
    [{ rows: [[1, 2]], model: 'x' }, 'unknown key "model", expected "rows" or "columns"'],
    [{ rows: null }, '"rows" expected an array, got null'],
    [{ rows: { a: 1, b: 2 } }, '"rows" expected an array, got an object'],
    [{ rows: 'x'.repeat(99) }, `"rows" expected an array, got "${'x'.repeat(60)}…"`],
    [{ columns: null }, '"columns" expected an object of arrays, got null'],
    [{ columns: [[1], [2]] }, '"columns" expected an object of arrays, got an array'],
  ])('is refused when it has another form: %j', (document, message) => {
    expect(refusal(document)).toMatchObject({ tag: 'malformed-body', message });
  });
});

describe('an error names row, field and value', () => {
  it.each([
    ['text', '1', 'a number, got "1"'],
    ['nothing', '', 'a number, got ""'],
    ['null', null, 'a number, got null'],
    ['a truth value', true, 'a number, got true'],
    ['an array', [1], 'a number, got an array'],
    ['an object', { valueOf: 1 }, 'a number, got an object'],
    ['a big integer', 10n, 'a number, got 10'],
    ['NaN', Number.NaN, 'a finite number, got NaN'],
    ['Infinity', Number.POSITIVE_INFINITY, 'a finite number, got Infinity'],
    ['-Infinity', Number.NEGATIVE_INFINITY, 'a finite number, got -Infinity'],
  ])('where %s stands in place of a number', (_, value, expected) => {
    const error = {
      tag: 'invalid-field',
      row: 1,
      field: 'b',
      value,
      message: `row 1: "b" expected ${expected}`,
    };
    expect(
      refusal({
        rows: [
          { a: 1, b: 2 },
          { a: 3, b: value },
        ],
      }),
    ).toEqual(error);
    expect(
      refusal({
        rows: [
          { a: 1, b: 2 },
          { b: value, a: 3 },
        ],
      }),
    ).toEqual(error);
    expect(
      refusal({
        rows: [
          [1, 2],
          [3, value],
        ],
      }),
    ).toEqual(error);
    expect(refusal({ columns: { a: [1, 3], b: [2, value] } })).toEqual(error);
  });

  it('where a feature is missing', () => {
    const expected = (row: number, field: string) => ({
      tag: 'invalid-field',
      row,
      field,
      message: `row ${row}: "${field}" is missing`,
    });
    expect(refusal({ rows: [{ a: 1 }] })).toEqual(expected(0, 'b'));
    expect(refusal({ rows: [{ b: 1 }] })).toEqual(expected(0, 'a'));
    expect(refusal({ rows: [[1, 2], {}] })).toEqual(expected(1, 'a'));
    expect(refusal({ rows: [{ b: 1, a: undefined }] })).toEqual(expected(0, 'a'));
    expect(refusal({ columns: { a: [1] } })).toEqual({
      tag: 'invalid-field',
      field: 'b',
      message: 'column "b" is missing',
    });
  });

  it('where a row has something that is no feature', () => {
    for (const row of [
      { a: 1, b: 2, c: 3 },
      { c: 3, a: 1, b: 2 },
      { a: 1, c: 3, b: 2 },
    ]) {
      expect(refusal({ rows: [[1, 2], row] })).toEqual({
        tag: 'invalid-field',
        row: 1,
        field: 'c',
        message: 'row 1: "c" is not a feature of this detector',
      });
    }
    expect(refusal({ columns: { a: [1], b: [2], c: [3] } })).toEqual({
      tag: 'invalid-field',
      field: 'c',
      message: '"c" is not a feature of this detector',
    });
  });

  it('where an array is too short or too long', () => {
    for (const row of [[], [1], [1, 2, 3]]) {
      expect(refusal({ rows: [[1, 2], row] })).toEqual({
        tag: 'invalid-field',
        row: 1,
        value: row.length,
        message: `row 1: has ${row.length} values, expected 2`,
      });
    }
  });

  it('where a row is neither object nor array', () => {
    for (const [row, shown] of [
      [null, 'null'],
      [7, '7'],
      ['x', '"x"'],
      [undefined, 'undefined'],
    ]) {
      expect(refusal({ rows: [[1, 2], row] })).toMatchObject({
        tag: 'invalid-field',
        row: 1,
        message: `row 1: expected an object or an array, got ${shown}`,
      });
    }
  });

  it('where columns are no arrays, or of different lengths', () => {
    expect(refusal({ columns: { a: [1], b: 2 } })).toMatchObject({
      field: 'b',
      message: 'column "b" expected an array, got 2',
    });
    expect(refusal({ columns: { a: [1, 2], b: [3] } })).toMatchObject({
      field: 'b',
      message: 'column "b" has 1 values, expected 2',
    });
  });

  it('where rows or columns have holes', () => {
    const sparse = [1];
    sparse[2] = 3;
    expect(refusal({ rows: Object.assign([], { 1: [1, 2] }) })).toMatchObject({ row: 0 });
    expect(refusal({ rows: [Object.assign(new Array(2), { 0: 1 })] })).toMatchObject({
      field: 'b',
    });
    expect(refusal({ columns: { a: sparse, b: [1, 2, 3] } })).toMatchObject({
      row: 1,
      field: 'a',
      message: 'row 1: "a" expected a number, got undefined',
    });
  });

  it('at the first of several places, and in a real behaviour', () => {
    const rows = [NORMAL_ROW, { ...ANOMALOUS_ROW, num_users: 'abc' }, { num_users: 'def' }];
    expect(refusal({ rows }, API_BEHAVIOUR_SCHEMA).message).toBe(
      'row 1: "num_users" expected a number, got "abc"',
    );
  });
});

describe('names that every JavaScript object knows', () => {
  const INHERITED = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];

  it.each(INHERITED)('"%s" is refused as something that is no feature', (name) => {
    const message = `"${name}" is not a feature of this detector`;
    for (const rows of [`[{"a":1,"b":2,"${name}":3}]`, `[{"${name}":3,"a":1,"b":2}]`]) {
      expect(refusal(parsed(`{"rows":${rows}}`)).message).toBe(`row 0: ${message}`);
    }
    const columns = parsed(`{"columns":{"a":[1],"b":[2],"${name}":[3]}}`);
    expect(refusal(columns).message).toBe(message);
    expect(refusal(parsed(`{"rows":[[1,2]],"${name}":1}`)).message).toBe(
      `unknown key "${name}", expected "rows" or "columns"`,
    );
  });

  it.each(INHERITED)('"%s" is missing where a feature of that name is not given', (name) => {
    const schema = schemaOf(name, 'b');
    expect(refusal({ rows: [{ b: 1 }] }, schema).message).toBe(`row 0: "${name}" is missing`);
    expect(refusal({ rows: [{}] }, schema).message).toBe(`row 0: "${name}" is missing`);
    expect(refusal({ columns: { b: [1] } }, schema).message).toBe(`column "${name}" is missing`);
  });

  it.each(INHERITED)('"%s" can be a feature', (name) => {
    const schema = schemaOf(name, 'b');
    const expected = Float64Array.of(1, 2);
    expect(read(parsed(`{"rows":[{"${name}":1,"b":2}]}`), schema).values).toEqual(expected);
    expect(read(parsed(`{"rows":[{"b":2,"${name}":1}]}`), schema).values).toEqual(expected);
    expect(read(parsed(`{"columns":{"${name}":[1],"b":[2]}}`), schema).values).toEqual(expected);
  });
});

describe('a reader of single rows', () => {
  it('writes its row where it is told, and nothing else', () => {
    const values = new Float64Array(6).fill(9);
    rowReader(AB)({ a: 1, b: 2 }, 0, values, 2);
    expect(values).toEqual(Float64Array.of(9, 9, 1, 2, 9, 9));
  });

  it('passes over the other keys that it may meet, in objects of any order', () => {
    const readRow = rowReader(AB, ['model_type']);
    for (const row of [
      { model_type: 'x', a: 1, b: 2 },
      { a: 1, model_type: 'x', b: 2 },
      { b: 2, a: 1, model_type: 'x' },
    ]) {
      const values = new Float64Array(2);
      readRow(row, 0, values, 0);
      expect(values).toEqual(Float64Array.of(1, 2));
    }
  });
});

describe('a matrix', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'with %d in it is refused by row and field',
    (value) => {
      const values = Float64Array.of(1, 2, 3, 4, 5, value);
      expect(thrownBy(() => checkFinite(AB, values))).toMatchObject({
        tag: 'invalid-field',
        message: `row 2: "b" expected a finite number, got ${value}`,
        fields: { row: 2, field: 'b' },
      });
      expect(thrownBy(() => checkFinite(AB, values, 40)).fields.row).toBe(42);
    },
  );
});
