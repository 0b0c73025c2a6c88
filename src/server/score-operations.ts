// OpenAPI operations of the scoring endpoints; feature names, hints and examples come from the schema.
import { MODEL_KEY } from '../engine/predict-behaviours.js';
import type { ErrorTag } from '../errors.js';
import type { Schema } from '../model/schema.js';
import { VERSION_HEADER } from './detector-version.js';
import { explanationSchema } from './explanation-schema.js';
import type { CatalogSnapshot } from './live-catalog.js';
import { errorResponses } from './openapi.js';
import { CONTENT_TYPES } from './reply.js';

type Json = Record<string, unknown>;

const PREDICTION = { type: 'string', enum: ['normal', 'anomaly'] };
const SCORE = {
  type: 'number',
  description: 'Higher is more normal; above 0 is normal, 0 and below is an anomaly',
};
const RISK = {
  type: 'number',
  minimum: 0,
  maximum: 1,
  description: 'Higher is worse; 0.5 and above is an anomaly',
};
const HEADERS = {
  [VERSION_HEADER]: {
    description:
      'The detectors that scored the rows with their versions: NAME=VERSION, separated by commas',
    schema: { type: 'string' },
  },
};
const SCORING_ERRORS: readonly ErrorTag[] = [
  'malformed-body',
  'invalid-field',
  'unknown-model',
  'not-acceptable',
  'body-too-large',
  'too-many-rows',
  'unsupported-media-type',
  'internal',
  'worker-died',
  'queue-full',
  'shutting-down',
];
const VERDICT = {
  type: 'object',
  required: ['prediction', 'model_used', 'raw_prediction', 'score', 'risk'],
  properties: {
    prediction: PREDICTION,
    model_used: { type: 'string' },
    raw_prediction: { type: 'integer', enum: [1, -1], description: '1 normal, -1 anomaly' },
    score: SCORE,
    risk: RISK,
  },
};

export function predictOperation({ usual, usualFirst }: CatalogSnapshot): Json {
  const behaviour = behaviourSchema(usual.schema);
  const named = {
    ...behaviour,
    properties: {
      [MODEL_KEY]: {
        type: 'string',
        enum: usualFirst.map(({ name }) => name),
        default: usual.name,
      },
      ...(behaviour.properties as Json),
    },
  };
  const oneOrMany = (item: Json) => ({ oneOf: [item, { type: 'array', items: item }] });
  return {
    summary: 'Score one behaviour, or an array of them',
    requestBody: { required: true, content: documents(oneOrMany(named)) },
    responses: {
      200: {
        description: 'A verdict, or an array of verdicts',
        headers: HEADERS,
        content: documents(oneOrMany(VERDICT)),
      },
      ...errorResponses(SCORING_ERRORS),
    },
  };
}

export function scoreOperation({ usual, usualFirst }: CatalogSnapshot): Json {
  const { schema } = usual;
  const behaviour = behaviourSchema(schema);
  const numbers = { type: 'array', items: { type: 'number' } };
  const numbersByRow = {
    type: 'array',
    items: numbers,
    description: 'Of each row, by feature',
  };
  const rows = {
    type: 'object',
    required: ['rows'],
    properties: { rows: { type: 'array', items: { oneOf: [behaviour, numbers] } } },
  };
  const columns = {
    type: 'object',
    required: ['columns'],
    properties: {
      columns: {
        type: 'object',
        required: schema.features.map(({ name }) => name),
        properties: Object.fromEntries(schema.features.map(({ name }) => [name, numbers])),
      },
    },
  };
  const binary = (description: string) => ({ type: 'string', format: 'binary', description });
  const matrix = {
    type: 'object',
    required: ['matrix', 'rows'],
    properties: {
      matrix: binary('rows × features float64, little-endian, row-major'),
      rows: { type: 'integer', minimum: 1 },
    },
  };
  const head = {
    model: { type: 'string' },
    version: { type: 'string' },
    count: { type: 'integer' },
  };
  const required = ['model', 'version', 'count', 'predictions', 'scores', 'risks'];
  const arrays = {
    type: 'object',
    required,
    properties: {
      ...head,
      predictions: { type: 'array', items: PREDICTION },
      scores: { type: 'array', items: SCORE },
      risks: { type: 'array', items: RISK },
      explanation: explanationSchema(numbersByRow),
    },
  };
  const packed = {
    type: 'object',
    required,
    properties: {
      ...head,
      predictions: binary('int8: 1 normal, -1 anomaly'),
      scores: binary('float64, little-endian'),
      risks: binary('float64, little-endian'),
      explanation: explanationSchema(binary('float64, little-endian, row-major')),
    },
  };
  return {
    summary: 'Score a batch',
    description:
      'JSON and MessagePack can be mixed by Content-Type and Accept. A packed matrix is answered with ' +
      'packed arrays. NDJSON takes one row a line and answers one verdict a line, for as long as rows come; ' +
      'a client with more rows than fit into a JSON body reads while it sends.',
    parameters: [
      {
        name: 'model',
        in: 'query',
        schema: { type: 'string', enum: usualFirst.map(({ name }) => name), default: usual.name },
      },
      {
        name: 'explain',
        in: 'query',
        description:
          'Adds what every feature contributes to each score. An explained row counts for as many rows as it takes ' +
          'the time of, so that fewer fit into a request; not for NDJSON',
        schema: { type: 'boolean', default: false },
      },
      {
        name: 'drift',
        in: 'query',
        description:
          'Whether these rows count where the rows that a detector scores are compared with those of its training. ' +
          'False for behaviours at each call of live sessions, of which many are of one session',
        schema: { type: 'boolean', default: true },
      },
    ],
    requestBody: {
      required: true,
      content: {
        [CONTENT_TYPES.json]: { schema: { oneOf: [rows, columns] } },
        [CONTENT_TYPES.msgpack]: { schema: { oneOf: [rows, columns, matrix] } },
        [CONTENT_TYPES.ndjson]: { schema: { oneOf: [behaviour, numbers] } },
      },
    },
    responses: {
      200: {
        description: 'Scores in the order of the rows',
        headers: HEADERS,
        content: {
          [CONTENT_TYPES.json]: { schema: arrays },
          [CONTENT_TYPES.msgpack]: { schema: { oneOf: [arrays, packed] } },
          [CONTENT_TYPES.ndjson]: {
            schema: {
              type: 'object',
              required: ['row'],
              properties: {
                row: { type: 'integer', description: 'From 0' },
                prediction: PREDICTION,
                score: SCORE,
                risk: RISK,
                error: { type: 'string', description: 'Why the row was not scored' },
                code: {
                  type: 'string',
                  description:
                    'Only where the reply ends early: no row from this one on was scored',
                },
              },
            },
          },
        },
      },
      ...errorResponses([...SCORING_ERRORS, 'not-explainable']),
    },
  };
}

/** JSON Schema of one behaviour as an object. */
function behaviourSchema({ features }: Schema): Json {
  return {
    type: 'object',
    additionalProperties: false,
    required: features.map(({ name }) => name),
    properties: Object.fromEntries(
      features.map(({ name, description, unit, example }) => [
        name,
        { type: 'number', description: `${description} (${unit})`, examples: [example] },
      ]),
    ),
  };
}

function documents(schema: Json): Json {
  return { [CONTENT_TYPES.json]: { schema }, [CONTENT_TYPES.msgpack]: { schema } };
}
