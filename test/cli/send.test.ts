import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../support/command-line.js';
import { runServer, type TestServer, TOKEN } from '../support/running-server.js';
import { ANOMALOUS_ROW, NORMAL_ROW } from '../support/sample-detectors.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const rows = Array.from({ length: 50 }, (_, i) => (i % 5 === 0 ? ANOMALOUS_ROW : NORMAL_ROW));
const ndjson = folder.write('rows.ndjson', rows.map((row) => JSON.stringify(row)).join('\n'));

let server: TestServer;
beforeAll(async () => {
  server = await runServer({ maxRows: 20 });
});
afterAll(() => server.close());

function send(file: string, ...args: string[]) {
  const env = { ANOMALY_PREDICTOR_TOKEN: TOKEN };
  return runCommand(['send', file, '--url', server.url, ...args], { env });
}

/** Requests to /predict_json and rows scored, as the server has counted them. */
async function counted(model: string) {
  const metrics = await server.metrics();
  const sum = (pattern: RegExp) =>
    [...metrics].reduce((total, [name, value]) => total + (pattern.test(name) ? value : 0), 0);
  return {
    requests: sum(/requests_total\{.*predict_json.*status="200"/),
    rows: sum(new RegExp(`rows_scored_total\\{.*model="${model}"`)),
  };
}

describe('send', () => {
  it.each([
    ['single behaviours', '1', 50],
    ['arrays, the last one shorter', '20', 3],
  ])('posts %s to the detector that is named', async (_, batch, nRequests) => {
    const before = await counted('hybrid');
    const { code, stdout, stderr } = await send(ndjson, '--batch', batch, '--model', 'hybrid');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const after = await counted('hybrid');
    expect(after).toEqual({ requests: before.requests + nRequests, rows: before.rows + 50 });
    expect(stdout).toMatch(
      new RegExp(
        `^sent       50 behaviours in ${nRequests} requests, \\d+\\.\\d\\d s\n` +
          'verdicts   40 normal, 10 anomalies\n' +
          'throughput [\\d,]+ behaviours/s, [\\d,]+ requests/s\n' +
          'latency    p50 [\\d.,]+ ms, p90 [\\d.,]+ ms, p99 [\\d.,]+ ms, max [\\d.,]+ ms\n$',
      ),
    );
  });

  it('reads the columns of the raw table and skips rows that lack a value', async () => {
    const csv = folder.write(
      'raw.csv',
      'id,inter_api_access_duration(sec),api_access_uniqueness,sequence_length(count),' +
        'vsession_duration(min),ip_type,num_sessions,num_users,num_unique_apis,source\n' +
        'a,0.0012,0.012,18.5,210,default,290,220,70,E\n' +
        'b,12,0.8,340,210,datacenter,2,1,70,E\n' +
        'c,12,,340,210,datacenter,2,1,70,E\n',
    );
    const { code, stdout, stderr } = await send(csv, '--batch', '20');
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'columns not used: id\n' });
    expect(stdout).toContain('sent       2 behaviours in 1 request,');
    expect(stdout).toContain('verdicts   1 normal, 1 anomaly\n');
    expect(stdout).toContain('skipped    1 row\n  line 4: "api_access_uniqueness" is missing\n');
  });

  it('fails where no row can be sent, or a bad one must not be passed over', async () => {
    const bad = folder.write('bad.ndjson', '{"num_users": 1}\n');
    const first = 'line 1: "inter_api_access_duration" is missing';
    expect(await send(bad)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `anomaly-predictor: none of 1 row could be sent; the first: ${first}\n`,
    });
    expect(await send(bad, '--bad-rows', 'fail')).toMatchObject({
      code: 1,
      stderr: `anomaly-predictor: ${first}\n`,
    });
  });

  it('counts what the server refuses and ends with code 1', async () => {
    const { code, stdout, stderr } = await send(ndjson, '--batch', '30');
    expect(stdout).toContain('verdicts   16 normal, 4 anomalies\n');
    expect(stdout).toContain(
      'failed     1 request: 413 the batch has 30 rows, at most 20 are allowed\n',
    );
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'anomaly-predictor: 1 request failed\n' });
  });

  it('refuses a broken file', async () => {
    const csv = folder.write('broken.csv', 'num_users\n1\n');
    const { code, stdout, stderr } = await send(csv);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^anomaly-predictor: line 1: the header has no column .*\n$/);
  });
});

describe('send says in one line why it cannot start', () => {
  it.each([
    ['a wrong token', ['--token', 'wrong'], /answered 403: the bearer token is not accepted$/],
    ['an unknown detector', ['--model', 'x'], /answered 404: unknown model "x", expected one of/],
  ])('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await send(ndjson, ...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^anomaly-predictor: .*\n$/);
    expect(stderr.slice('anomaly-predictor: '.length).trimEnd()).toMatch(message);
  });

  it('no server', async () => {
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const url = `http://127.0.0.1:${(gone.address() as AddressInfo).port}`;
    await new Promise((resolve) => gone.close(resolve));
    const { code, stderr } = await send(ndjson, '--url', url);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^anomaly-predictor: no answer from http:.*: connect ECONNREFUSED .*\n$/,
    );
  });
});

describe('a server that is too busy', () => {
  /** Answers the first `nBusy` posts by itself and hands everything else to the real server. */
  async function runBusyServer(nBusy: number, retryAfter: string) {
    let nPosts = 0;
    const front: RequestListener = async (request, response) => {
      if (request.method === 'POST' && ++nPosts <= nBusy) {
        request.resume();
        response.writeHead(503, { 'Retry-After': retryAfter }).end('{"error":"the queue is full"}');
        return;
      }
      const { authorization = '', 'content-type': contentType = '' } = request.headers;
      const body = request.method === 'POST' ? Buffer.concat(await request.toArray()) : undefined;
      const headers = { authorization, 'content-type': contentType };
      const reply = await fetch(`${server.url}${request.url}`, {
        method: request.method ?? 'GET',
        headers,
        ...(body === undefined ? {} : { body }),
      });
      response.writeHead(reply.status).end(await reply.text());
    };
    const listener = createServer(front).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    return { url: `http://127.0.0.1:${port}`, close: () => listener.close() };
  }

  it('is asked again when it says so, and that is counted', async () => {
    const busy = await runBusyServer(3, '0');
    const { code, stdout } = await send(ndjson, '--url', busy.url, '--batch', '10');
    busy.close();
    expect(code).toBe(0);
    expect(stdout).toContain('sent       50 behaviours in 5 requests');
    expect(stdout).toContain('verdicts   40 normal, 10 anomalies\n');
    expect(stdout).toContain('retried    3 times after 503\n');
  });

  it('is not asked for ever', async () => {
    const busy = await runBusyServer(Number.POSITIVE_INFINITY, '0');
    const { code, stdout } = await send(ndjson, '--url', busy.url, '--batch', '10');
    busy.close();
    expect(code).toBe(1);
    expect(stdout).toContain('verdicts   0 normal, 0 anomalies\n');
    expect(stdout).toContain('retried    20 times after 503\n');
    expect(stdout).toContain('failed     5 requests: 503 the queue is full\n');
  });
});
