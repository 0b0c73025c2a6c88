import { execFile } from 'node:child_process';
import { createServer, type RequestListener } from 'node:http';
import { pack } from 'msgpackr';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AnomalyPredictorError } from '../../../src/errors.js';
import type { Detector } from '../../../src/model/detector.js';
import {
  type RemoteDetector,
  remoteDetector,
} from '../../../src/traffic/remote/remote-detector.js';
import type { RemoteOptions } from '../../../src/traffic/remote/remote-options.js';
import { type NetworkGate, openGate } from '../../support/network-gate.js';
import { rejectedWith } from '../../support/rejected-with.js';
import {
  runServer,
  SCORING_TOKEN,
  type ServerOptions,
  type TestServer,
} from '../../support/running-server.js';
import { forestOver } from '../../support/sample-detectors.js';
import { thrownBy } from '../../support/thrown-by.js';

const LONG_MS = 20_000;
const SHORT_MS = 500;
const ROW = Float64Array.of(1, 2);
/** Calls rows anomalies where the first feature is above 0. */
const DETECTOR = forestOver('calls', [{ name: 'calls' }, { name: 'users' }]);

async function engine(options: ServerOptions = {}): Promise<TestServer> {
  const server = await runServer({ detectors: [DETECTOR], ...options });
  onTestFinished(() => server.close());
  return server;
}

async function gateTo({ port }: TestServer): Promise<NetworkGate> {
  const gate = await openGate(port);
  onTestFinished(() => gate.close());
  return gate;
}

/** A server that is not ours, on a free port until the test ends. */
async function stub(listener: RequestListener): Promise<string> {
  const http = createServer((request, response) => {
    request.resume().on('end', () => listener(request, response));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return `http://127.0.0.1:${(http.address() as { port: number }).port}`;
}

function remote(url: string, options: Partial<RemoteOptions> = {}): RemoteDetector {
  const detector = remoteDetector({
    url,
    model: 'calls',
    token: SCORING_TOKEN,
    timeoutMs: LONG_MS,
    ...options,
  });
  onTestFinished(() => detector.close());
  return detector;
}

async function scoreOf(detector: RemoteDetector, row = ROW): Promise<number> {
  return (await detector.model()).score(row);
}

describe('an engine that fails', () => {
  it('is told of in time where it never answers', async () => {
    const gate = await gateTo(await engine());
    const detector = remote(gate.url, { timeoutMs: SHORT_MS });
    const model = await detector.model();
    gate.mode = 'silent';
    expect(await rejectedWith('timed-out', () => model.score(ROW))).toBe(
      `no answer from ${gate.url}/ in ${SHORT_MS} ms`,
    );
    const late = remote(gate.url, { timeoutMs: SHORT_MS });
    await rejectedWith('timed-out', () => late.model());
  });

  it('does not let rows wait longer behind requests that take long', async () => {
    const gate = await gateTo(await engine());
    const model = await remote(gate.url, { timeoutMs: SHORT_MS, mostFailures: 1_000 }).model();
    gate.mode = 'silent';
    const asked: Promise<string>[] = [];
    for (let turn = 0; turn < 50; turn++) {
      asked.push(rejectedWith('timed-out', () => model.score(ROW)));
      await new Promise(setImmediate);
    }
    expect(new Set(await Promise.all(asked)).size).toBe(1);
    gate.mode = 'open';
    expect(await model.score(ROW)).toBe(-1);
  });

  it('is told of where it is not there, and where it ends midway', async () => {
    const server = await engine();
    const gate = await gateTo(server);
    const detector = remote(gate.url, { mostFailures: 1_000 });
    const model = await detector.model();
    gate.mode = 'silent';
    const ended = rejectedWith('request-failed', () => model.score(ROW));
    // Once the request is on its way.
    await new Promise((resolve) => setTimeout(resolve, SHORT_MS));
    await gate.close();
    const refused = `no answer from ${gate.url}/: connect ECONNREFUSED 127.0.0.1:${gate.port}`;
    expect(await ended).toBe(refused);
    expect(await rejectedWith('request-failed', () => scoreOf(detector))).toBe(refused);
  });

  it('gives every row its score or an error while it is stopped and started again', async () => {
    const first = await runServer({ detectors: [DETECTOR] });
    const gate = await gateTo(first);
    const detector = remote(gate.url, { mostFailures: 3, retryAfterMs: 1 });
    const outcomes = new Set<string>();
    let isOver = false;
    const asking = (async () => {
      while (!isOver) {
        const asked = [1, -1, -1, 1, -1].map(async (calls) => {
          const outcome = await scoreOf(detector, Float64Array.of(calls, 2)).then(
            (score) => (score === -calls ? 'its score' : `the score of another: ${score}`),
            ({ tag }: AnomalyPredictorError) => tag,
          );
          outcomes.add(outcome);
        });
        await Promise.all(asked);
        await new Promise(setImmediate);
      }
    })();
    await expect.poll(() => [...outcomes], { timeout: LONG_MS }).toEqual(['its score']);
    await first.close();
    await expect.poll(() => [...outcomes], { timeout: LONG_MS }).toContain('circuit-open');
    gate.serverPort = (await engine()).port;
    outcomes.delete('its score');
    await expect.poll(() => [...outcomes], { timeout: LONG_MS }).toContain('its score');
    isOver = true;
    await asking;
    const expected = ['its score', 'request-failed', 'circuit-open', 'shutting-down'];
    expect(expected).toEqual(expect.arrayContaining([...outcomes]));
  });

  it('is not asked after so many failures in a row, tried again after a while, and used then', async () => {
    const gate = await gateTo(await engine());
    const detector = remote(gate.url, { timeoutMs: SHORT_MS, mostFailures: 3, retryAfterMs: 200 });
    const model = await detector.model();
    gate.mode = 'silent';
    for (let failure = 0; failure < 3; failure++) {
      await rejectedWith('timed-out', () => model.score(ROW));
    }
    const { connections } = gate;
    expect(await rejectedWith('circuit-open', () => model.score(ROW))).toBe(
      `${gate.url}/ failed 3 times in a row and is not asked for now: ` +
        `no answer from ${gate.url}/ in ${SHORT_MS} ms`,
    );
    await rejectedWith('circuit-open', () => model.explain(ROW));
    expect(gate.connections).toBe(connections);

    await new Promise((resolve) => setTimeout(resolve, 210));
    const trial = rejectedWith('timed-out', () => model.explain(ROW));
    // Another does not wait for the one that tries.
    await rejectedWith('circuit-open', () => model.score(ROW));
    await trial;
    await rejectedWith('circuit-open', () => model.score(ROW));

    gate.mode = 'open';
    await new Promise((resolve) => setTimeout(resolve, 210));
    expect(await scoreOf(detector)).toBe(-1);
    expect(await model.score(ROW)).toBe(-1);
  });

  it('says why it refuses: the token, the name', async () => {
    const { url } = await engine();
    expect(await rejectedWith('forbidden', () => remote(url, { token: 'wrong' }).model())).toMatch(
      `${url}/ answered 403: `,
    );
    expect(
      await rejectedWith('unknown-model', () => remote(url, { model: 'none' }).model()),
    ).toMatch(`${url}/ answered 404: `);
  });

  it.each([
    [
      401,
      JSON.stringify({ error: 'no token', code: 'unauthenticated' }),
      'unauthenticated',
      '401: no token',
    ],
    [503, JSON.stringify({ error: 'full', code: 'queue-full' }), 'queue-full', '503: full'],
    [503, JSON.stringify({ error: 'later', code: 'no-such-tag' }), 'request-failed', '503: later'],
    [502, '<html>', 'request-failed', '502'],
    [302, '', 'request-failed', '302'],
    [200, '{', 'request-failed', "'the reply is not valid JSON"],
    [200, '{"name":"calls","version":"1","schema":{}}', 'request-failed', 'schema.features'],
  ] as const)('is not believed when it answers %i %s', async (status, body, tag, message) => {
    const url = await stub((_, response) => response.writeHead(status).end(body));
    expect(await rejectedWith(tag, () => remote(url).model())).toMatch(message.replace("'", ''));
  });

  const { version } = DETECTOR;
  const scores = (...values: number[]) => new Uint8Array(Float64Array.from(values).buffer);
  it.each([
    ['no MessagePack', Buffer.from('{"scores":'), 'not valid MessagePack'],
    ['nothing', Buffer.alloc(0), 'not valid MessagePack'],
    ['another document', pack([1]), '"version"'],
    ['too few scores', pack({ version, count: 1, scores: scores() }), '0 bytes, not 1 float64'],
    ['too many scores', pack({ version, count: 2, scores: scores(1, 1) }), '2 scores for 1 rows'],
    ['scores cut short', pack({ version, count: 1, scores: scores(1).subarray(1) }), '7 bytes'],
    ['NaN', pack({ version, count: 1, scores: scores(Number.NaN) }), 'NaN at 0'],
    [
      'scores of no known version',
      pack({ version: 'other', count: 1, scores: scores(1) }),
      'replaced',
    ],
  ])('is not believed when it answers a row with %s', async (_, reply, message) => {
    const { name, schema } = DETECTOR;
    const url = await stub(({ method }, response) =>
      response.end(method === 'POST' ? reply : JSON.stringify({ name, version, schema })),
    );
    expect(await rejectedWith('request-failed', () => scoreOf(remote(url)))).toMatch(message);
  });
});

describe('a detector that is replaced while an engine serves it', () => {
  async function replace(server: TestServer, detector: Detector): Promise<void> {
    const reply = await server.request(`/v1/models?name=${detector.name}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/octet-stream' },
      body: new Uint8Array(detector.bytes),
    });
    expect(reply.status).toBe(200);
  }

  it('scores as the new one where the features are the same', async () => {
    const server = await engine();
    const detector = remote(server.url);
    const model = await detector.model();
    const stricter = forestOver('calls', [{ name: 'calls' }, { name: 'users' }], {
      threshold: 0.5,
    });
    await replace(server, stricter);
    expect(await model.score(ROW)).toBe(-1.5);
    expect((await detector.model()).version).toBe(stricter.version);
  });

  it.each([
    ['in another order', [{ name: 'users' }, { name: 'calls' }]],
    ['more', [{ name: 'calls' }, { name: 'users' }, { name: 'routes' }]],
  ])('never scores a row by features that are not its own: %s', async (_, features) => {
    const server = await engine();
    const detector = remote(server.url);
    const model = await detector.model();
    await replace(server, forestOver('calls', features));
    await expect(model.score(ROW)).rejects.toBeInstanceOf(AnomalyPredictorError);
    const now = await detector.model();
    expect(now.schema.features.map(({ name }) => name)).toEqual(features.map(({ name }) => name));
    expect(await now.score(new Float64Array(features.length))).toBe(1);
  });
});

describe('a remote detector that is closed', () => {
  it('fails what waits, and what comes after', async () => {
    const gate = await gateTo(await engine());
    const detector = remote(gate.url);
    const model = await detector.model();
    gate.mode = 'silent';
    const waiting = rejectedWith('request-failed', () => model.score(ROW));
    await new Promise((resolve) => setTimeout(resolve, SHORT_MS));
    detector.close();
    await waiting;
    expect(await rejectedWith('shutting-down', () => model.score(ROW))).toBe(
      'the detector is closed',
    );
  });

  it('need not be for its program to end', async () => {
    const { url } = await engine();
    const program = `
      import { remoteDetector } from '${new URL('../../../src/traffic/remote/remote-detector.js', import.meta.url)}';
      const detector = remoteDetector(${JSON.stringify({ url, model: 'calls', token: SCORING_TOKEN })});
      console.log(await (await detector.model()).score(Float64Array.of(1, 2)));
    `;
    const output = await new Promise((resolve) => {
      execFile(process.execPath, ['--input-type=module', '--eval', program], (_, out) =>
        resolve(out),
      );
    });
    expect(output).toBe('-1\n');
  });
});

describe('options of a remote detector', () => {
  const GOOD: RemoteOptions = { url: 'http://127.0.0.1:1', model: 'calls', token: 'secret' };
  it.each([
    [
      { url: 'localhost:5000' },
      '"url" expected an address such as http://127.0.0.1:5000, got "localhost:5000"',
    ],
    [{ url: 'file:///models' }, '"url" expected an address'],
    [{ model: 'a/b' }, '"model" expected the name of a detector, got "a/b"'],
    [{ timeoutMS: 5 }, 'unknown option "timeoutMS", did you mean "timeoutMs"?'],
    [{ model: '' }, '"model" expected the name of a detector, got ""'],
    [{ token: 'two words' }, '"token" expected a bearer token of visible ASCII characters'],
    [{ timeoutMs: 0 }, '"timeoutMs" expected a number above 0, got 0'],
    [{ retryAfterMs: Number.NaN }, '"retryAfterMs" expected a number above 0, got NaN'],
    [
      { mostFailures: 'many' as unknown as number },
      '"mostFailures" expected a number above 0, got "many"',
    ],
  ])('are refused where they make no sense: %o', (changes, message) => {
    const { tag, message: refused } = thrownBy(() => remoteDetector({ ...GOOD, ...changes }));
    expect(tag).toBe('bad-option');
    expect(refused).toMatch(`remoteDetector: ${message}`);
    expect(refused).not.toMatch('two words');
  });
});
