import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { API_BEHAVIOUR_SCHEMA } from '../../src/model/schema.js';
import { exampleFields, fieldNames, parseFields, readForm } from '../../src/web/form.js';
import { forestOver, NORMAL_ROW } from '../support/sample-detectors.js';

const EXAMPLE = API_BEHAVIOUR_SCHEMA.features.map(({ example }) => example);

/** Reads the example with `changes`; null takes the field away. */
function read(changes: Record<string, string | null> = {}, more = '') {
  const form = new URLSearchParams({ model: 'ocsvm' });
  for (const [name, value] of Object.entries({ ...NORMAL_ROW, ...changes })) {
    if (value !== null) form.set(name, String(value));
  }
  return readForm(API_BEHAVIOUR_SCHEMA, parseFields(form + more));
}

describe('a filled in form', () => {
  it("becomes a row in the schema's order", () => {
    expect(read()).toEqual({ row: EXAMPLE });
  });

  it('reads the same row from the examples of the schema', () => {
    expect(readForm(API_BEHAVIOUR_SCHEMA, exampleFields(API_BEHAVIOUR_SCHEMA))).toEqual({
      row: EXAMPLE,
    });
  });

  it.each([
    ['12', 12],
    [' 12 ', 12],
    ['-0.5', -0.5],
    ['+3', 3],
    ['.25', 0.25],
    ['5.', 5],
    ['1e3', 1000],
    ['1.5E-7', 1.5e-7],
  ])('takes %j as %d', (text, value) => {
    expect(read({ num_users: text })).toHaveProperty('row.5', value);
  });

  it('reads every finite number back as it was written', () => {
    fc.assert(
      fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (value) => {
        expect(read({ num_users: String(value) })).toHaveProperty('row.5', Number(String(value)));
      }),
    );
  });
});

describe('the fields of any schema', () => {
  it('are named as the features are, but for names with another meaning and unprintable ones', () => {
    const names = ['a b', 'model', '"<b>', 'x\ny', 'example', 'feature-0', '__proto__', 'ключ'];
    const { schema } = forestOver(
      'odd',
      names.map((name) => ({ name })),
    );
    const fields = ['a b', 'feature-1', '"<b>', 'feature-3', 'feature-4', 'feature-5'];
    expect(fieldNames(schema)).toEqual([...fields, '__proto__', 'ключ']);
    expect(readForm(schema, exampleFields(schema))).toEqual({ row: names.map(() => 0) });
  });
});

describe('a form with mistakes', () => {
  it.each([
    ['', 'missing, expected a number such as 220'],
    ['   ', 'missing, expected a number such as 220'],
    ['many', 'expected a number such as 220, got "many"'],
    ['1,5', 'expected a number such as 220, got "1,5"'],
    ['1 000', 'expected a number such as 220, got "1 000"'],
    ['NaN', 'expected a number such as 220, got "NaN"'],
    ['Infinity', 'expected a number such as 220, got "Infinity"'],
    ['0x10', 'expected a number such as 220, got "0x10"'],
    ['0b1', 'expected a number such as 220, got "0b1"'],
    ['1e999', 'expected a finite number such as 220, got "1e999"'],
    ['-1e999', 'expected a finite number such as 220, got "-1e999"'],
    ['1'.repeat(101), 'expected at most 100 characters, got 101'],
  ])('says of %j that it is %s', (text, message) => {
    expect(read({ num_users: text })).toEqual({ problems: [{ field: 'num_users', message }] });
  });

  it.each([
    ['', 'missing, expected 0 or 1'],
    ['2', 'expected 0 or 1, got "2"'],
    ['yes', 'expected 0 or 1, got "yes"'],
  ])('takes only 0 and 1 for a flag, not %j', (text, message) => {
    expect(read({ source_F: text })).toEqual({ problems: [{ field: 'source_F', message }] });
  });

  it('names a field that was sent twice', () => {
    expect(read({}, '&num_users=7')).toEqual({
      problems: [{ field: 'num_users', message: 'given 2 times, expected once' }],
    });
  });

  it('names a field that the detector does not know', () => {
    expect(read({}, '&colour=red')).toEqual({
      problems: [{ message: '"colour" is not a field of this detector' }],
    });
    expect(read({}, '&colour=red&__proto__=1&taste=')).toEqual({
      problems: [{ message: '"colour" and 2 more are not fields of this detector' }],
    });
  });

  it('lists all mistakes in the order of the form', () => {
    const reading = read({ num_users: 'x', inter_api_access_duration: null });
    const problems = 'problems' in reading ? reading.problems : [];
    expect(problems.map(({ field }) => field)).toEqual(['inter_api_access_duration', 'num_users']);
  });

  it('reads any text as the finite number that it is or names its field', () => {
    const numberLike = fc.string({ unit: fc.constantFrom(...'0123456789.+-eExn '), maxLength: 12 });
    fc.assert(
      fc.property(fc.oneof(numberLike, fc.string({ unit: 'binary' })), (text) => {
        const reading = read({ num_users: text });
        if ('row' in reading) {
          expect(reading.row[5]).toBe(Number(text));
          expect(reading.row.every(Number.isFinite)).toBe(true);
        } else {
          expect(reading.problems.map(({ field }) => field)).toEqual(['num_users']);
        }
      }),
    );
  });
});
