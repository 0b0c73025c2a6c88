// Many clients at once, a queue that is full and workers that die: every request gets one answer, and its own.
import { Agent, request as httpRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine/engine.js';
import { describeOnEachTransport } from '../support/each-transport.js';
import { runServer, type TestServer, TOKEN } from '../support/running-server.js';
import { sampleOneClassSvm } from '../support/sample-detectors.js';
import { linesBody, sampleRows } from '../support/sample-rows.js';
import { type ThreadWatch, until, watchThreads } from '../support/worker-threads.js';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly document: { readonly scores?: readonly number[]; readonly code?: string };
}

/** Posts JSON over one of the agent's connections. */
function post(agent: Agent, url: string, document: unknown): Promise<Answer> {
  const body = JSON.stringify(document);
  const headers = {
    Authorization: `Bearer ${TOKEN}`,
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  };
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { agent, method: 'POST', headers }, async (response) => {
      const parts: Buffer[] = [];
      for await (const part of response) parts.push(part);
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        document: JSON.parse(Buffer.concat(parts).toString()),
      });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

const SVM = sampleOneClassSvm();

/** Batches of the given sizes, no two rows alike, with the scores that the library gives them. */
async function batches(sizes: readonly number[]) {
  const rows = sampleRows(sizes.reduce((sum, size) => sum + size));
  const library = await createEngine({ workers: 0 });
  const { scores } = await library.score(SVM, { rows });
  await library.close();
  let start = 0;
  return sizes.map((size) => {
    const end = start + size;
    const batch = { rows: rows.slice(start, end), scores: [...scores.subarray(start, end)] };
    start = end;
    return batch;
  });
}

describeOnEachTransport('a server under load', (transport) => {
  let server: TestServer;
  let agent: Agent;
  beforeAll(async () => {
    server = await runServer({ transport });
    agent = new Agent({ keepAlive: true, maxSockets: 50 });
  });
  afterAll(async () => {
    agent.destroy();
    await server.close();
  });

  it('gives each of 2,000 requests over 50 connections its own verdicts', async () => {
    const work = await batches(
      Array.from({ length: 2_000 }, (_, i) => [1, 1, 2, 1, 30, 1, 1, 200][i % 8]),
    );
    const answers = await Promise.all(
      work.map(({ rows }) => post(agent, `${server.url}/v1/score`, { rows })),
    );
    const wrong = answers.findIndex(
      ({ status, document }, i) =>
        status !== 200 || String(document.scores) !== String(work[i].scores),
    );
    expect(wrong).toBe(-1);
    expect(answers.length).toBe(2_000);
  });
});

describeOnEachTransport('a full queue', (transport) => {
  it('is answered by 503 and when to come again, and what was taken by its verdicts', async () => {
    const server = await runServer({ transport, maxQueuedRows: 8_000 });
    const agent = new Agent({ keepAlive: true, maxSockets: 40 });
    const work = await batches(new Array(40).fill(3_000));
    const answers = await Promise.all(
      work.map(({ rows }) => post(agent, `${server.url}/v1/score`, { rows })),
    );
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThan(0);
    for (const { headers, document } of refused) {
      expect(headers['retry-after']).toBe('1');
      expect(document).toEqual({
        error: expect.stringMatching(/^the queue is full: \d+ of 8000 rows are waiting$/),
        code: 'queue-full',
      });
    }
    const taken = answers.flatMap((answer, i) =>
      answer.status === 200 ? [[answer, work[i]] as const] : [],
    );
    expect(taken.length + refused.length).toBe(work.length);
    expect(taken.length).toBeGreaterThan(0);
    for (const [{ document }, { scores }] of taken) expect(document.scores).toEqual(scores);

    const again = await post(agent, `${server.url}/v1/score`, { rows: work[0].rows });
    expect(again.document.scores).toEqual(work[0].scores);
    const metrics = await server.metrics();
    expect(
      metrics.get('anomaly_predictor_http_requests_total{route="/v1/score",status="503"}'),
    ).toBe(refused.length);
    expect(metrics.get('anomaly_predictor_queued_rows')).toBe(0);
    agent.destroy();
    await server.close();
  });
});

describe('workers that die', () => {
  let watch: ThreadWatch | undefined;
  afterEach(() => watch?.stop());

  describeOnEachTransport('under load', (transport) => {
    it('leave no request without its one answer, which is its own', async () => {
      watch = watchThreads();
      const server = await runServer({ transport });
      const { threads } = watch;
      const agent = new Agent({ keepAlive: true, maxSockets: 20 });
      const [streamed, ...work] = await batches([30_000, ...new Array(120).fill(2_000)]);
      const stream = server.request('/v1/score', {
        body: linesBody(streamed.rows),
        headers: { 'Content-Type': 'application/x-ndjson' },
      });
      let nAnswered = 0;
      let nKilled = 0;
      const answers = work.map(async ({ rows }) => {
        const answer = await post(agent, `${server.url}/v1/score`, { rows });
        nAnswered++;
        return answer;
      });
      for (const nBefore of [10, 30, 50, 70]) {
        await until(() => nAnswered >= nBefore);
        await threads.at(-1)?.terminate();
        nKilled++;
        await until(() => threads.length === 2 + nKilled);
      }
      const statuses = new Set<number>();
      for (const [i, answer] of (await Promise.all(answers)).entries()) {
        statuses.add(answer.status);
        if (answer.status === 200) expect(answer.document.scores).toEqual(work[i].scores);
        else expect([answer.status, answer.document.code]).toEqual([500, 'worker-died']);
      }
      expect(statuses).toContain(200);
      expect(nAnswered).toBe(work.length);

      // A stream has its verdicts in order, all of them or up to the row that it names.
      const lines = (await (await stream).text())
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      const end = lines.findIndex(({ error }) => error !== undefined);
      const verdicts = end < 0 ? lines : lines.slice(0, end);
      expect(verdicts.map(({ score }) => score)).toEqual(streamed.scores.slice(0, verdicts.length));
      if (end < 0) expect(lines.length).toBe(streamed.rows.length);
      else expect(lines.slice(end)).toMatchObject([{ code: 'worker-died', row: end }]);
      const metrics = await server.metrics();
      expect(metrics.get('anomaly_predictor_worker_restarts_total')).toBe(nKilled);
      expect(metrics.get('anomaly_predictor_queued_rows')).toBe(0);
      agent.destroy();
      await server.close();
    });
  });
});
