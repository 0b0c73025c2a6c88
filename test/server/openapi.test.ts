// The API description: it names what is served, and what is served is as it says.
import { unpack } from 'msgpackr';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { STATUS_BY_TAG } from '../../src/errors.js';
import { describeOnEachTransport } from '../support/each-transport.js';
import { violations } from '../support/json-schema.js';
import { type RequestOptions, runServer, type TestServer } from '../support/running-server.js';
import { ANOMALOUS_ROW, NORMAL_ROW, sampleForest } from '../support/sample-detectors.js';
import { linesBody, msgpackBody, packedBody, sampleRows } from '../support/sample-rows.js';
import { OF_ANOTHER_FORM, UNREADABLE } from './bad-documents.js';
import { MAX_BODY_BYTES, MAX_ROWS, MAX_UPLOAD_BYTES } from './bad-input.js';
import {
  BAD_UPLOADS,
  TOO_MUCH,
  UNKNOWN_DETECTORS,
  WRONG_MEDIA_TYPES,
  WRONG_PLACES,
} from './bad-requests.js';
import { BAD_COLUMNS, BAD_ROWS } from './bad-rows.js';

type Schema = Readonly<Record<string, unknown>>;
type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

interface Operation {
  readonly summary: string;
  readonly security?: unknown;
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content: Content }>>;
}

interface Description {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const JSON_TYPE = 'application/json';
const MSGPACK_TYPE = 'application/msgpack';
const NDJSON_TYPE = 'application/x-ndjson';
const BINARY_TYPE = 'application/octet-stream';
const OTHER_FILE = Uint8Array.from(sampleForest().bytes);
const rows = sampleRows(4);
const numbers = Object.entries(NORMAL_ROW).map(([name, value]) => [name, String(value)]);
const form = new URLSearchParams({ model: 'ocsvm', ...Object.fromEntries(numbers) }).toString();

const json = (document: unknown): RequestOptions => ({ body: JSON.stringify(document) });
const typed = (body: string | Uint8Array, type: string, accept = '*/*'): RequestOptions => ({
  body,
  headers: { 'Content-Type': type, Accept: accept },
});

/** At least one request that succeeds per operation, form and format. */
const GOOD: readonly (readonly [path: string, options: RequestOptions, status?: number])[] = [
  ['/', {}],
  ['/predict', typed(form, 'application/x-www-form-urlencoded')],
  ['/styles.css', {}],
  ['/predict_json', json(NORMAL_ROW)],
  ['/predict_json', json([NORMAL_ROW, { ...ANOMALOUS_ROW, model_type: 'hybrid' }])],
  ['/predict_json', typed(msgpackBody(NORMAL_ROW), MSGPACK_TYPE)],
  ['/v1/score', json({ rows })],
  ['/v1/score', json({ rows: rows.map((row) => Object.values(row)) })],
  [
    '/v1/score',
    json({ columns: Object.fromEntries(Object.keys(NORMAL_ROW).map((name) => [name, [1]])) }),
  ],
  ['/v1/score', typed(msgpackBody({ rows }), MSGPACK_TYPE)],
  ['/v1/score', typed(packedBody(rows), MSGPACK_TYPE)],
  ['/v1/score', typed(packedBody(rows), MSGPACK_TYPE, JSON_TYPE)],
  ['/v1/score?explain=true', json({ rows: [NORMAL_ROW] })],
  ['/v1/score?explain=true&model=hybrid', typed(msgpackBody({ rows: [NORMAL_ROW] }), MSGPACK_TYPE)],
  ['/v1/score?explain=true', typed(packedBody([NORMAL_ROW]), MSGPACK_TYPE)],
  ['/v1/score?explain=false', json({ rows })],
  ['/v1/score', typed(linesBody(rows), NDJSON_TYPE)],
  ['/v1/score', typed(linesBody([NORMAL_ROW, {}]), NDJSON_TYPE)],
  ['/v1/score', typed('x'.repeat(2 ** 21), NDJSON_TYPE)],
  ['/v1/models', {}],
  ['/v1/models/ocsvm', {}],
  ['/v1/models/hybrid', {}],
  ['/v1/models?name=another', typed(OTHER_FILE, BINARY_TYPE), 201],
  ['/v1/models?name=another', typed(OTHER_FILE, BINARY_TYPE)],
  ['/v1/models/another', { method: 'DELETE' }],
  ['/healthz', {}],
  ['/readyz', {}],
  ['/metrics', {}],
  ['/openapi.json', {}],
];

const BAD = [
  ...UNREADABLE,
  ...OF_ANOTHER_FORM,
  ...BAD_ROWS,
  ...BAD_COLUMNS,
  ...UNKNOWN_DETECTORS,
  ...TOO_MUCH,
  ...BAD_UPLOADS,
  ...WRONG_MEDIA_TYPES,
];

describeOnEachTransport('GET /openapi.json', (transport) => {
  let server: TestServer;
  let description: Description;
  beforeAll(async () => {
    server = await runServer({
      transport,
      maxRows: MAX_ROWS,
      maxBodyBytes: MAX_BODY_BYTES,
      maxUploadBytes: MAX_UPLOAD_BYTES,
    });
    description = (await (await server.request('/openapi.json')).json()) as Description;
  });
  afterAll(() => server.close());

  function operationOf(path: string, method: string): Operation {
    const [bare] = path.split('?', 1);
    const key = bare.startsWith('/v1/models/') ? '/v1/models/{name}' : bare;
    return description.paths[key][method.toLowerCase()];
  }

  it('describes the whole API', () => {
    const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(operations.sort()).toEqual([
      'DELETE /v1/models/{name}',
      'GET /',
      'GET /healthz',
      'GET /metrics',
      'GET /openapi.json',
      'GET /readyz',
      'GET /styles.css',
      'GET /v1/models',
      'GET /v1/models/{name}',
      'POST /predict',
      'POST /predict_json',
      'POST /v1/models',
      'POST /v1/score',
    ]);
    expect(description.openapi).toBe('3.1.0');
  });

  it('allows the methods that are described, HEAD with GET, and no other', async () => {
    for (const [path, methods] of Object.entries(description.paths)) {
      const place = path.replace('{name}', 'ocsvm');
      const allow = Object.keys(methods).map((method) =>
        method === 'get' ? 'GET, HEAD' : method.toUpperCase(),
      );
      const response = await server.request(place, { method: 'PUT' });
      expect([place, response.headers.get('allow')]).toEqual([place, allow.join(', ')]);
    }
  });

  it('says which operations need a token', async () => {
    for (const [path, methods] of Object.entries(description.paths)) {
      for (const [method, { security }] of Object.entries(methods)) {
        const { status } = await fetch(server.url + path, { method: method.toUpperCase() });
        expect([path, status === 401]).toEqual([path, security !== undefined]);
      }
    }
  });

  it('has a schema that every good reply fits', async () => {
    const answered = new Set<Operation>();
    for (const [path, options, status = 200] of GOOD) {
      const { method = options.body === undefined ? 'GET' : 'POST' } = options;
      const operation = operationOf(path, method);
      const response = await server.request(path, options);
      expect([path, response.status]).toEqual([path, status]);
      const [type] = (response.headers.get('content-type') ?? '').split(';');
      const { content } = operation.responses[status];
      expect([path, Object.keys(content)]).toEqual([path, expect.arrayContaining([type])]);
      const bytes = Buffer.from(await response.arrayBuffer());
      const { schema } = content[type];
      for (const document of schema === undefined ? [] : documentsOf(type, bytes)) {
        expect([path, ...violations(schema as Schema, document, description)]).toEqual([path]);
      }
      answered.add(operation);
    }
    const all = Object.values(description.paths).flatMap((methods) => Object.values(methods));
    expect(all.filter((operation) => !answered.has(operation))).toEqual([]);
  });

  it('has a schema that every good request fits', () => {
    for (const [path, { body, headers }] of GOOD) {
      if (body === undefined) continue;
      const type = headers?.['Content-Type'] ?? JSON_TYPE;
      const schema = operationOf(path, 'POST').requestBody?.content[type].schema;
      const isBad = type === NDJSON_TYPE && /\{\}|x/.test(String(body));
      for (const document of schema === undefined || isBad || type === BINARY_TYPE
        ? []
        : documentsOf(type, Buffer.from(body))) {
        expect([path, ...violations(schema as Schema, document, description)]).toEqual([path]);
      }
    }
  });

  it('tells of every status by which bad input is answered, and its schema fits', async () => {
    const { Error: schema } = description.components.schemas;
    for (const [title, path, options, status] of BAD) {
      const { method = options.body === undefined ? 'GET' : 'POST' } = options;
      const response = await server.request(path, options);
      const document = await response.json();
      expect([title, response.status, ...violations(schema, document, description)]).toEqual([
        title,
        status,
      ]);
      expect([title, Object.keys(operationOf(path, method).responses)]).toEqual([
        title,
        expect.arrayContaining([String(status)]),
      ]);
    }
    for (const [title, path, options] of WRONG_PLACES) {
      const document = await (await server.request(path, options)).json();
      expect([title, ...violations(schema, document, description)]).toEqual([title]);
    }
  });

  it('names every code that an error may have', () => {
    const { Error: schema } = description.components.schemas;
    expect(schema).toHaveProperty('properties.code.enum', Object.keys(STATUS_BY_TAG));
  });
});

function documentsOf(type: string, bytes: Buffer): unknown[] {
  if (type === MSGPACK_TYPE) return [unpack(bytes)];
  if (type === JSON_TYPE) return [JSON.parse(bytes.toString())];
  return bytes
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
