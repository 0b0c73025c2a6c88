// `serve` as a process of its own: signals while requests are in flight.
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { saveDetector } from '../../src/model/detector-store.js';
import { tokenHash } from '../../src/server/auth.js';
import { startCommand } from '../support/command-line.js';
import { describeOnEachTransport } from '../support/each-transport.js';
import { TOKEN } from '../support/running-server.js';
import { NORMAL_ROW, sampleForest, sampleOneClassSvm } from '../support/sample-detectors.js';
import { jsonBody, linesBody, sampleRows } from '../support/sample-rows.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { chunk, LAST_CHUNK, post, RawClient } from './raw-client.js';

const models = temporaryFolder().path;
beforeAll(() => {
  for (const detector of [sampleForest(), sampleOneClassSvm()]) saveDetector(detector, models);
});

const AUTHORIZED = `Authorization: Bearer ${TOKEN}`;
const STREAM_HEAD = `POST /v1/score HTTP/1.1\r\nHost: a\r\n${AUTHORIZED}\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n`;
const LINE = linesBody([NORMAL_ROW]);

describeOnEachTransport('a server that is told to stop', (transport) => {
  let child: ChildProcessWithoutNullStreams | undefined;
  let port = 0;
  const clients: RawClient[] = [];
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
    child?.kill('SIGKILL');
  });

  /** Starts `serve` and resolves, once it listens, with the process and what it will have written in the end. */
  async function serve() {
    const env = { ANOMALY_PREDICTOR_TOKENS: tokenHash(TOKEN), ANOMALY_PREDICTOR_MODELS: models };
    const started = startCommand(['serve', '--port', '0', '--transport', transport], { env });
    child = started;
    const stderr = text(started.stderr);
    const ended = once(started, 'exit').then(async ([code, signal]) => ({
      code,
      signal,
      stderr: await stderr,
    }));
    const greeting = once(started.stdout, 'data').then(String);
    const first = await Promise.race([greeting, ended]);
    if (typeof first !== 'string') throw new Error(first.stderr);
    port = Number(/:(\d+) /.exec(first)?.[1]);
    return { started, ended };
  }

  async function connect(): Promise<RawClient> {
    const client = await RawClient.connect(port);
    clients.push(client);
    return client;
  }

  /** Opens a stream that has one verdict. */
  async function openStream(): Promise<RawClient> {
    const client = await connect();
    client.send(STREAM_HEAD);
    client.send(chunk(LINE));
    while (!client.text.includes('"row":0')) await delay(2);
    return client;
  }

  /** Sends the head of a POST, and its body when the server has seen the head. */
  async function begin(body: Uint8Array, nBytes: number): Promise<RawClient> {
    const client = await connect();
    const request = post(
      '/v1/score',
      body,
      AUTHORIZED,
      'Content-Type: application/json',
      'Expect: 100-continue',
    );
    client.send(request.subarray(0, request.length - body.length));
    expect((await client.reply()).status).toBe(100);
    client.send(body.subarray(0, nBytes));
    return client;
  }

  async function untilRefused(): Promise<void> {
    for (;;) {
      try {
        (await RawClient.connect(port)).close();
      } catch {
        return;
      }
      await delay(5);
    }
  }

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s answers what is in flight, then exits with 0',
    async (signal) => {
      const { started, ended } = await serve();
      const rows = sampleRows(50_000);
      const body = jsonBody({ rows });
      const small = jsonBody({ rows: rows.slice(0, 10) });
      const stream = await openStream();
      const arriving = await begin(small, 20);
      const idle = await connect();
      const batches = [await begin(body, body.length), await begin(body, body.length)];

      started.kill(signal);
      await untilRefused();
      for (const batch of batches) {
        const reply = await batch.reply();
        expect(reply.status).toBe(200);
        expect(JSON.parse(reply.body.toString())).toMatchObject({ count: rows.length });
      }
      stream.send(chunk(LINE));
      while (!stream.text.includes('"row":1')) await delay(2);
      arriving.send(small.subarray(20));
      expect(JSON.parse((await arriving.reply()).body.toString())).toMatchObject({ count: 10 });
      expect(started.exitCode).toBeNull();
      stream.send(chunk(LINE));
      stream.send(LAST_CHUNK);
      const lines = (await stream.reply()).body.toString().trim().split('\n');
      expect(lines.map((line) => JSON.parse(line).row)).toEqual([0, 1, 2]);

      expect(await ended).toEqual({ code: 0, signal: null, stderr: '' });
      for (const client of [...batches, arriving, stream, idle]) await client.closed();
    },
  );

  it.each([
    ['SIGTERM', 'SIGINT'],
    ['SIGINT', 'SIGINT'],
  ] as const)('by %s and then %s ends at once', async (first, second) => {
    const { started, ended } = await serve();
    const stream = await openStream();
    started.kill(first);
    await untilRefused();
    started.kill(second);
    expect(await ended).toEqual({ code: null, signal: second, stderr: '' });
    await stream.closed();
  });
});
