// Bad input: each is answered by what is wrong and where, counted, and leaves the server unharmed.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeOnEachTransport } from '../support/each-transport.js';
import { runServer, type TestServer, TOKEN } from '../support/running-server.js';
import { NORMAL_ROW } from '../support/sample-detectors.js';
import { OF_ANOTHER_FORM, UNREADABLE } from './bad-documents.js';
import { json, MAX_BODY_BYTES, MAX_ROWS, MAX_UPLOAD_BYTES, VALUES } from './bad-input.js';
import {
  BAD_UPLOADS,
  TOO_LARGE,
  TOO_MUCH,
  UNKNOWN_DETECTORS,
  unsupported,
  WRONG_MEDIA_TYPES,
  WRONG_PLACES,
} from './bad-requests.js';
import { BAD_COLUMNS, BAD_ROWS } from './bad-rows.js';
import { chunk, get, LAST_CHUNK, post, RawClient } from './raw-client.js';

const TABLES = [
  ...UNREADABLE,
  ...OF_ANOTHER_FORM,
  ...BAD_ROWS,
  ...BAD_COLUMNS,
  ...UNKNOWN_DETECTORS,
  ...TOO_MUCH,
  ...BAD_UPLOADS,
  ...WRONG_MEDIA_TYPES,
  ...WRONG_PLACES,
];

describeOnEachTransport('bad input', (transport) => {
  let server: TestServer;
  let atStart: ReadonlyMap<string, number>;
  let rssAtStart = 0;
  /** By status, what the tests have been answered. */
  const answered = new Map<number, number>();
  beforeAll(async () => {
    server = await runServer({
      transport,
      maxRows: MAX_ROWS,
      maxBodyBytes: MAX_BODY_BYTES,
      maxUploadBytes: MAX_UPLOAD_BYTES,
    });
    atStart = await server.metrics();
    rssAtStart = process.memoryUsage().rss;
  });
  afterAll(() => server.close());

  it.each(TABLES)('%s is answered', async (_title, path, options, status, error) => {
    const response = await server.request(path, options);
    expect(await response.json()).toEqual(error);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/json');
    answered.set(status, (answered.get(status) ?? 0) + 1);
  });

  it('tells which methods are allowed', async () => {
    for (const [path, allow] of [
      ['/v1/score', 'POST'],
      ['/healthz', 'GET, HEAD'],
    ]) {
      const { headers } = await server.request(path, { method: 'PATCH' });
      expect(headers.get('allow')).toBe(allow);
      answered.set(405, (answered.get(405) ?? 0) + 1);
    }
  });

  it('an unknown query parameter and a second model change nothing', async () => {
    for (const query of ['', '?', '?&&', '?x=%', '?model=ocsvm&model=hybrid', '?Model=hybrid']) {
      const response = await server.request(`/v1/score${query}`, json({ rows: [VALUES] }));
      expect(await response.json()).toMatchObject({ model: 'ocsvm', count: 1 });
    }
  });

  it('all of it is counted by status', async () => {
    const now = await server.metrics();
    for (const [status, count] of answered) {
      const since = (all: ReadonlyMap<string, number>) => {
        const counts = [...all].filter(
          ([name]) =>
            name.startsWith('anomaly_predictor_http_requests_total') &&
            name.includes(`status="${status}"`),
        );
        return counts.reduce((sum, [, value]) => sum + value, 0);
      };
      expect([status, since(now) - since(atStart)]).toEqual([status, count]);
    }
  });

  describe('that only sockets can send', () => {
    const clients: RawClient[] = [];
    const authorized = `Authorization: Bearer ${TOKEN}`;
    const isJson = 'Content-Type: application/json';
    async function connect() {
      const client = await RawClient.connect(server.port);
      clients.push(client);
      return client;
    }
    afterAll(() => {
      for (const client of clients) client.close();
    });

    it('a POST without a content type is answered by 415', async () => {
      const client = await connect();
      client.send(post('/predict_json', JSON.stringify(NORMAL_ROW), authorized));
      const { status, body } = await client.reply();
      expect(status).toBe(415);
      expect(JSON.parse(body.toString())).toEqual(unsupported(''));
    });

    it('a POST without a body is answered by 400', async () => {
      const client = await connect();
      client.send(`POST /predict_json HTTP/1.1\r\nHost: a\r\n${authorized}\r\n${isJson}\r\n\r\n`);
      const { status, body } = await client.reply();
      expect(status).toBe(400);
      expect(JSON.parse(body.toString())).toMatchObject({ code: 'malformed-body' });
    });

    it('a chunked body over the limit is answered by 413', async () => {
      const client = await connect();
      client.send(
        `POST /v1/score HTTP/1.1\r\nHost: a\r\n${authorized}\r\n${isJson}\r\nTransfer-Encoding: chunked\r\n\r\n`,
      );
      for (let sent = 0; sent <= MAX_BODY_BYTES; sent += 256 * 1024) {
        client.send(chunk(Buffer.alloc(256 * 1024, ' ')));
      }
      client.send(LAST_CHUNK);
      const { status, body } = await client.reply();
      expect(status).toBe(413);
      expect(JSON.parse(body.toString())).toEqual(TOO_LARGE);
    });

    it('a head beyond reason is answered by 431', async () => {
      const client = await connect();
      client.send(get('/v1/models', authorized, `X: ${'x'.repeat(100_000)}`));
      expect((await client.reply()).status).toBe(431);
    });

    it('a braced name is the name of no model', async () => {
      const client = await connect();
      client.send(get('/v1/models/{name}', authorized));
      const { status, body } = await client.reply();
      expect(status).toBe(404);
      expect(JSON.parse(body.toString())).toMatchObject({ code: 'unknown-model' });
    });

    it('uploads that break off count as 499', async () => {
      const before = await server.metrics();
      const name = 'anomaly_predictor_http_requests_total{route="/v1/score",status="499"}';
      const n = 20;
      for (let i = 0; i < n; i++) {
        const client = await connect();
        const whole = post('/v1/score', Buffer.alloc(200_000, ' '), authorized, isJson);
        await client.sendAll(whole.subarray(0, 10_000 * i + 1_000));
        client.close();
      }
      const counted = async () =>
        ((await server.metrics()).get(name) ?? 0) - (before.get(name) ?? 0);
      while ((await counted()) < n) await new Promise((resolve) => setTimeout(resolve, 10));
      expect(await counted()).toBe(n);
    });
  });

  it('leaves the server unharmed', async () => {
    expect(await (await server.request('/healthz')).json()).toEqual({ live: true });
    expect(await (await server.request('/readyz')).json()).toEqual({ ready: true });
    const verdict = await server.request('/predict_json', json(NORMAL_ROW));
    expect(await verdict.json()).toMatchObject({ prediction: 'normal' });
    const metrics = await server.metrics();
    expect(metrics.get('anomaly_predictor_worker_restarts_total')).toBe(0);
    expect(metrics.get('anomaly_predictor_queued_rows')).toBe(0);
    expect(process.memoryUsage().rss - rssAtStart).toBeLessThan(500 * 1024 * 1024);
  });
});

describeOnEachTransport('a client that stalls', (transport) => {
  it('is cut off within its body, counted as gone, and nobody else is', async () => {
    const server = await runServer({ transport, idleTimeoutMs: 500 });
    const client = await RawClient.connect(server.port);
    const request = post(
      '/predict_json',
      JSON.stringify(NORMAL_ROW),
      `Authorization: Bearer ${TOKEN}`,
      'Content-Type: application/json',
    );
    client.send(request.subarray(0, -10));
    await client.closed();
    expect(client.text).toBe('');
    const metrics = await server.metrics();
    expect(
      metrics.get('anomaly_predictor_http_requests_total{route="/predict_json",status="499"}'),
    ).toBe(1);
    expect((await server.request('/predict_json', json(NORMAL_ROW))).status).toBe(200);
    await server.close();
  });
});
