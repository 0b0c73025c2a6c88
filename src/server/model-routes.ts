// /v1/models: what can be asked and how good it is; adding and removing detectors while the server runs.
import { AnomalyPredictorError, showValue } from '../errors.js';
import { DETECTOR_NAME } from '../model/detector-file.js';
import type { ImportTerms } from '../model/detector-import.js';
import { findDetector } from '../model/detector-store.js';
import { summarizeDetector } from '../model/detector-summary.js';
import { giveBackShared } from '../shared-memory.js';
import type { Reply } from './http.js';
import { addOperation, listOperation, removeOperation, showOperation } from './model-operations.js';
import { jsonReply } from './reply.js';
import type { Route } from './route.js';
import type { Services } from './services.js';

export function modelRoutes({
  config,
  live,
  models,
  drift,
}: Pick<Services, 'config' | 'live' | 'models' | 'drift'>): Route[] {
  const list: Route = {
    method: 'GET',
    path: '/v1/models',
    access: 'token',
    operation: listOperation,
    open: () => ({
      kind: 'immediate',
      reply: jsonReply({ models: [...live.current.catalog.values()].map(summarizeDetector) }),
    }),
  };

  const show: Route = {
    method: 'GET',
    path: '/v1/models/{name}',
    access: 'token',
    operation: showOperation,
    open({ parameter }) {
      const detector = findDetector(live.current.catalog, parameter);
      const document = { ...summarizeDetector(detector), drift: drift.driftOf(detector) };
      return { kind: 'immediate', reply: jsonReply(document) };
    },
  };

  const add: Route = {
    method: 'POST',
    path: '/v1/models',
    access: 'admin',
    operation: addOperation,
    open({ head }) {
      const terms = termsIn(head.query);
      return {
        kind: 'body',
        limitBytes: config.maxUploadBytes,
        handle: (body) => upload(body, terms),
      };
    },
  };

  const remove: Route = {
    method: 'DELETE',
    path: '/v1/models/{name}',
    access: 'admin',
    operation: removeOperation,
    open: ({ parameter }) => ({
      kind: 'body',
      handle: async () => jsonReply(summarizeDetector(await models.remove(parameter))),
    }),
  };

  async function upload(body: Uint8Array, terms: ImportTerms): Promise<Reply> {
    // Memory that is not shared may be used again as soon as this function waits.
    const bytes = body.buffer instanceof SharedArrayBuffer ? body : body.slice();
    try {
      const { detector, isNew } = await models.add(bytes, terms);
      const reply = jsonReply({ ...summarizeDetector(detector), stored: models.keepsUploads });
      if (!isNew) return reply;
      return { ...reply, status: 201, headers: { Location: `/v1/models/${detector.name}` } };
    } finally {
      giveBackShared(body);
    }
  }

  return [list, show, add, remove];
}

function termsIn(query: string): ImportTerms {
  const parameters = new URLSearchParams(query);
  const features = parameters.get('features');
  const anomalyClass = parameters.get('anomaly_class');
  return {
    name: nameIn(parameters),
    ...(features === null ? {} : { featureNames: features.split(',') }),
    ...(anomalyClass === null ? {} : { anomalyClass }),
  };
}

function nameIn(parameters: URLSearchParams): string {
  const name = parameters.get('name');
  if (name !== null && DETECTOR_NAME.test(name)) return name;
  const got = name === null ? 'nothing' : showValue(name);
  throw new AnomalyPredictorError(
    'invalid-field',
    `"name" expected up to 100 letters, digits, ".", "_" and "-", got ${got}`,
    { field: 'name', ...(name === null ? {} : { value: name }) },
  );
}
