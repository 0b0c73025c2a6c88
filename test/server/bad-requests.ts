// Requests for what is not there or not taken: detectors, sizes, media types, paths and methods.
import type { RequestOptions } from '../support/running-server.js';
import { NORMAL_ROW } from '../support/sample-detectors.js';
import { sampleRows } from '../support/sample-rows.js';
import {
  type BadInput,
  CUT_TEXT,
  columns,
  json,
  LONG_TEXT,
  MAX_BODY_BYTES,
  MAX_ROWS,
  MAX_UPLOAD_BYTES,
  matrix,
  VALUES,
} from './bad-input.js';

const typed = (type: string): RequestOptions => ({
  body: JSON.stringify(NORMAL_ROW),
  headers: { 'Content-Type': type },
});
const accepting = (accept: string): RequestOptions => ({
  ...json(NORMAL_ROW),
  headers: { Accept: accept },
});

export const unsupported = (
  value: string,
  expected = 'application/json or application/msgpack',
) => ({
  error: `Content-Type expected ${expected}, got ${JSON.stringify(value)}`,
  code: 'unsupported-media-type',
  field: 'Content-Type',
  value,
});
const notAcceptable = (value: string, expected = 'application/json or application/msgpack') => ({
  error: `Accept expected ${expected}, got ${JSON.stringify(value)}`,
  code: 'not-acceptable',
  field: 'Accept',
  value,
});
const unknownModel = (shown: string, model: string) => ({
  error: `unknown model ${shown}, expected one of hybrid, ocsvm`,
  code: 'unknown-model',
  model,
});
const notFound = (path: string) => ({ error: `there is nothing at ${path}`, code: 'not-found' });
const notAllowed = (method: string, path: string, allow: string) => ({
  error: `${method} is not allowed at ${path}, expected ${allow}`,
  code: 'method-not-allowed',
});
const tooManyRows = (n: number) => ({
  error: `the batch has ${n} rows, at most ${MAX_ROWS} are allowed`,
  code: 'too-many-rows',
  value: n,
});
export const TOO_LARGE = {
  error: `the body is larger than ${MAX_BODY_BYTES} bytes, the limit`,
  code: 'body-too-large',
};

export const UNKNOWN_DETECTORS: readonly BadInput[] = [
  [
    'an unknown model_type',
    '/predict_json',
    json([NORMAL_ROW, { ...NORMAL_ROW, model_type: 'svm' }]),
    404,
    {
      error: 'row 1: "model_type" expected one of ocsvm, hybrid, got "svm"',
      code: 'unknown-model',
      row: 1,
      field: 'model_type',
      value: 'svm',
    },
  ],
  [
    'a model_type that is no text',
    '/predict_json',
    json({ ...NORMAL_ROW, model_type: 7 }),
    404,
    {
      error: 'row 0: "model_type" expected one of ocsvm, hybrid, got 7',
      code: 'unknown-model',
      row: 0,
      field: 'model_type',
      value: 7,
    },
  ],
  [
    'an unknown model',
    '/v1/score?model=nobody',
    json({ rows: [VALUES] }),
    404,
    unknownModel('"nobody"', 'nobody'),
  ],
  ['an empty model', '/v1/score?model=', json({ rows: [VALUES] }), 404, unknownModel('""', '')],
  [
    'an endless model',
    `/v1/score?model=${LONG_TEXT.slice(0, 2_000)}`,
    json({ rows: [VALUES] }),
    404,
    unknownModel(`"${CUT_TEXT}"`, CUT_TEXT),
  ],
  [
    'a model that every object inherits',
    '/v1/models/constructor',
    {},
    404,
    unknownModel('"constructor"', 'constructor'),
  ],
  [
    'a model with a percent sign that encodes nothing',
    '/v1/models/100%',
    {},
    404,
    unknownModel('"100%"', '100%'),
  ],
  ['a model with a slash', '/v1/models/a%2Fb', {}, 404, unknownModel('"a/b"', 'a/b')],
];

export const TOO_MUCH: readonly BadInput[] = [
  [
    'too many behaviours',
    '/predict_json',
    json(sampleRows(MAX_ROWS + 1)),
    413,
    tooManyRows(MAX_ROWS + 1),
  ],
  [
    'too many rows',
    '/v1/score',
    json({ rows: new Array(MAX_ROWS + 1).fill(VALUES) }),
    413,
    tooManyRows(MAX_ROWS + 1),
  ],
  [
    'too many values in a column',
    '/v1/score',
    columns({ inter_api_access_duration: new Array(MAX_ROWS + 1).fill(1) }),
    413,
    tooManyRows(MAX_ROWS + 1),
  ],
  [
    'more rows than are explained at once',
    '/v1/score?explain=true',
    json({ rows: [VALUES, VALUES] }),
    413,
    {
      error: 'the batch has 2 rows, at most 1 are explained by "ocsvm" in one request',
      code: 'too-many-rows',
      value: 2,
    },
  ],
  ['a matrix of too many rows', '/v1/score', matrix({ rows: 2 ** 40 }), 413, tooManyRows(2 ** 40)],
  [
    'a body of one byte too many',
    '/v1/score',
    { body: Buffer.alloc(MAX_BODY_BYTES + 1, ' ') },
    413,
    TOO_LARGE,
  ],
  [
    '32 MiB of junk',
    '/predict_json',
    { body: Buffer.alloc(32 * 1024 * 1024, 'junk') },
    413,
    TOO_LARGE,
  ],
  [
    'a form larger than any body',
    '/predict',
    {
      body: Buffer.alloc(MAX_BODY_BYTES + 1),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    },
    413,
    TOO_LARGE,
  ],
];

export const WRONG_MEDIA_TYPES: readonly BadInput[] = [
  [
    'text',
    '/predict_json',
    typed('text/plain;charset=UTF-8'),
    415,
    unsupported('text/plain;charset=UTF-8'),
  ],
  [
    'a form to an API',
    '/predict_json',
    typed('application/x-www-form-urlencoded'),
    415,
    unsupported('application/x-www-form-urlencoded'),
  ],
  [
    'lines where one document belongs',
    '/predict_json',
    typed('application/x-ndjson'),
    415,
    unsupported('application/x-ndjson'),
  ],
  [
    'an unknown type',
    '/v1/score',
    typed('application/xml'),
    415,
    unsupported(
      'application/xml',
      'application/json or application/msgpack or application/x-ndjson',
    ),
  ],
  [
    'a type that every object inherits',
    '/predict_json',
    typed('constructor'),
    415,
    unsupported('constructor'),
  ],
  ['no type', '/predict_json', typed(''), 415, unsupported('')],
  [
    'lines to be explained',
    '/v1/score?explain=true',
    typed('application/x-ndjson'),
    415,
    unsupported('application/x-ndjson'),
  ],
  [
    'a wish for explanations that is neither true nor false',
    '/v1/score?explain=yes',
    json({ rows: [VALUES] }),
    400,
    {
      error: '"explain" expected true or false, got "yes"',
      code: 'invalid-field',
      field: 'explain',
      value: 'yes',
    },
  ],
  [
    'a reply that cannot be given',
    '/predict_json',
    accepting('text/html'),
    406,
    notAcceptable('text/html'),
  ],
  [
    'lines instead of a document',
    '/v1/score',
    accepting('application/x-ndjson'),
    406,
    notAcceptable('application/x-ndjson'),
  ],
  [
    'a document instead of lines',
    '/v1/score',
    { body: '{}', headers: { 'Content-Type': 'application/x-ndjson', Accept: 'application/json' } },
    406,
    notAcceptable('application/json', 'application/x-ndjson'),
  ],
];

const wrongName = (shown: string, place: object) => ({
  error: `"name" expected up to 100 letters, digits, ".", "_" and "-", got ${shown}`,
  code: 'invalid-field',
  field: 'name',
  ...place,
});
const upload = (query: string, body: string): [string, RequestOptions] => [
  `/v1/models${query}`,
  { body },
];
const OWN_BYTES = 'x'.repeat(100);

export const BAD_UPLOADS: readonly BadInput[] = [
  ['an upload without a name', ...upload('', OWN_BYTES), 400, wrongName('nothing', {})],
  ['an upload with no name', ...upload('?name=', OWN_BYTES), 400, wrongName('""', { value: '' })],
  ...['../up', 'a/b', '.hidden', '-x', 'a b', 'é', `n${'x'.repeat(50)}\n`].map(
    (name): BadInput => [
      `an upload called ${JSON.stringify(name)}`,
      ...upload(`?name=${encodeURIComponent(name)}`, OWN_BYTES),
      400,
      wrongName(JSON.stringify(name), { value: name }),
    ],
  ),
  [
    'an upload of nothing',
    ...upload('?name=empty', ''),
    422,
    badFile('the file has 0 bytes, too few for a header'),
  ],
  [
    'an upload of something else',
    ...upload('?name=text', OWN_BYTES),
    422,
    badFile('the header declares 8680820740569200760 bytes, but only 92 follow'),
  ],
  [
    'an upload that is too large',
    ...upload('?name=large', 'x'.repeat(MAX_UPLOAD_BYTES + 1)),
    413,
    {
      error: `the body is larger than ${MAX_UPLOAD_BYTES} bytes, the limit`,
      code: 'body-too-large',
    },
  ],
];

function badFile(what: string) {
  return { error: `not a valid safetensors file: ${what}`, code: 'bad-detector-file' };
}

export const WRONG_PLACES: readonly BadInput[] = [
  ['an unknown path', '/v2/score', json(NORMAL_ROW), 404, notFound('/v2/score')],
  ['an endless path', `/${LONG_TEXT.slice(0, 2_000)}`, {}, 404, notFound(`/${CUT_TEXT.slice(1)}`)],
  ['a path in another case', '/Predict_JSON', json(NORMAL_ROW), 404, notFound('/Predict_JSON')],
  ['a path with a slash at its end', '/v1/score/', json(NORMAL_ROW), 404, notFound('/v1/score/')],
  ['a path with a slash too many', '/v1//score', json(NORMAL_ROW), 404, notFound('/v1//score')],
  ['a path that is percent-encoded', '/v1%2Fscore', json(NORMAL_ROW), 404, notFound('/v1%2Fscore')],
  ['the name of no model', '/v1/models/', {}, 404, notFound('/v1/models/')],
  ['a path below a model', '/v1/models/ocsvm/x', {}, 404, notFound('/v1/models/ocsvm/x')],
  ['GET where POST belongs', '/predict_json', {}, 405, notAllowed('GET', '/predict_json', 'POST')],
  [
    'PUT of a batch',
    '/v1/score',
    { ...json({ rows: [VALUES] }), method: 'PUT' },
    405,
    notAllowed('PUT', '/v1/score', 'POST'),
  ],
  [
    'PUT of a model',
    '/v1/models/ocsvm',
    { method: 'PUT' },
    405,
    notAllowed('PUT', '/v1/models/ocsvm', 'GET, HEAD, DELETE'),
  ],
  ['OPTIONS', '/v1/score', { method: 'OPTIONS' }, 405, notAllowed('OPTIONS', '/v1/score', 'POST')],
  [
    'POST where GET belongs',
    '/healthz',
    json({}),
    405,
    notAllowed('POST', '/healthz', 'GET, HEAD'),
  ],
  ['POST to the form', '/', json({}), 405, notAllowed('POST', '/', 'GET, HEAD')],
];
