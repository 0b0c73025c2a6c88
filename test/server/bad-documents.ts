// Bodies that are no document, or a document of another form than a batch has.
import { pack } from 'msgpackr';
import { expect } from 'vitest';
import type { RequestOptions } from '../support/running-server.js';
import { NORMAL_ROW } from '../support/sample-detectors.js';
import {
  type BadInput,
  CUT_TEXT,
  columns,
  invalid,
  json,
  LONG_TEXT,
  MAX_BODY_BYTES,
  MSGPACK,
  malformed,
  matrix,
  text,
  VALUES,
} from './bad-input.js';

const notJson = malformed(expect.stringMatching(/^not valid JSON: ./));
const notMsgpack = malformed(expect.stringMatching(/^not valid MessagePack: ./));
const bytes = (...body: number[]): RequestOptions => ({
  body: Buffer.from(body),
  headers: MSGPACK,
});
const nested = (opening: string, closing: string, depth = 100_000) =>
  opening.repeat(depth) + closing.repeat(depth);
const EMPTY = 'the batch is empty, expected at least one row';

export const UNREADABLE: readonly BadInput[] = [
  [
    'an empty body',
    '/predict_json',
    text(''),
    400,
    malformed('not valid JSON: Unexpected end of JSON input'),
  ],
  ['half a JSON document', '/predict_json', text('{"num_users": 1'), 400, notJson],
  ['no JSON at all', '/v1/score', text('rows=1'), 400, notJson],
  ['two JSON documents', '/v1/score', text('{"rows":[]} {}'), 400, notJson],
  ['NaN, which JSON has not', '/v1/score', text('{"rows":[[NaN]]}'), 400, notJson],
  [
    'bytes that are not UTF-8',
    '/v1/score',
    { body: Buffer.from([0x22, 0xff, 0x22]) },
    400,
    malformed('not valid JSON: the bytes are not UTF-8'),
  ],
  ['an empty MessagePack body', '/predict_json', bytes(), 400, notMsgpack],
  [
    'half a MessagePack document',
    '/v1/score',
    { body: pack({ rows: [NORMAL_ROW] }).subarray(0, 60), headers: MSGPACK },
    400,
    notMsgpack,
  ],
  ['MessagePack with bytes behind it', '/v1/score', bytes(0x80, 0x80), 400, notMsgpack],
  ['a byte that MessagePack does not use', '/v1/score', bytes(0xc1), 400, notMsgpack],
  [
    'JSON that says it is MessagePack',
    '/predict_json',
    { ...json(NORMAL_ROW), headers: MSGPACK },
    400,
    notMsgpack,
  ],
  [
    'a huge array that is only announced',
    '/v1/score',
    bytes(0x81, 0xa4, 0x72, 0x6f, 0x77, 0x73, 0xdd, 0xff, 0xff, 0xff, 0xff),
    400,
    notMsgpack,
  ],
  [
    'JSON nested a hundred thousand deep',
    '/v1/score',
    text(nested('[', ']')),
    400,
    malformed('expected an object with "rows" or "columns", got an array'),
  ],
  [
    'a row nested a hundred thousand deep',
    '/v1/score',
    text(`{"rows":${nested('[', ']')}}`),
    400,
    invalid('row 0: has 1 values, expected 9', { row: 0, value: 1 }),
  ],
  [
    'objects nested a hundred thousand deep',
    '/predict_json',
    text(nested('{"a":', '}').replace('}', '1}')),
    400,
    invalid('row 0: "inter_api_access_duration" is missing', {
      row: 0,
      field: 'inter_api_access_duration',
    }),
  ],
  [
    'MessagePack nested a hundred thousand deep',
    '/v1/score',
    { body: Buffer.alloc(100_001, 0x91), headers: MSGPACK },
    400,
    notMsgpack,
  ],
  [
    'two megabytes of junk',
    '/v1/score',
    { body: Buffer.alloc(MAX_BODY_BYTES, 'junk') },
    400,
    notJson,
  ],
  [
    'two megabytes of MessagePack junk',
    '/v1/score',
    { body: Buffer.alloc(MAX_BODY_BYTES, 0xdd), headers: MSGPACK },
    400,
    notMsgpack,
  ],
];

export const OF_ANOTHER_FORM: readonly BadInput[] = [
  [
    'null',
    '/predict_json',
    json(null),
    400,
    invalid('row 0: expected an object, got null', { row: 0, value: null }),
  ],
  [
    'a number',
    '/predict_json',
    json(3),
    400,
    invalid('row 0: expected an object, got 3', { row: 0, value: 3 }),
  ],
  [
    'an array of arrays',
    '/predict_json',
    json([NORMAL_ROW, VALUES]),
    400,
    invalid('row 1: expected an object, got an array', { row: 1, value: 'an array' }),
  ],
  ['no behaviours', '/predict_json', json([]), 400, malformed(EMPTY)],
  ['no rows', '/v1/score', json({ rows: [] }), 400, malformed(EMPTY)],
  [
    'empty columns',
    '/v1/score',
    columns(Object.fromEntries(Object.keys(NORMAL_ROW).map((name) => [name, []]))),
    400,
    malformed(EMPTY),
  ],
  [
    'a matrix without rows',
    '/v1/score',
    matrix({ matrix: Buffer.alloc(0), rows: 0 }),
    400,
    malformed(EMPTY),
  ],
  [
    'an array instead of a batch',
    '/v1/score',
    json([NORMAL_ROW]),
    400,
    malformed('expected an object with "rows" or "columns", got an array'),
  ],
  [
    'a text instead of a batch',
    '/v1/score',
    json(LONG_TEXT),
    400,
    malformed(`expected an object with "rows" or "columns", got "${CUT_TEXT}"`),
  ],
  [
    'neither rows nor columns',
    '/v1/score',
    json({}),
    400,
    malformed('expected either "rows" or "columns"'),
  ],
  [
    'both rows and columns',
    '/v1/score',
    json({ rows: [VALUES], columns: {} }),
    400,
    malformed('expected either "rows" or "columns"'),
  ],
  [
    'rows that are no array',
    '/v1/score',
    json({ rows: NORMAL_ROW }),
    400,
    malformed('"rows" expected an array, got an object', { field: 'rows' }),
  ],
  [
    'columns that are no object',
    '/v1/score',
    json({ columns: [VALUES] }),
    400,
    malformed('"columns" expected an object of arrays, got an array', { field: 'columns' }),
  ],
  [
    'an unknown key',
    '/v1/score',
    json({ rows: [VALUES], model: 'hybrid' }),
    400,
    malformed('unknown key "model", expected "rows" or "columns"', { field: 'model' }),
  ],
  [
    'an endless unknown key',
    '/v1/score',
    json({ [LONG_TEXT]: 1 }),
    400,
    malformed(`unknown key "${CUT_TEXT}", expected "rows" or "columns"`, { field: CUT_TEXT }),
  ],
  [
    'a matrix in JSON',
    '/v1/score',
    json({ matrix: VALUES, rows: 1 }),
    400,
    malformed('unknown key "matrix", expected "rows" or "columns"', { field: 'matrix' }),
  ],
];
