// Explanations over HTTP are those of the library, bit by bit, in every format.
import { unpack } from 'msgpackr';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/engine.js';
import type { Detector } from '../../src/model/detector.js';
import { describeOnEachTransport } from '../support/each-transport.js';
import { runServer, type TestServer } from '../support/running-server.js';
import { sampleForest, sampleOneClassSvm } from '../support/sample-detectors.js';
import { type Behaviour, msgpackBody, packedBody, sampleRows } from '../support/sample-rows.js';

const SVM = sampleOneClassSvm();
const FOREST = sampleForest();
const UNEXPLAINED = sampleOneClassSvm({ name: 'unexplained', transforms: [] });
const MSGPACK = { 'Content-Type': 'application/msgpack' };
const N_FEATURES = SVM.schema.features.length;
const rows = sampleRows(50);

let library: Engine;
beforeAll(async () => {
  library = await createEngine({ workers: 0 });
});
afterAll(() => library.close());

async function replyOf(detector: Detector, behaviours: readonly Behaviour[]) {
  const { explanation, scores, risks, ...rest } = await library.explain(detector, {
    rows: behaviours,
  });
  const contributions = behaviours.map((_, row) => [
    ...explanation.contributions.subarray(row * N_FEATURES, (row + 1) * N_FEATURES),
  ]);
  return {
    ...rest,
    scores: [...scores],
    risks: [...risks],
    explanation: { ...explanation, contributions },
  };
}

const float64 = (bytes: Uint8Array) => [...new Float64Array(Uint8Array.from(bytes).buffer)];

describeOnEachTransport('POST /v1/score?explain=true', (transport) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await runServer({ transport, detectors: [SVM, FOREST, UNEXPLAINED] });
  });
  afterAll(() => server.close());

  it.each([SVM, FOREST])('answers in JSON by $name', async (detector) => {
    const response = await server.request(`/v1/score?model=${detector.name}&explain=true`, {
      body: JSON.stringify({ rows }),
    });
    expect(response.status).toBe(200);
    const document = (await response.json()) as Awaited<ReturnType<typeof replyOf>>;
    expect(document).toEqual(await replyOf(detector, rows));
    expect(document.explanation).toMatchObject({
      method: 'exact-shapley',
      features: expect.arrayContaining([
        { name: 'num_users', low: -380, high: 820, min: null, max: null },
      ]),
    });
  });

  it('answers in MessagePack, packed where the rows were', async () => {
    const ask = async (body: Uint8Array) => {
      const response = await server.request('/v1/score?explain=true', { body, headers: MSGPACK });
      expect(response.headers.get('content-type')).toBe('application/msgpack');
      return unpack(Buffer.from(await response.arrayBuffer()));
    };
    const expected = await replyOf(SVM, rows);
    expect(await ask(msgpackBody({ rows }))).toEqual(expected);
    const packed = await ask(packedBody(rows));
    expect(float64(packed.scores)).toEqual(expected.scores);
    const { contributions, ...explanation } = packed.explanation;
    expect(float64(contributions)).toEqual(expected.explanation.contributions.flat());
    expect(expected.explanation).toMatchObject(explanation);
  });

  it('answers a packed matrix in JSON where that is asked for', async () => {
    const response = await server.request('/v1/score?explain=true', {
      body: packedBody(rows),
      headers: { ...MSGPACK, Accept: 'application/json' },
    });
    expect(await response.json()).toEqual(await replyOf(SVM, rows));
  });

  it('counts the rows as scored ones', async () => {
    const total = async () => {
      const metrics = await server.metrics();
      const name = 'anomaly_predictor_rows_scored_total{model="hybrid",prediction=';
      return [`${name}"normal"}`, `${name}"anomaly"}`].reduce(
        (sum, sample) => sum + (metrics.get(sample) ?? 0),
        0,
      );
    };
    const before = await total();
    await server.request('/v1/score?model=hybrid&explain=true', { body: JSON.stringify({ rows }) });
    expect(await total()).toBe(before + rows.length);
  });

  it('says so where the detector has nothing to explain by', async () => {
    const response = await server.request('/v1/score?model=unexplained&explain=true', {
      body: JSON.stringify({ rows }),
    });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      error: expect.stringContaining('detector "unexplained" cannot explain its scores'),
      code: 'not-explainable',
      model: 'unexplained',
    });
    const scored = await server.request('/v1/score?model=unexplained', {
      body: JSON.stringify({ rows }),
    });
    expect(scored.status).toBe(200);
  });
});
