// POST /predict_json and POST /v1/score: request bytes to the engine, reply bytes back.
import type { JobReply, JobSpec, WireFormat } from '../engine/job.js';
import { AnomalyPredictorError, showValue } from '../errors.js';
import type { Detector } from '../model/detector.js';
import { findDetector } from '../model/detector-store.js';
import { rowsPerExplanation } from '../model/explanation.js';
import { versionHeader } from './detector-version.js';
import type { Reply } from './http.js';
import { replyFormat, requestFormat } from './media-type.js';
import { CONTENT_TYPES } from './reply.js';
import type { Route } from './route.js';
import { predictOperation, scoreOperation } from './score-operations.js';
import { scoreStream } from './score-stream.js';
import type { Services } from './services.js';

const DOCUMENT_FORMATS: readonly WireFormat[] = ['json', 'msgpack'];
const SCORE_FORMATS: readonly WireFormat[] = ['json', 'msgpack', 'ndjson'];

export function scoreRoutes(services: Services): Route[] {
  const { config, live, engine, metrics } = services;
  const { maxRows } = config;

  const predict: Route = {
    method: 'POST',
    path: '/predict_json',
    access: 'token',
    get operation() {
      return predictOperation(live.current);
    },
    open({ head }) {
      const { usualFirst } = live.current;
      const request = requestFormat(head.contentType, DOCUMENT_FORMATS);
      const spec: JobSpec = {
        operation: 'predict',
        requestFormat: request,
        replyFormat: replyFormat(head.accept, request, DOCUMENT_FORMATS),
        maxRows,
        firstRow: 0,
      };
      return { kind: 'body', handle: (body) => run(spec, usualFirst, body) };
    },
  };

  const score: Route = {
    method: 'POST',
    path: '/v1/score',
    access: 'token',
    get operation() {
      return scoreOperation(live.current);
    },
    open({ head }) {
      const query = new URLSearchParams(head.query);
      const name = query.get('model');
      const { catalog, usual } = live.current;
      const detector = name === null ? usual : findDetector(catalog, name);
      const isExplained = readFlag(query, 'explain', false);
      const isWatched = readFlag(query, 'drift', true);
      const request = requestFormat(
        head.contentType,
        isExplained ? DOCUMENT_FORMATS : SCORE_FORMATS,
      );
      if (request === 'ndjson') {
        replyFormat(head.accept, 'ndjson', ['ndjson']);
        return {
          kind: 'stream',
          handle: (input, output) => scoreStream(services, detector, isWatched, input, output),
        };
      }
      const spec: JobSpec = {
        operation: isExplained ? 'explain' : 'score',
        requestFormat: request,
        replyFormat: replyFormat(head.accept, request, DOCUMENT_FORMATS),
        maxRows: isExplained ? mostExplainedRows(detector, maxRows) : maxRows,
        firstRow: 0,
      };
      return { kind: 'body', handle: (body) => run(spec, [detector], body, isWatched) };
    },
  };

  function run(
    spec: JobSpec,
    allowed: readonly Detector[],
    body: Uint8Array,
    isWatched = true,
  ): Reply | Promise<Reply> {
    const reply = engine.submit(spec, allowed, body);
    return reply instanceof Promise
      ? reply.then((scored) => toReply(spec, allowed, scored, isWatched))
      : toReply(spec, allowed, reply, isWatched);
  }

  function toReply(
    spec: JobSpec,
    allowed: readonly Detector[],
    scored: JobReply,
    isWatched: boolean,
  ): Reply {
    metrics.scored(scored, allowed, isWatched);
    return {
      status: 200,
      contentType: CONTENT_TYPES[spec.replyFormat],
      body: scored.body,
      headers: versionHeader(allowed, scored.tallies),
    };
  }

  return [predict, score];
}

/** No request may take longer because its rows are explained; one row always may. */
function mostExplainedRows(detector: Detector, maxRows: number): number {
  return Math.max(1, Math.floor(maxRows / rowsPerExplanation(detector)));
}

function readFlag(query: URLSearchParams, name: string, defaultValue: boolean): boolean {
  const text = query.get(name) ?? String(defaultValue);
  if (text === 'true' || text === 'false') return text === 'true';
  throw new AnomalyPredictorError(
    'invalid-field',
    `"${name}" expected true or false, got ${showValue(text)}`,
    { field: name, value: text },
  );
}
