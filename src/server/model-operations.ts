// OpenAPI operations of the detectors themselves: what is served, adding and removing.
import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { Calibration } from '../model/calibration.js';
import { FailedChecks } from '../model/detector-checks.js';
import { DETECTOR_NAME } from '../model/detector-file.js';
import { Encoder } from '../model/encoder.js';
import { Metrics } from '../model/metrics.js';
import { Provenance } from '../model/provenance.js';
import { Schema } from '../model/schema.js';
import { DRIFT_LEVELS } from '../model/stability-index.js';
import { TrafficSettings } from '../model/traffic-settings.js';
import { errorResponses } from './openapi.js';

const BOUND = { anyOf: [{ type: 'number' }, { type: 'null' }] };

const BOUNDS = {
  anyOf: [
    {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'low', 'high'],
        properties: { name: { type: 'string' }, low: BOUND, high: BOUND },
      },
    },
    { type: 'null' },
  ],
  description:
    'Where features have bounds, outside of which a row is an anomaly whatever the model says',
};

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
    calibration: jsonSchemaOf(v.nullable(Calibration)),
    schema: jsonSchemaOf(Schema),
    encoder: jsonSchemaOf(Encoder),
    metrics: jsonSchemaOf(v.nullable(Metrics)),
    provenance: jsonSchemaOf(Provenance),
    traffic: jsonSchemaOf(v.nullable(TrafficSettings)),
    bounds: BOUNDS,
    failedChecks: jsonSchemaOf(v.nullable(FailedChecks)),
  },
};

const UPLOADED = {
  ...DETECTOR,
  required: [...DETECTOR.required, 'stored'],
  properties: {
    ...DETECTOR.properties,
    stored: {
      type: 'boolean',
      description:
        'Whether it is a file of the model folder; else it is served until the server stops',
    },
  },
};

const LEVEL = { type: 'string', enum: DRIFT_LEVELS };
const SHARE = { type: 'number', minimum: 0, maximum: 1 };
const PSI = { type: 'number', description: 'Population stability index' };
const STABILITY = {
  type: 'object',
  required: ['psi', 'level'],
  properties: { psi: PSI, level: LEVEL },
};

const DRIFT = {
  type: 'object',
  description: 'How the last rows that were scored differ from those of the training',
  required: [
    'rows',
    'effectiveRows',
    'level',
    'drifted',
    'anomalies',
    'trainingAnomalies',
    'score',
    'features',
  ],
  properties: {
    rows: { type: 'integer', description: 'Rows that are compared' },
    effectiveRows: {
      type: 'integer',
      description:
        'Those that say something of their own: copies, and rows of one session, count as one. Below 200 nothing is told',
    },
    level: LEVEL,
    drifted: { type: 'boolean', description: 'From much drift on until there is none' },
    anomalies: { ...SHARE, description: 'Share of the rows that are called anomalies' },
    trainingAnomalies: {
      anyOf: [SHARE, { type: 'null' }],
      description: 'The same share of normal rows like those of the training, if it is known',
    },
    score: {
      anyOf: [STABILITY, { type: 'null' }],
      description:
        'Null where the detector does not know its training data, or there are too few rows',
    },
    features: {
      type: 'array',
      description: 'Most drifted first; none where the score is null',
      items: {
        type: 'object',
        required: ['name', 'psi', 'level', 'place', 'share', 'trainingShare'],
        properties: {
          name: { type: 'string' },
          psi: PSI,
          level: LEVEL,
          place: { type: 'string', description: 'Where most rows have come to lie: “up to 10”' },
          share: { ...SHARE, description: 'Share of the rows that lie there' },
          trainingShare: { ...SHARE, description: 'The same share of the training rows' },
        },
      },
    },
  },
};

const WATCHED = {
  ...DETECTOR,
  required: [...DETECTOR.required, 'drift'],
  properties: { ...DETECTOR.properties, drift: DRIFT },
};

const NAME_IN_PATH = { name: 'name', in: 'path', required: true, schema: { type: 'string' } };

export const listOperation = {
  summary: 'The detectors that are served',
  responses: {
    200: answer('Found', {
      type: 'object',
      required: ['models'],
      properties: { models: { type: 'array', items: DETECTOR } },
    }),
  },
};

export const showOperation = {
  summary: 'One detector',
  parameters: [NAME_IN_PATH],
  responses: { 200: answer('Found', WATCHED), ...errorResponses(['unknown-model']) },
};

export const addOperation = {
  summary: 'Serve an uploaded detector, in place of the one of its name',
  description:
    'The body is a detector file, a model of scikit-learn as pickle or joblib write it, or an ONNX model; nothing in it is run. ' +
    'It is checked and tried out first; requests that are under way end with the version with which they began.',
  parameters: [
    {
      name: 'name',
      in: 'query',
      required: true,
      description:
        'What it is called from now on, whatever the file says; the version covers the name',
      schema: { type: 'string', pattern: DETECTOR_NAME.source },
    },
    {
      name: 'features',
      in: 'query',
      description: 'Of a model of another library: names of its features, separated by commas',
      schema: { type: 'string' },
    },
    {
      name: 'anomaly_class',
      in: 'query',
      description: 'Of a classifier of another library: its anomalous class, -1 by default',
      schema: { type: 'string' },
    },
  ],
  requestBody: {
    required: true,
    content: {
      'application/octet-stream': { schema: { type: 'string', format: 'binary' } },
    },
  },
  responses: {
    200: answer('It has taken the place of another', UPLOADED),
    201: {
      ...answer('It is served', UPLOADED),
      headers: { Location: { schema: { type: 'string' } } },
    },
    ...errorResponses([
      'invalid-field',
      'bad-option',
      'file-in-use',
      'bad-detector-file',
      'bad-model-file',
    ]),
    ...errorResponses(['not-stored', 'internal']),
  },
};

export const removeOperation = {
  summary: 'Serve a detector no longer, and remove its file from the model folder',
  parameters: [NAME_IN_PATH],
  responses: {
    200: answer('What was removed', DETECTOR),
    ...errorResponses(['unknown-model', 'last-model', 'not-stored', 'internal']),
  },
};

function answer(description: string, schema: unknown) {
  return { description, content: { 'application/json': { schema } } };
}

/** Without the dialect, which OpenAPI 3.1 names for the whole document; JSON numbers are finite anyway. */
function jsonSchemaOf(schema: Parameters<typeof toJsonSchema>[0]): unknown {
  const { $schema: _, ...described } = toJsonSchema(schema, { ignoreActions: ['finite'] });
  return described;
}
