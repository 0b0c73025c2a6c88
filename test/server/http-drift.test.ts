// A server that is given other rows than its detectors know says so, wherever somebody looks.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WatchedDrift } from '../../src/model/drift-monitor.js';
import { detectorThatKnows, rowsShiftedBy } from '../support/known-population.js';
import { runServer, type TestServer } from '../support/running-server.js';
import { forestOver } from '../support/sample-detectors.js';

const UNKNOWING = forestOver('unknowing', [{ name: 'position' }, { name: 'count' }]);

describe('the drift of what is scored', () => {
  let server: TestServer;
  let warnings: string[];
  const { warn } = console;
  beforeEach(async () => {
    warnings = [];
    console.warn = (line: string) => warnings.push(line);
    server = await runServer({ detectors: [detectorThatKnows('knowing'), UNKNOWING], workers: 2 });
  });
  afterEach(async () => {
    console.warn = warn;
    await server.close();
  });

  async function score(rows: readonly (readonly number[])[], model = 'knowing'): Promise<void> {
    const body = JSON.stringify({ rows });
    expect((await server.request(`/v1/score?model=${model}`, { body })).status).toBe(200);
  }
  async function driftOf(model: string): Promise<WatchedDrift> {
    const shown = (await (await server.request(`/v1/models/${model}`)).json()) as {
      drift: WatchedDrift;
    };
    return shown.drift;
  }

  it('is nothing before rows come, and none of rows like those of the training', async () => {
    expect(await driftOf('knowing')).toMatchObject({ rows: 0, level: 'none', drifted: false });
    for (let i = 0; i < 12; i++) await score(rowsShiftedBy(0, 100 + 200 * (i % 4)));
    const drift = await driftOf('knowing');
    expect(drift).toMatchObject({ level: 'none', drifted: false });
    expect(drift.rows).toBeGreaterThan(1_000);
    expect(drift.rows).toBeLessThanOrEqual(2_250);
    expect(warnings).toEqual([]);
    expect(await (await server.request('/')).text()).not.toContain('class="drift"');
  });

  it.each([
    ['one batch of 1,000 rows', [1_000]],
    ['two batches', [600, 400]],
    ['many small ones', new Array(40).fill(25)],
  ])('is told within 1,000 rows: %s', async (_, sizes) => {
    for (const size of sizes) await score(rowsShiftedBy(3, size));
    const drift = await driftOf('knowing');
    expect(drift).toMatchObject({ drifted: true, level: 'much', anomalies: 1 });
    expect(drift.features[0]).toMatchObject({ name: 'position "x"', level: 'much' });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(
      /^detector "knowing": The last [\d,]+ rows do not look like what the detector was trained on: 100\.0 % are called anomalies.*position "x"/,
    );
    const samples = await server.metrics();
    expect(samples.get('anomaly_predictor_drifted{model="knowing"}')).toBe(1);
    expect(samples.get('anomaly_predictor_drifted{model="unknowing"}')).toBe(0);
    const psi = 'anomaly_predictor_drift_psi{model="knowing",feature="position \\"x\\""}';
    expect(samples.get(psi)).toBeGreaterThan(0.25);
    expect(samples.get('anomaly_predictor_drift_score_psi{model="knowing"}')).toBeGreaterThan(0.25);
    const page = await (await server.request('/')).text();
    expect(page).toMatch(/class="drift".*The last [\d,]+ rows do not look like/);
  });

  it('is told of single behaviours and of lines too', async () => {
    for (const row of rowsShiftedBy(3, 210)) {
      const behaviour = { model_type: 'knowing', 'position "x"': row[0], count: row[1] };
      await server.request('/predict_json', { body: JSON.stringify(behaviour) });
    }
    expect((await driftOf('knowing')).drifted).toBe(true);

    const lines = rowsShiftedBy(0, 6_000).map((row) => `${JSON.stringify(row)}\nno row\n`);
    for (let i = 0; i < 5; i++) {
      const reply = await server.request('/v1/score?model=knowing', {
        body: lines.join(''),
        headers: { 'Content-Type': 'application/x-ndjson' },
      });
      await reply.text();
    }
    expect(await driftOf('knowing')).toMatchObject({ drifted: false, level: 'none' });
  });

  it('ends, with a line that says so, when the usual rows come back', async () => {
    await score(rowsShiftedBy(3, 1_000));
    for (let i = 0; i < 20; i++) await score(rowsShiftedBy(0, 300));
    expect((await driftOf('knowing')).drifted).toBe(false);
    expect(warnings).toHaveLength(2);
    expect(warnings[1]).toMatch(/^detector "knowing": The last [\d,]+ rows look like what/);
  });

  it('is neither told nor exported of fewer than 200 different rows', async () => {
    const few = rowsShiftedBy(3, 30);
    for (let i = 0; i < 20; i++) await score(few);
    expect(await driftOf('knowing')).toMatchObject({
      effectiveRows: 30,
      level: 'none',
      drifted: false,
      score: null,
      features: [],
    });
    expect(warnings).toEqual([]);
    const samples = await server.metrics();
    expect([...samples.keys()].filter((name) => name.includes('_psi{model="knowing"'))).toEqual([]);
    expect(samples.get('anomaly_predictor_drift_rows{model="knowing"}')).toBe(30);
  });

  it('leaves out rows that the client says are of live sessions', async () => {
    const body = JSON.stringify({ rows: rowsShiftedBy(3, 1_000) });
    const path = '/v1/score?model=knowing&drift=';
    expect((await server.request(`${path}false`, { body })).status).toBe(200);
    const headers = { 'Content-Type': 'application/x-ndjson' };
    const lines = rowsShiftedBy(3, 1_000).map((row) => `${JSON.stringify(row)}\n`);
    await (await server.request(`${path}false`, { body: lines.join(''), headers })).text();
    expect(await driftOf('knowing')).toMatchObject({ rows: 0, drifted: false });
    expect((await server.request(`${path}true`, { body })).status).toBe(200);
    expect(await driftOf('knowing')).toMatchObject({ drifted: true });
    expect((await server.request(`${path}maybe`, { body })).status).toBe(400);
  });

  it('of a detector without training data is told by its anomalies alone', async () => {
    await score(rowsShiftedBy(0, 500), 'unknowing');
    expect(await driftOf('unknowing')).toMatchObject({ drifted: false, score: null });
    for (let i = 0; i < 3; i++) await score(rowsShiftedBy(3, 500), 'unknowing');
    expect(await driftOf('unknowing')).toMatchObject({ drifted: true, features: [] });
    expect(warnings[0]).toContain('are called anomalies');
  });

  it('is forgotten with the version that it was of', async () => {
    await score(rowsShiftedBy(3, 1_000));
    const other = detectorThatKnows('knowing');
    const { bytes } = other;
    await server.request('/v1/models?name=knowing', { body: Uint8Array.from(bytes) });
    expect(await driftOf('knowing')).toMatchObject({ rows: 0, drifted: false });
  });
});
