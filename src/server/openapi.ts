// GET /openapi.json: the API description, made from the routes, the error table and the schemas.
import { type ErrorTag, STATUS_BY_TAG } from '../errors.js';
import { PACKAGE_VERSION } from '../package-paths.js';
import type { Reply } from './http.js';
import type { LiveCatalog } from './live-catalog.js';
import { jsonReply } from './reply.js';
import type { Access, Route } from './route.js';

const ERRORS_BY_ACCESS: Readonly<Record<Access, readonly ErrorTag[]>> = {
  open: ['method-not-allowed', 'internal'],
  loopback: ['forbidden', 'method-not-allowed', 'internal'],
  token: ['unauthenticated', 'forbidden', 'method-not-allowed', 'internal'],
  admin: ['unauthenticated', 'forbidden', 'method-not-allowed', 'internal'],
};

/** The route that describes `routes` and itself, as `live` is now. */
export function openApiRoute(routes: readonly Route[], live: LiveCatalog): Route {
  let reply: Reply;
  let described: unknown;

  const route: Route = {
    method: 'GET',
    path: '/openapi.json',
    access: 'open',
    operation: {
      summary: 'This description',
      responses: { 200: { description: 'OpenAPI 3.1', content: { 'application/json': {} } } },
    },
    open() {
      if (described !== live.current) reply = jsonReply(describeApi([...routes, route]));
      described = live.current;
      return { kind: 'immediate', reply };
    },
  };
  return route;
}

function describeApi(routes: readonly Route[]): unknown {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { path, method, access, operation } of routes) {
    const errors = [
      ...ERRORS_BY_ACCESS[access],
      ...('requestBody' in operation ? (['body-too-large'] as const) : []),
    ];
    paths[path] ??= {};
    paths[path][method.toLowerCase()] = {
      ...operation,
      ...(access === 'token' || access === 'admin' ? { security: [{ bearer: [] }] } : {}),
      responses: { ...errorResponses(errors), ...(operation.responses as object) },
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Anomaly Predictor',
      version: PACKAGE_VERSION,
      description: 'Scores API behaviour with anomaly detectors.',
    },
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: ERROR },
    },
  };
}

/** Responses by status, for what an operation refuses beyond what follows from its access and its body. */
export function errorResponses(tags: readonly ErrorTag[]): Record<number, unknown> {
  const tagsByStatus = new Map<number, ErrorTag[]>();
  for (const tag of tags) {
    tagsByStatus.set(STATUS_BY_TAG[tag], [...(tagsByStatus.get(STATUS_BY_TAG[tag]) ?? []), tag]);
  }
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } };
  return Object.fromEntries(
    [...tagsByStatus].map(([status, codes]) => [
      status,
      {
        description: `code: ${codes.join(', ')}`,
        content,
        ...(status === 503 ? { headers: { 'Retry-After': { schema: { type: 'integer' } } } } : {}),
      },
    ]),
  );
}

const ERROR = {
  type: 'object',
  required: ['error', 'code'],
  properties: {
    error: { type: 'string', description: 'What is wrong, with the row, the field and the value' },
    code: { type: 'string', enum: Object.keys(STATUS_BY_TAG) },
    row: { type: 'integer', description: 'From 0' },
    field: { type: 'string' },
    value: {
      description: 'What stood there: a number, a flag, null, or a text that the message shows',
    },
    model: { type: 'string' },
  },
};
