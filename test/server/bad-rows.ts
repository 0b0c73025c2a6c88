// Rows, columns and matrices with something wrong in them: errors name row, field and value.
import { expect } from 'vitest';
import { ANOMALOUS_ROW, NORMAL_ROW } from '../support/sample-detectors.js';
import {
  type BadInput,
  CUT_TEXT,
  columns,
  invalid,
  json,
  LONG_TEXT,
  malformed,
  matrix,
  msgpack,
  text,
  VALUES,
} from './bad-input.js';

const { num_users: _, ...WITHOUT_USERS } = NORMAL_ROW;
const row = (changes: object) => ({ ...NORMAL_ROW, ...changes });
const rows = (third: unknown) => json({ rows: [NORMAL_ROW, ANOMALOUS_ROW, third] });
const notUsers = (at: number, wanted: string, shown: string, value: unknown) =>
  invalid(`row ${at}: "num_users" expected ${wanted}, got ${shown}`, {
    row: at,
    field: 'num_users',
    value,
  });

export const BAD_ROWS: readonly BadInput[] = [
  [
    'a missing field',
    '/predict_json',
    json(WITHOUT_USERS),
    400,
    invalid('row 0: "num_users" is missing', { row: 0, field: 'num_users' }),
  ],
  [
    'a missing field in the third row',
    '/v1/score',
    rows(WITHOUT_USERS),
    400,
    invalid('row 2: "num_users" is missing', { row: 2, field: 'num_users' }),
  ],
  [
    'an unknown field',
    '/predict_json',
    json(row({ ip: '1.2.3.4' })),
    400,
    invalid('row 0: "ip" is not a feature of this detector', { row: 0, field: 'ip' }),
  ],
  [
    'an unknown field in the third row',
    '/v1/score',
    rows(row({ ip: 1 })),
    400,
    invalid('row 2: "ip" is not a feature of this detector', { row: 2, field: 'ip' }),
  ],
  [
    'an endless unknown field',
    '/v1/score',
    rows(row({ [LONG_TEXT]: 1 })),
    400,
    invalid(`row 2: "${CUT_TEXT}" is not a feature of this detector`, { row: 2, field: CUT_TEXT }),
  ],
  [
    'a field that every object inherits',
    '/predict_json',
    text(JSON.stringify(NORMAL_ROW).replace('{', '{"__proto__":1,')),
    400,
    invalid('row 0: "__proto__" is not a feature of this detector', { row: 0, field: '__proto__' }),
  ],
  [
    'model_type where it has no place',
    '/v1/score',
    rows(row({ model_type: 'hybrid' })),
    400,
    invalid('row 2: "model_type" is not a feature of this detector', {
      row: 2,
      field: 'model_type',
    }),
  ],
  [
    'a text where a number belongs',
    '/predict_json',
    json(row({ num_users: 'abc' })),
    400,
    notUsers(0, 'a number', '"abc"', 'abc'),
  ],
  [
    'a number in quotes',
    '/v1/score',
    rows(row({ num_users: '220' })),
    400,
    notUsers(2, 'a number', '"220"', '220'),
  ],
  [
    'null where a number belongs',
    '/predict_json',
    json([NORMAL_ROW, row({ num_users: null })]),
    400,
    notUsers(1, 'a number', 'null', null),
  ],
  [
    'a flag where a number belongs',
    '/v1/score',
    rows(row({ num_users: true })),
    400,
    notUsers(2, 'a number', 'true', true),
  ],
  [
    'an object where a number belongs',
    '/v1/score',
    rows(row({ num_users: {} })),
    400,
    notUsers(2, 'a number', 'an object', 'an object'),
  ],
  [
    'a number beyond all bounds',
    '/predict_json',
    text(JSON.stringify(NORMAL_ROW).replace('220', '1e999')),
    400,
    notUsers(0, 'a finite number', 'Infinity', 'Infinity'),
  ],
  [
    'NaN in MessagePack',
    '/predict_json',
    msgpack([NORMAL_ROW, row({ num_users: Number.NaN })]),
    400,
    notUsers(1, 'a finite number', 'NaN', 'NaN'),
  ],
  [
    'infinity in MessagePack',
    '/v1/score',
    msgpack({ rows: [NORMAL_ROW, row({ num_users: Number.NEGATIVE_INFINITY })] }),
    400,
    notUsers(1, 'a finite number', '-Infinity', '-Infinity'),
  ],
  [
    'a date in MessagePack',
    '/predict_json',
    msgpack(row({ num_users: new Date() })),
    400,
    malformed(expect.stringContaining('not valid MessagePack')),
  ],
  [
    'a row of eight values',
    '/v1/score',
    rows(VALUES.slice(1)),
    400,
    invalid('row 2: has 8 values, expected 9', { row: 2, value: 8 }),
  ],
  [
    'a row of ten values',
    '/v1/score',
    rows([...VALUES, 1]),
    400,
    invalid('row 2: has 10 values, expected 9', { row: 2, value: 10 }),
  ],
  [
    'a text in an array',
    '/v1/score',
    rows(VALUES.with(5, 'abc' as unknown as number)),
    400,
    notUsers(2, 'a number', '"abc"', 'abc'),
  ],
  [
    'a row that is no row',
    '/v1/score',
    rows('abc'),
    400,
    invalid('row 2: expected an object or an array, got "abc"', { row: 2, value: 'abc' }),
  ],
];

export const BAD_COLUMNS: readonly BadInput[] = [
  [
    'a missing column',
    '/v1/score',
    columns({ num_users: undefined }),
    400,
    invalid('column "num_users" is missing', { field: 'num_users' }),
  ],
  [
    'an unknown column',
    '/v1/score',
    columns({ ip: [1, 2] }),
    400,
    invalid('"ip" is not a feature of this detector', { field: 'ip' }),
  ],
  [
    'a column that is no array',
    '/v1/score',
    columns({ num_users: 1 }),
    400,
    invalid('column "num_users" expected an array, got 1', { field: 'num_users', value: 1 }),
  ],
  [
    'columns of several lengths',
    '/v1/score',
    columns({ num_users: [1] }),
    400,
    invalid('column "num_users" has 1 values, expected 2', { field: 'num_users', value: 1 }),
  ],
  [
    'a text in a column',
    '/v1/score',
    columns({ num_users: [1, 'abc'] }),
    400,
    notUsers(1, 'a number', '"abc"', 'abc'),
  ],
  [
    'a matrix of another size',
    '/v1/score',
    matrix({ rows: 2 }),
    400,
    malformed('"matrix" has 72 bytes, expected 144 for 2 rows of 9 float64 values', {
      field: 'matrix',
    }),
  ],
  [
    'a matrix that is no binary',
    '/v1/score',
    matrix({ matrix: VALUES }),
    400,
    malformed('"matrix" expected binary data, got an array', { field: 'matrix' }),
  ],
  [
    'a matrix of half a row',
    '/v1/score',
    matrix({ rows: 0.5 }),
    400,
    malformed('"rows" expected a whole number, got 0.5', { field: 'rows' }),
  ],
  [
    'a matrix without its number of rows',
    '/v1/score',
    matrix({ rows: null }),
    400,
    malformed('"rows" expected a whole number, got null', { field: 'rows' }),
  ],
  [
    'a matrix with an unknown key',
    '/v1/score',
    matrix({ model: 'hybrid' }),
    400,
    malformed('unknown key "model", expected "matrix" and "rows"', { field: 'model' }),
  ],
  [
    'NaN in a matrix',
    '/v1/score',
    matrix({}, VALUES.with(5, Number.NaN)),
    400,
    notUsers(0, 'a finite number', 'NaN', 'NaN'),
  ],
];
