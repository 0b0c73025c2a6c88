// Scoring over HTTP gives what the library gives, bit by bit, whatever the form and the format.
import fc from 'fast-check';
import { FLOAT32_OPTIONS, Packr, pack, unpack } from 'msgpackr';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/engine.js';
import type { Detector } from '../../src/model/detector.js';
import { summarizeDetector } from '../../src/model/detector-summary.js';
import { describeOnEachTransport } from '../support/each-transport.js';
import { type RequestOptions, runServer, type TestServer } from '../support/running-server.js';
import {
  ANOMALOUS_ROW,
  NORMAL_ROW,
  sampleForest,
  sampleIsolationForest,
  sampleOneClassSvm,
} from '../support/sample-detectors.js';
import {
  type Behaviour,
  linesBody,
  matrixOf,
  msgpackBody,
  packedBody,
  sampleRows,
} from '../support/sample-rows.js';

const SVM = sampleOneClassSvm();
const FOREST = sampleForest();
const ISOLATION_FOREST = sampleIsolationForest();
const DETECTORS = [FOREST, ISOLATION_FOREST, SVM];
const MSGPACK = { 'Content-Type': 'application/msgpack' };
const NDJSON = { 'Content-Type': 'application/x-ndjson' };
/** Enough rows that they are scored by a worker. */
const MANY = 2_000;

let library: Engine;
beforeAll(async () => {
  library = await createEngine({ workers: 0 });
});
afterAll(() => library.close());

async function verdictsOf(detector: Detector, rows: readonly Behaviour[]) {
  const { scores, risks, predictions } = await library.score(detector, { rows });
  return rows.map((_, row) => ({
    prediction: predictions[row],
    raw_prediction: predictions[row] === 'normal' ? 1 : -1,
    score: scores[row],
    risk: risks[row],
    model_used: detector.name,
  }));
}

async function replyOf(detector: Detector, rows: readonly Behaviour[]) {
  const { scores, risks, ...rest } = await library.score(detector, { rows });
  return { ...rest, scores: [...scores], risks: [...risks] };
}

const columnsOf = (rows: readonly Behaviour[]) =>
  Object.fromEntries(Object.keys(NORMAL_ROW).map((name) => [name, rows.map((row) => row[name])]));
const arraysOf = (rows: readonly Behaviour[]) =>
  rows.map((row) => Object.keys(NORMAL_ROW).map((name) => row[name]));

describeOnEachTransport('scoring', (transport) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await runServer({ transport, detectors: DETECTORS });
  });
  afterAll(() => server.close());

  /** The reply's document, read by what its Content-Type says. */
  async function documentOf(path: string, options: RequestOptions) {
    const response = await server.request(path, options);
    expect(response.status).toBe(200);
    const type = response.headers.get('content-type');
    if (type === 'application/json') return response.json();
    if (type === 'application/x-ndjson') return linesOf(await response.text());
    expect(type).toBe('application/msgpack');
    return unpack(Buffer.from(await response.arrayBuffer()));
  }

  const linesOf = (text: string) => {
    const lines = text.split('\n');
    expect(lines.pop()).toBe('');
    return lines.map((line) => JSON.parse(line));
  };
  const json = (document: unknown, headers = {}) => ({ body: JSON.stringify(document), headers });
  const msgpack = (document: unknown, headers = {}) => ({
    body: msgpackBody(document),
    headers: { ...MSGPACK, ...headers },
  });

  describe('POST /predict_json', () => {
    it('gives one behaviour its verdict, by ocsvm unless another detector is named', async () => {
      const [normal, anomaly] = await verdictsOf(SVM, [NORMAL_ROW, ANOMALOUS_ROW]);
      expect(normal).toMatchObject({ prediction: 'normal', raw_prediction: 1 });
      expect(anomaly).toMatchObject({ prediction: 'anomaly', raw_prediction: -1 });
      expect(await documentOf('/predict_json', json(NORMAL_ROW))).toEqual(normal);
      expect(await documentOf('/predict_json', json(ANOMALOUS_ROW))).toEqual(anomaly);
      for (const detector of DETECTORS) {
        const [verdict] = await verdictsOf(detector, [ANOMALOUS_ROW]);
        const behaviour = { model_type: detector.name, ...ANOMALOUS_ROW };
        expect(await documentOf('/predict_json', json(behaviour))).toEqual(verdict);
      }
    });

    it.each([3, MANY])('answers an array of %d in order, each by its own detector', async (n) => {
      const rows = sampleRows(n);
      const bySvm = await verdictsOf(SVM, rows);
      const byForest = await verdictsOf(FOREST, rows);
      const behaviours = rows.map((row, i) => ({
        ...row,
        ...[{}, { model_type: 'hybrid' }, { model_type: 'ocsvm' }][i % 3],
      }));
      const expected = rows.map((_, i) => (i % 3 === 1 ? byForest[i] : bySvm[i]));
      expect(await documentOf('/predict_json', json(behaviours))).toEqual(expected);
      expect(await documentOf('/predict_json', msgpack(behaviours))).toEqual(expected);
    });

    it('answers an array of one with an array', async () => {
      expect(await documentOf('/predict_json', json([NORMAL_ROW]))).toEqual(
        await verdictsOf(SVM, [NORMAL_ROW]),
      );
    });

    it('takes keys in any order', async () => {
      const backwards = Object.fromEntries(Object.entries(ANOMALOUS_ROW).reverse());
      expect(await documentOf('/predict_json', json(backwards))).toEqual(
        (await verdictsOf(SVM, [ANOMALOUS_ROW]))[0],
      );
    });

    it('takes what clients of msgpackr write: plain maps, records, big integers, short floats', async () => {
      const rows = sampleRows(20);
      for (const body of [pack(rows), new Packr().pack(rows)]) {
        expect(await documentOf('/predict_json', { body, headers: MSGPACK })).toEqual(
          await verdictsOf(SVM, rows),
        );
      }
      const row = { ...NORMAL_ROW, num_users: 2 ** 40, api_access_uniqueness: 0.5 };
      const short = Object.entries(row).map(([name, value]) => [name, Math.fround(value)]);
      const { ALWAYS } = FLOAT32_OPTIONS;
      for (const [body, read] of [
        [pack({ ...row, num_users: 2n ** 40n }), row],
        [new Packr({ useRecords: false, useFloat32: ALWAYS }).pack(row), Object.fromEntries(short)],
      ] as const) {
        const [verdict] = await verdictsOf(SVM, [read]);
        expect(await documentOf('/predict_json', { body, headers: MSGPACK })).toEqual(verdict);
      }
    });
  });

  describe('POST /v1/score', () => {
    it.each([1, 5, MANY])('gives %d rows the same scores in every form and format', async (n) => {
      const rows = sampleRows(n, n);
      for (const detector of DETECTORS) {
        const expected = await replyOf(detector, rows);
        const path = `/v1/score?model=${detector.name}`;
        for (const batch of [{ rows }, { rows: arraysOf(rows) }, { columns: columnsOf(rows) }]) {
          expect(await documentOf(path, json(batch))).toEqual(expected);
          expect(await documentOf(path, msgpack(batch))).toEqual(expected);
        }
      }
    });

    it('answers in the format that is asked for, else in that of the request', async () => {
      const rows = sampleRows(3);
      const expected = await replyOf(SVM, rows);
      for (const [request, accept, type] of [
        [json({ rows }), 'application/msgpack', 'application/msgpack'],
        [json({ rows }), 'application/x-msgpack, */*', 'application/msgpack'],
        [json({ rows }), '*/*', 'application/json'],
        [msgpack({ rows }), 'application/json', 'application/json'],
        [msgpack({ rows }), 'text/html, application/*;q=0.8', 'application/msgpack'],
      ] as const) {
        const headers = { ...request.headers, Accept: accept };
        const response = await server.request('/v1/score', { ...request, headers });
        expect(response.headers.get('content-type')).toBe(type);
        const body = Buffer.from(await response.arrayBuffer());
        const document = type === 'application/json' ? JSON.parse(body.toString()) : unpack(body);
        expect(document).toEqual(expected);
      }
    });

    it.each([1, MANY])('answers a packed matrix of %d rows with packed arrays', async (n) => {
      const rows = sampleRows(n);
      const { predictions, scores, risks, ...head } = await replyOf(FOREST, rows);
      const reply = await documentOf('/v1/score?model=hybrid', {
        body: packedBody(rows),
        headers: MSGPACK,
      });
      expect({ ...reply, predictions: 0, scores: 0, risks: 0 }).toEqual({
        ...head,
        predictions: 0,
        scores: 0,
        risks: 0,
      });
      const float64 = (bytes: Uint8Array) => [...new Float64Array(Uint8Array.from(bytes).buffer)];
      expect(float64(reply.scores)).toEqual(scores);
      expect(float64(reply.risks)).toEqual(risks);
      expect([...new Int8Array(Uint8Array.from(reply.predictions as Uint8Array).buffer)]).toEqual(
        predictions.map((prediction) => (prediction === 'normal' ? 1 : -1)),
      );
    });

    it('answers a packed matrix in JSON where that is asked for', async () => {
      const rows = sampleRows(4);
      const headers = { ...MSGPACK, Accept: 'application/json' };
      expect(await documentOf('/v1/score', { body: packedBody(rows), headers })).toEqual(
        await replyOf(SVM, rows),
      );
    });

    it('is answered line by line in NDJSON, objects and arrays alike', async () => {
      const rows = sampleRows(MANY);
      const { predictions, scores, risks } = await replyOf(SVM, rows);
      const expected = rows.map((_, row) => ({
        row,
        prediction: predictions[row],
        score: scores[row],
        risk: risks[row],
      }));
      for (const body of [linesBody(rows), linesBody(arraysOf(rows))]) {
        expect(await documentOf('/v1/score', { body, headers: NDJSON })).toEqual(expected);
      }
    });

    it('scores any batch alike in every way in', async () => {
      const value = fc.oneof(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer({ min: -1_000, max: 1_000 }),
      );
      const behaviour = fc.tuple(
        ...Object.keys(NORMAL_ROW).map((name) => value.map((v) => [name, v + 0] as const)),
      );
      const batch = fc.array(
        behaviour.map((entries): Behaviour => Object.fromEntries(entries)),
        {
          minLength: 1,
          maxLength: 20,
        },
      );
      await fc.assert(
        fc.asyncProperty(batch, fc.constantFrom(...DETECTORS), async (rows, detector) => {
          const path = `/v1/score?model=${detector.name}`;
          const { predictions, scores, risks } = await replyOf(detector, rows);
          const verdicts = await verdictsOf(detector, rows);
          const named = rows.map((row) => ({ ...row, model_type: detector.name }));
          const same = { predictions, scores, risks };
          const toJson = { Accept: 'application/json' };
          const lines = rows.map((_, row) => ({
            row,
            prediction: predictions[row],
            score: scores[row],
            risk: risks[row],
          }));
          expect(await documentOf(path, json({ rows }))).toMatchObject(same);
          expect(await documentOf(path, json({ rows: arraysOf(rows) }))).toMatchObject(same);
          expect(await documentOf(path, json({ columns: columnsOf(rows) }))).toMatchObject(same);
          expect(await documentOf(path, msgpack({ rows }))).toMatchObject(same);
          expect(
            await documentOf(
              path,
              msgpack({ matrix: Buffer.from(matrixOf(rows).buffer), rows: rows.length }, toJson),
            ),
          ).toMatchObject(same);
          expect(await documentOf(path, { body: linesBody(rows), headers: NDJSON })).toEqual(lines);
          expect(await documentOf('/predict_json', json(named))).toEqual(verdicts);
          expect(await documentOf('/predict_json', msgpack(named))).toEqual(verdicts);
        }),
        { numRuns: 25 },
      );
    });
  });

  describe('GET /v1/models', () => {
    it('tells of every detector what it is and how good it is', async () => {
      const { models } = (await (await server.request('/v1/models')).json()) as { models: unknown };
      expect(models).toEqual(DETECTORS.map(summarizeDetector));
    });

    it('tells of one, its name percent-encoded or not', async () => {
      for (const name of ['ocsvm', 'ocs%76m', '%6Fcsvm']) {
        const response = await server.request(`/v1/models/${name}`);
        expect(await response.json()).toMatchObject(summarizeDetector(SVM));
      }
    });
  });

  it('answers HEAD as GET, without the body', async () => {
    for (const path of ['/', '/healthz', '/readyz', '/metrics', '/openapi.json', '/v1/models']) {
      const head = await server.request(path, { method: 'HEAD' });
      expect([path, head.status, await head.text()]).toEqual([path, 200, '']);
      const { headers } = await server.request(path);
      expect(head.headers.get('content-type')).toBe(headers.get('content-type'));
    }
  });
});

describeOnEachTransport('a server without the usual detector', (transport) => {
  it('scores by the first that it has', async () => {
    const server = await runServer({ transport, detectors: [FOREST] });
    const single = await server.request('/predict_json', { body: JSON.stringify(NORMAL_ROW) });
    expect(await single.json()).toMatchObject({ model_used: 'hybrid' });
    const body = JSON.stringify({ rows: [NORMAL_ROW] });
    expect(await (await server.request('/v1/score', { body })).json()).toMatchObject({
      model: 'hybrid',
      version: FOREST.version,
    });
    await server.close();
  });
});
