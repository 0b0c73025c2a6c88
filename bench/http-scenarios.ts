// The requests whose handling is measured over HTTP, and how the scores are read out of their replies.
import { pack, unpack } from 'msgpackr';
import { CONTENT_TYPES } from '../src/server/reply.js';
import { makeBehaviours, toObjects } from './rows.js';

/** One kind of request, for one detector. */
export interface Scenario {
  readonly name: string;
  readonly path: string;
  readonly contentType: string;
  readonly rowsPerRequest: number;
  readonly nConnections: number;
  /** One after the other they hold the scenario's rows. */
  readonly bodies: readonly Uint8Array[];
  /** [rows of all bodies × N_FEATURES] row-major */
  readonly rows: Float64Array;
  readScores(body: Buffer): ArrayLike<number>;
  /** Texts that JSON.parse alone is measured with; undefined where that says nothing. */
  readonly texts?: readonly string[];
}

/** So many that V8 cannot answer from its cache of texts of numbers. */
const SINGLE_ROWS = 10_000;
const BATCH_ROWS = 1_000;
const LARGE_ROWS = 10_000;
const N_BATCHES = 8;

export function scenariosFor(model: string): Scenario[] {
  const batched = makeBehaviours(N_BATCHES * BATCH_ROWS, 6);
  const large = makeBehaviours(LARGE_ROWS, 7);
  const batches = Array.from({ length: N_BATCHES }, (_, i) => ({
    rows: toObjects(batched, i * BATCH_ROWS, BATCH_ROWS),
  }));
  const texts = batches.map((batch) => JSON.stringify(batch));
  const path = scorePath(model);
  const lines = toObjects(large).map((row) => `${JSON.stringify(row)}\n`);
  return [
    singleRows(model),
    {
      name: 'JSON batches',
      path,
      contentType: CONTENT_TYPES.json,
      rowsPerRequest: BATCH_ROWS,
      nConnections: 8,
      bodies: texts.map((text) => Buffer.from(text)),
      rows: batched,
      readScores: (body) => JSON.parse(body.toString()).scores,
      texts,
    },
    {
      name: 'msgpack batches',
      path,
      contentType: CONTENT_TYPES.msgpack,
      rowsPerRequest: BATCH_ROWS,
      nConnections: 8,
      bodies: batches.map((batch) => pack(batch)),
      rows: batched,
      readScores: (body) => unpack(body).scores,
    },
    {
      name: 'msgpack matrix',
      path,
      contentType: CONTENT_TYPES.msgpack,
      rowsPerRequest: LARGE_ROWS,
      nConnections: 8,
      bodies: [pack({ matrix: Buffer.from(large.buffer), rows: LARGE_ROWS })],
      rows: large,
      readScores: (body) => packedFloat64(unpack(body).scores),
    },
    {
      name: 'NDJSON stream',
      path,
      contentType: CONTENT_TYPES.ndjson,
      rowsPerRequest: LARGE_ROWS,
      nConnections: 4,
      bodies: [Buffer.from(lines.join(''))],
      rows: large,
      readScores: (body) =>
        body
          .toString()
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line).score),
    },
  ];
}

export function singleRows(model: string): Scenario {
  const rows = makeBehaviours(SINGLE_ROWS, 5);
  return {
    name: 'single JSON rows',
    path: '/predict_json',
    contentType: CONTENT_TYPES.json,
    rowsPerRequest: 1,
    nConnections: 32,
    bodies: toObjects(rows).map((row) =>
      Buffer.from(JSON.stringify({ model_type: model, ...row })),
    ),
    rows,
    readScores: (body) => [JSON.parse(body.toString()).score],
  };
}

/** No scenario of its own: what single rows have to get past. */
export function largeBatch(model: string): Scenario {
  const rows = makeBehaviours(LARGE_ROWS, 7);
  return {
    name: 'large JSON batches',
    path: scorePath(model),
    contentType: CONTENT_TYPES.json,
    rowsPerRequest: LARGE_ROWS,
    nConnections: 4,
    bodies: [Buffer.from(JSON.stringify({ rows: toObjects(rows) }))],
    rows,
    readScores: (body) => JSON.parse(body.toString()).scores,
  };
}

function scorePath(model: string): string {
  return `/v1/score?model=${model}`;
}

/** Inside a message the values lie at any offset; the copy aligns them. */
function packedFloat64(bytes: Uint8Array): Float64Array {
  return new Float64Array(Uint8Array.from(bytes).buffer);
}
