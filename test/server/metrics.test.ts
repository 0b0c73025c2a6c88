// What Prometheus reads: names, labels and numbers that add up.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnEachTransport } from '../support/each-transport.js';
import { runServer, type TestServer } from '../support/running-server.js';
import { ANOMALOUS_ROW, NORMAL_ROW } from '../support/sample-detectors.js';
import { linesBody, sampleRows } from '../support/sample-rows.js';

const PREFIX = 'anomaly_predictor_';

describeOnEachTransport('metrics', (transport) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await runServer({ transport });
  });
  afterAll(() => server.close());

  /** By how much each sample grows while `act` runs. */
  async function growthBy(act: () => Promise<unknown>): Promise<(sample: string) => number> {
    const before = await server.metrics();
    await act();
    const after = await server.metrics();
    return (sample) => (after.get(PREFIX + sample) ?? 0) - (before.get(PREFIX + sample) ?? 0);
  }

  const post = async (path: string, body: string | Uint8Array, headers = {}) =>
    (await server.request(path, { body, headers })).arrayBuffer();

  it('come as the text exposition format', async () => {
    const response = await server.request('/metrics');
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await response.text();
    for (const [name, type] of [
      ['http_requests_total', 'counter'],
      ['http_request_duration_seconds', 'histogram'],
      ['rows_scored_total', 'counter'],
      ['batch_rows', 'histogram'],
      ['queued_rows', 'gauge'],
      ['workers', 'gauge'],
      ['worker_restarts_total', 'counter'],
    ]) {
      expect(text).toContain(`# TYPE ${PREFIX}${name} ${type}\n`);
      expect(text).toMatch(new RegExp(`# HELP ${PREFIX}${name} [A-Z]`));
    }
  });

  it('count requests and their time by route and status', async () => {
    const growth = await growthBy(async () => {
      for (let i = 0; i < 3; i++) await post('/predict_json', JSON.stringify(NORMAL_ROW));
      await post('/predict_json', '{');
      await (await server.request('/v1/models/nobody')).text();
      await (await server.request('/v1/models/ocsvm')).text();
      for (const path of ['/a', '/b', '/c/d']) await (await server.request(path)).text();
    });
    for (const [labels, count] of [
      ['route="/predict_json",status="200"', 3],
      ['route="/predict_json",status="400"', 1],
      ['route="/v1/models/{name}",status="404"', 1],
      ['route="/v1/models/{name}",status="200"', 1],
      ['route="none",status="404"', 3],
    ] as const) {
      expect([labels, growth(`http_requests_total{${labels}}`)]).toEqual([labels, count]);
      expect(growth(`http_request_duration_seconds_count{${labels}}`)).toBe(count);
      expect(growth(`http_request_duration_seconds_bucket{le="+Inf",${labels}}`)).toBe(count);
      expect(growth(`http_request_duration_seconds_sum{${labels}}`)).toBeGreaterThan(0);
    }
  });

  it('count rows by detector and prediction, and batches by size', async () => {
    const mixed = [NORMAL_ROW, { ...NORMAL_ROW, model_type: 'hybrid' }, ANOMALOUS_ROW];
    const rows = [...new Array(40).fill(NORMAL_ROW), ...new Array(2_000).fill(ANOMALOUS_ROW)];
    const growth = await growthBy(async () => {
      await post('/predict_json', JSON.stringify(ANOMALOUS_ROW));
      await post('/predict_json', JSON.stringify(mixed));
      await post('/v1/score?model=hybrid', JSON.stringify({ rows }));
      await post('/v1/score', linesBody(sampleRows(1)), { 'Content-Type': 'application/x-ndjson' });
      await post('/v1/score', JSON.stringify({ rows: [NORMAL_ROW, {}] }));
      const form = new URLSearchParams({
        model: 'ocsvm',
        ...Object.fromEntries(
          Object.entries(NORMAL_ROW).map(([name, value]) => [name, String(value)]),
        ),
      });
      await post('/predict', form.toString(), {
        'Content-Type': 'application/x-www-form-urlencoded',
      });
    });
    const rowsOf = (model: string, prediction: string) =>
      growth(`rows_scored_total{model="${model}",prediction="${prediction}"}`);
    expect(rowsOf('ocsvm', 'normal') + rowsOf('ocsvm', 'anomaly')).toBe(1 + 2 + 1 + 1);
    expect(rowsOf('ocsvm', 'anomaly')).toBeGreaterThanOrEqual(2);
    expect(rowsOf('hybrid', 'normal')).toBe(1 + 40);
    expect(rowsOf('hybrid', 'anomaly')).toBe(2_000);
    expect(growth('batch_rows_count')).toBe(5);
    expect(growth('batch_rows_sum')).toBe(1 + 3 + 2_040 + 1 + 1);
    expect(growth('batch_rows_bucket{le="1"}')).toBe(3);
    expect(growth('batch_rows_bucket{le="10"}')).toBe(4);
  });

  it('tell of the engine', async () => {
    const now = await server.metrics();
    expect(now.get(`${PREFIX}workers`)).toBe(2);
    expect(now.get(`${PREFIX}queued_rows`)).toBe(0);
    expect(now.get(`${PREFIX}worker_restarts_total`)).toBe(0);
  });
});
