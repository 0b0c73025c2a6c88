// NDJSON streamed through the server by clients of every kind: eager, late, slow, talkative and gone.
import { request as httpRequest } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createEngine } from '../../src/engine/engine.js';
import { describeOnEachTransport } from '../support/each-transport.js';
import { runServer, type TestServer, TOKEN } from '../support/running-server.js';
import { NORMAL_ROW, sampleOneClassSvm } from '../support/sample-detectors.js';
import { linesBody, sampleRows } from '../support/sample-rows.js';
import { chunk, LAST_CHUNK, RawClient } from './raw-client.js';

const N_ROWS = 100_000;
const MIB = 1024 * 1024;
const HEAD = [
  'POST /v1/score?model=ocsvm HTTP/1.1',
  'Host: test',
  `Authorization: Bearer ${TOKEN}`,
  'Content-Type: application/x-ndjson',
].join('\r\n');

interface Line {
  readonly row: number;
  readonly prediction?: string;
  readonly score?: number;
  readonly risk?: number;
  readonly error?: string;
  readonly code?: string;
}

const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

const rows = sampleRows(N_ROWS);
const body = linesBody(rows);
let scores: Float64Array;
beforeAll(async () => {
  const engine = await createEngine({ workers: 0 });
  ({ scores } = await engine.score(sampleOneClassSvm(), { rows }));
  await engine.close();
});

/** Each row has its verdict, in order. */
function expectAll(text: string): void {
  const lines = linesOf(text);
  expect(lines.length).toBe(N_ROWS);
  const wrong = lines.find((line, row) => line.row !== row || line.score !== scores[row]);
  expect(wrong).toBeUndefined();
}

describeOnEachTransport('a stream', (transport) => {
  let server: TestServer;
  const clients: RawClient[] = [];
  beforeAll(async () => {
    server = await runServer({ transport });
  });
  afterAll(() => server.close());
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });

  async function connect(): Promise<RawClient> {
    const client = await RawClient.connect(server.port);
    clients.push(client);
    return client;
  }

  /** Sends `text` in pieces that end at `ends`, and resolves with the lines of the reply. */
  async function lines(text: string | Uint8Array, ends: readonly number[] = []): Promise<Line[]> {
    const client = await connect();
    client.send(`${HEAD}\r\nTransfer-Encoding: chunked\r\n\r\n`);
    const bytes = Buffer.from(text);
    let start = 0;
    for (const end of [...ends, bytes.length]) {
      if (end > start) client.send(chunk(bytes.subarray(start, end)));
      start = end;
      await delay(2);
    }
    client.send(LAST_CHUNK);
    const reply = await client.reply();
    expect(reply.status).toBe(200);
    expect(reply.headers['content-type']).toBe('application/x-ndjson');
    return linesOf(reply.body.toString());
  }

  it('of 100,000 rows is answered, in order', async () => {
    const response = await server.request('/v1/score', {
      body,
      headers: { 'Content-Type': 'application/x-ndjson' },
    });
    expectAll(await response.text());
  });

  it('of 100,000 rows is answered to a client that reads only when it has sent all', async () => {
    const client = await connect();
    client.socket.pause();
    const head = Buffer.from(`${HEAD}\r\nContent-Length: ${body.length}\r\n\r\n`);
    expect(await client.sendAll(Buffer.concat([head, body]))).toBe(true);
    client.socket.resume();
    expectAll((await client.reply()).body.toString());
  });

  it('of 100,000 rows is answered to a client that reads slowly', async () => {
    const { port } = server;
    const headers = { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/x-ndjson' };
    const text = await new Promise<string>((resolve, reject) => {
      const upload = httpRequest(
        { port, method: 'POST', path: '/v1/score', headers },
        async (response) => {
          const parts: Buffer[] = [];
          for await (const part of response) {
            parts.push(part);
            if (parts.length % 8 === 0) await delay(1);
          }
          resolve(Buffer.concat(parts).toString());
        },
      );
      upload.once('error', reject);
      upload.end(body);
    });
    expectAll(text);
  });

  it('answers each line before the next is sent', async () => {
    const client = await connect();
    client.send(`${HEAD}\r\nTransfer-Encoding: chunked\r\n\r\n`);
    for (let row = 0; row < 20; row++) {
      client.send(chunk(linesBody([rows[row]])));
      while (!client.text.includes(`{"row":${row},`)) await delay(1);
    }
    client.send(LAST_CHUNK);
    const answered = linesOf((await client.reply()).body.toString());
    expect(answered.map(({ score }) => score)).toEqual([...scores.subarray(0, 20)]);
  });

  it('numbers its rows through, wherever the network cuts it', async () => {
    const text = linesBody(rows.slice(0, 10)).toString();
    const ends = [1, 2, 50, 51, 300, 301, 302, 303, 700, text.length - 2, text.length - 1];
    const answered = await lines(text, ends);
    expect(answered.map(({ row, score }) => [row, score])).toEqual(
      Array.from(scores.subarray(0, 10), (score, row) => [row, score]),
    );
  });

  it('answers a bad line by what is wrong with it, and goes on', async () => {
    const { num_users: _, ...missing } = NORMAL_ROW;
    const good = JSON.stringify(NORMAL_ROW);
    const bad = [
      ['{"num_users":', 'row 1: not valid JSON: '],
      [JSON.stringify(missing), 'row 2: "num_users" is missing'],
      [good.replace('220', '"220"'), 'row 3: "num_users" expected a number, got "220"'],
      [good.replace('220', '1e999'), 'row 4: "num_users" expected a finite number, got Infinity'],
      ['[1,2]', 'row 5: has 2 values, expected 9'],
      ['null', 'row 6: expected an object or an array, got null'],
      [
        good.replace('{', '{"model_type":"hybrid",'),
        'row 7: "model_type" is not a feature of this detector',
      ],
    ];
    const answered = await lines([good, ...bad.map(([line]) => line), good].join('\n'));
    expect(answered.map(({ row }) => row)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    bad.forEach(([, error], i) => {
      expect(answered[i + 1].error).toContain(error);
      expect(Object.keys(answered[i + 1])).toEqual(['row', 'error']);
    });
    for (const row of [0, 8]) expect(answered[row]).toMatchObject({ row, prediction: 'normal' });
  });

  it('answers a line that is not UTF-8 alone by an error', async () => {
    const good = linesBody([NORMAL_ROW]);
    const answered = await lines(Buffer.concat([good, Buffer.from([0xff, 0x0a]), good]));
    expect(answered).toMatchObject([
      { row: 0, prediction: 'normal' },
      { row: 1, error: 'row 1: not valid JSON: the bytes are not UTF-8' },
      { row: 2, prediction: 'normal' },
    ]);
  });

  it('takes CRLF, blank lines and a last line without an end', async () => {
    const good = JSON.stringify(NORMAL_ROW);
    const answered = await lines(`\n\r\n${good}\r\n\n\n${good}\r\n\r\n${good}`, [1, 3, 500]);
    expect(answered).toMatchObject([0, 1, 2].map((row) => ({ row, prediction: 'normal' })));
  });

  it('without rows is answered without lines', async () => {
    expect(await lines('')).toEqual([]);
    expect(await lines('\n\r\n\n')).toEqual([]);
  });

  it('ends at a line longer than a mebibyte, by the row that it is', async () => {
    const good = linesBody(rows.slice(0, 3)).toString();
    const answered = await lines(`${good}[${'1,'.repeat(MIB)}1]\n${good}`);
    expect(answered.map(({ row }) => row)).toEqual([0, 1, 2, 3]);
    expect(answered[3]).toEqual({
      error: 'a line is longer than 1048576 bytes',
      code: 'body-too-large',
      row: 3,
    });
  });

  it('is refused as any request is, before anything of it is read', async () => {
    for (const [path, status] of [
      ['/v1/score?model=nobody', 404],
      ['/predict_json', 415],
    ] as const) {
      const client = await connect();
      client.send(
        `${HEAD.replace('/v1/score?model=ocsvm', path)}\r\nTransfer-Encoding: chunked\r\n\r\n`,
      );
      client.send(chunk(body.subarray(0, MIB)));
      expect((await client.reply()).status).toBe(status);
    }
  });

  it('by clients that go away midway leaves everybody else alone', async () => {
    const gone = 'anomaly_predictor_http_requests_total{route="/v1/score",status="499"}';
    const before = (await server.metrics()).get(gone) ?? 0;
    const leavers = Array.from({ length: 10 }, async (_, i) => {
      const client = await connect();
      client.send(`${HEAD}\r\nTransfer-Encoding: chunked\r\n\r\n`);
      client.send(chunk(body.subarray(0, (i + 1) * MIB)));
      if (i % 2 === 0) while (client.receivedBytes === 0) await delay(1);
      client.close();
    });
    const stayer = server.request('/v1/score', {
      body,
      headers: { 'Content-Type': 'application/x-ndjson' },
    });
    await Promise.all(leavers);
    expectAll(await (await stayer).text());
    while ((await server.metrics()).get(gone) !== before + 10) await delay(10);
    expect((await server.metrics()).get('anomaly_predictor_queued_rows')).toBe(0);
  });

  it('counts its rows, and not its bad lines', async () => {
    const count = async () => {
      const metrics = await server.metrics();
      const of = (prediction: string) =>
        metrics.get(
          `anomaly_predictor_rows_scored_total{model="ocsvm",prediction="${prediction}"}`,
        ) ?? 0;
      return of('normal') + of('anomaly');
    };
    const before = await count();
    await lines(`${linesBody(rows.slice(0, 7))}\nnonsense\n`);
    expect(await count()).toBe(before + 7);
  });
});

describeOnEachTransport('a stream to a server with a short queue', (transport) => {
  it('waits for room instead of failing', async () => {
    const server = await runServer({ transport, maxQueuedRows: 1 });
    const headers = { 'Content-Type': 'application/x-ndjson' };
    const nRows = 10_000;
    const streams = [0, 1, 2].map(() =>
      server.request('/v1/score', { body: linesBody(rows.slice(0, nRows)), headers }),
    );
    for (const stream of streams) {
      const answered = linesOf(await (await stream).text());
      expect(answered.map(({ score }) => score)).toEqual([...scores.subarray(0, nRows)]);
    }
    await server.close();
  });
});
