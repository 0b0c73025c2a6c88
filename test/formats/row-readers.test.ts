import { describe, expect, it } from 'vitest';
import { documentReader, tableReader } from '../../src/formats/row-readers.js';
import { numberColumn, wantedFeatures } from '../../src/formats/wanted-values.js';
import type { Encoder } from '../../src/model/encoder.js';

const encoder: Encoder = [
  { feature: 'duration', column: 'duration(sec)' },
  { feature: 'count', column: 'count' },
  { feature: 'ip_default', column: 'ip', category: 'default' },
];

describe('from columns to features', () => {
  const open = (names: string) =>
    tableReader(
      wantedFeatures(encoder),
      names.split(',').map((name) => name.trim()),
      'line 1: the header',
    );
  const readRow = (names: string, row: string) => {
    const values = new Float64Array(encoder.length);
    const fault = open(names).readRow(row.split(','), values, 0);
    return fault ?? [...values];
  };

  it.each([
    ['raw columns', 'duration(sec),count,ip', '0.5,3,default', [0.5, 3, 1]],
    ['another category', 'duration(sec),count,ip', '0.5,3,datacenter', [0.5, 3, 0]],
    ['feature names', 'duration,count,ip_default', '1e-6,3,0', [1e-6, 3, 0]],
    ['both, in any order', 'ip_default,count,duration(sec)', '1,3,-2.5', [-2.5, 3, 1]],
    ['columns that feed nothing', 'x,ip,count,y,duration', 'a,default,3,,4', [4, 3, 1]],
    ['spaces around names and values', ' count , duration, ip', ' 3 , 4, default', [4, 3, 1]],
  ])('reads %s', (_, names, row, expected) => {
    expect(readRow(names, row)).toEqual(expected);
  });

  it.each(['', ' ', 'NA', 'NaN', 'nan', 'null', 'None', 'n/a'])(
    'finds "%s" to be a missing value',
    (cell) => {
      const missing = (field: string) => ({ message: `"${field}" is missing`, fields: { field } });
      expect(readRow('duration(sec),count,ip', `0.5,${cell},default`)).toEqual(missing('count'));
      expect(readRow('duration(sec),count,ip', `0.5,3,${cell}`)).toEqual(missing('ip'));
    },
  );

  it('writes at the given place only', () => {
    const values = new Float64Array(9).fill(-1);
    open('duration,count,ip').readRow(['5', '6', 'default'], values, 3);
    expect([...values]).toEqual([-1, -1, -1, 5, 6, 1, -1, -1, -1]);
  });

  it.each(['abc', '1,5', 'Infinity', '-inf', '12 min'])('refuses "%s" as a number', (cell) => {
    const { readRow } = open('duration,count,ip');
    expect(readRow(['1', cell, 'default'], new Float64Array(3), 0)).toEqual({
      message: `"count" expected a number, got "${cell}"`,
      fields: { field: 'count', value: cell },
    });
  });

  it.each([
    ['duration,ip', 'line 1: the header has no column "count"'],
    ['count,ip', 'line 1: the header has no column "duration(sec)" or "duration"'],
    ['Count,duration,ip', 'line 1: the header has no column "count"; was "Count" meant?'],
    ['count,durations,ip', 'or "duration"; was "durations" meant?'],
    ['count,duration,count,ip', 'line 1: the header has column "count" twice'],
  ])('refuses the header %s', (names, message) => {
    expect(() => open(names)).toThrow(message);
  });

  it('names the columns that it does not use', () => {
    expect(open('id,ip,count,note,duration').unused).toEqual(['id', 'note']);
  });

  it('refuses a row with another number of cells than the header', () => {
    expect(readRow('duration,count,ip', '1,2')).toEqual({
      message: 'has 2 columns, but the header has 3',
      fields: { value: 2 },
    });
  });

  it.each([
    ['flags that are booleans', [1, 2, true], [1, 2, 1]],
    ['flags as pandas writes them', ['1', '2', 'False'], [1, 2, 0]],
    ['whole numbers of 64 bits', [1n, 2n, 0], [1, 2, 0]],
  ])('reads typed cells: %s', (_, cells, expected) => {
    const values = new Float64Array(3);
    expect(open('duration,count,ip_default').readRow(cells, values, 0)).toBeUndefined();
    expect([...values]).toEqual(expected);
  });

  it('takes a given value where there is no column for it', () => {
    const wanted = [
      { columns: [numberColumn('a')] },
      { columns: [numberColumn('b')], otherwise: 7 },
    ];
    const values = new Float64Array(2);
    tableReader(wanted, ['a'], 'the file').readRow(['1'], values, 0);
    expect([...values]).toEqual([1, 7]);
    tableReader(wanted, ['b', 'a'], 'the file').readRow(['5', '1'], values, 0);
    expect([...values]).toEqual([1, 5]);
  });
});

describe('from rows of JSON to features', () => {
  const unused = new Set<string>();
  const readDocument = documentReader(wantedFeatures(encoder), unused);
  const read = (document: unknown) => {
    const values = new Float64Array(3);
    return readDocument(document, values, 0) ?? [...values];
  };

  it.each([
    ['features', { ip_default: 1, count: 3, duration: 0.5 }],
    ['raw columns', { 'duration(sec)': 0.5, count: 3, ip: 'default' }],
    ['numbers as texts', { duration: '0.5', count: '3', ip_default: 'True' }],
    ['an array of features', [0.5, 3, 1]],
  ])('reads %s', (_, document) => {
    expect(read(document)).toEqual([0.5, 3, 1]);
  });

  it('names the keys that it does not use', () => {
    read({ id: 'a', duration: 0.5, count: 3, ip: 'x', toString: 1 });
    expect([...unused]).toEqual(['id', 'toString']);
  });

  it.each([
    ['a missing key', { duration: 1, ip: 'x' }, '"count" is missing'],
    ['null', { duration: 1, count: null, ip: 'x' }, '"count" is missing'],
    ['a text', { duration: 1, count: 'many', ip: 'x' }, '"count" expected a number, got "many"'],
    [
      'a container',
      { duration: 1, count: [1], ip: 'x' },
      '"count" expected a number, got an array',
    ],
    ['a short array', [1, 2], 'has 2 values, expected 3'],
    ['a lone number', 5, 'expected an object or an array, got 5'],
  ])('says what is wrong with %s', (_, document, message) => {
    expect(read(document)).toMatchObject({ message });
  });
});
