// GET /v1/models and GET /v1/models/{name}: what can be asked, and how good it is.
import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { findDetector } from '../model/detector-store.js';
import { summarizeDetector } from '../model/detector-summary.js';
import { Encoder } from '../model/encoder.js';
import { Metrics } from '../model/metrics.js';
import { Provenance } from '../model/provenance.js';
import { Schema } from '../model/schema.js';
import { errorResponses } from './openapi.js';
import { jsonReply } from './reply.js';
import type { Route } from './route.js';
import type { Services } from './services.js';

const DETECTOR = {
  type: 'object',
  required: ['name', 'title', 'version', 'type', 'schema', 'metrics'],
  properties: {
    name: { type: 'string' },
    title: { type: 'string' },
    version: { type: 'string', description: 'Hash of the whole detector' },
    type: { type: 'string', enum: ['one-class-svm', 'forest', 'isolation-forest'] },
    transforms: {
      type: 'array',
      items: { type: 'string' },
      description: 'What a row passes before the model',
    },
    model: { type: 'object', description: 'Kernel and sizes of the model' },
    threshold: { type: 'number' },
    schema: jsonSchemaOf(Schema),
    encoder: jsonSchemaOf(Encoder),
    metrics: jsonSchemaOf(v.nullable(Metrics)),
    provenance: jsonSchemaOf(Provenance),
  },
};

export function modelRoutes({ catalog }: Pick<Services, 'catalog'>): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/models',
      access: 'token',
      operation: {
        summary: 'The detectors that are served',
        responses: {
          200: ok({
            type: 'object',
            required: ['models'],
            properties: { models: { type: 'array', items: DETECTOR } },
          }),
        },
      },
      open: () => ({
        kind: 'immediate',
        reply: jsonReply({ models: [...catalog.values()].map(summarizeDetector) }),
      }),
    },
    {
      method: 'GET',
      path: '/v1/models/{name}',
      access: 'token',
      operation: {
        summary: 'One detector',
        parameters: [{ name: 'name', in: 'path', required: true, schema: { type: 'string' } }],
        responses: { 200: ok(DETECTOR), ...errorResponses(['unknown-model']) },
      },
      open: ({ parameter }) => ({
        kind: 'immediate',
        reply: jsonReply(summarizeDetector(findDetector(catalog, parameter))),
      }),
    },
  ];
}

function ok(schema: unknown) {
  return { description: 'Found', content: { 'application/json': { schema } } };
}

/** Without the dialect, which OpenAPI 3.1 names for the whole document; JSON numbers are finite anyway. */
function jsonSchemaOf(schema: Parameters<typeof toJsonSchema>[0]): unknown {
  const { $schema: _, ...described } = toJsonSchema(schema, { ignoreActions: ['finite'] });
  return described;
}
