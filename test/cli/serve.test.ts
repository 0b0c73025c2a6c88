// `serve` as a user starts it: what it prints, where its settings come from, and why it does not start.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { saveDetector } from '../../src/model/detector-store.js';
import { tokenHash } from '../../src/server/auth.js';
import { runCommand, startCommand } from '../support/command-line.js';
import { NORMAL_ROW, sampleForest, sampleOneClassSvm } from '../support/sample-detectors.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const models = folder.path;
beforeAll(() => {
  for (const detector of [sampleForest(), sampleOneClassSvm()]) saveDetector(detector, models);
});

/** Runs `serve` until `use` is done with it, and resolves with its output and exit code. */
async function whileServing(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  use: (url: string, output: () => string) => Promise<void>,
) {
  const child = startCommand(['serve', ...args], { env });
  let stdout = '';
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  const exited = once(child, 'exit');
  while (!stdout.includes('\n') && child.exitCode === null) await delay(5);
  await use(/http:\/\/\S+/.exec(stdout)?.[0] ?? '', () => stdout);
  child.kill('SIGTERM');
  const [code] = await exited;
  return { code, stdout };
}

describe('serve', () => {
  it('prints where it listens, one token and a request to paste', async () => {
    const { code, stdout } = await whileServing(
      ['--models', models, '--port', '0'],
      {},
      async (url, output) => {
        const token = /^ {2}(\S{32})$/m.exec(output())?.[1] ?? '';
        const request = (authorization: string) =>
          fetch(`${url}/predict_json`, {
            method: 'POST',
            headers: { Authorization: authorization, 'Content-Type': 'application/json' },
            body: JSON.stringify(NORMAL_ROW),
          });
        expect((await request(`Bearer ${token}`)).status).toBe(200);
        expect((await request('Bearer another')).status).toBe(403);
      },
    );
    expect(stdout).toMatch(
      /^Anomaly Predictor on http:\/\/127\.0\.0\.1:\d+ \((uWebSockets\.js|node:http)\), detectors: hybrid, ocsvm\n/,
    );
    expect(code).toBe(0);
  });

  const curl = spawnSync('curl', ['--version']);
  it.skipIf(curl.status !== 0)(
    'prints a curl that works as it stands (skipped without curl)',
    async () => {
      await whileServing(['--models', models, '--port', '0'], {}, async (_url, output) => {
        const pasted = output().slice(output().indexOf('curl'));
        const child = startShell(pasted);
        expect(JSON.parse(await child)).toMatchObject({
          prediction: 'normal',
          model_used: 'ocsvm',
        });
      });
    },
  );

  it('reads its settings from the environment', async () => {
    const env = {
      ANOMALY_PREDICTOR_HOST: '127.0.0.2',
      ANOMALY_PREDICTOR_PORT: '0',
      ANOMALY_PREDICTOR_MODELS: models,
      ANOMALY_PREDICTOR_TOKENS: `${tokenHash('first')}, ${tokenHash('second').toUpperCase()}`,
      ANOMALY_PREDICTOR_WORKERS: '1',
      ANOMALY_PREDICTOR_MAX_BODY_BYTES: '5000',
      ANOMALY_PREDICTOR_MAX_ROWS: '3',
      ANOMALY_PREDICTOR_MAX_QUEUED_ROWS: '7',
      ANOMALY_PREDICTOR_IDLE_TIMEOUT_MS: '1000',
      ANOMALY_PREDICTOR_TRANSPORT: 'node:http',
    };
    const { code, stdout } = await whileServing([], env, async (url) => {
      const score = async (token: string, body: string) => {
        const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
        const response = await fetch(`${url}/v1/score`, { method: 'POST', headers, body });
        return [response.status, ((await response.json()) as { code?: string }).code];
      };
      const rows = (n: number) => JSON.stringify({ rows: new Array(n).fill(NORMAL_ROW) });
      expect(await score('first', rows(3))).toEqual([200, undefined]);
      expect(await score('second', rows(3))).toEqual([200, undefined]);
      expect(await score('third', rows(3))).toEqual([403, 'forbidden']);
      expect(await score('first', rows(4))).toEqual([413, 'too-many-rows']);
      expect(await score('first', ' '.repeat(5_001))).toEqual([413, 'body-too-large']);
      expect(await (await fetch(`${url}/metrics`)).text()).toContain(
        'anomaly_predictor_workers 1\n',
      );
    });
    expect(stdout).toMatch(/^Anomaly Predictor on http:\/\/127\.0\.0\.2:\d+ \(node:http\), .*\n$/);
    expect(code).toBe(0);
  });

  it('takes options over the environment', async () => {
    const env = { ANOMALY_PREDICTOR_WORKERS: '1', ANOMALY_PREDICTOR_PORT: 'nonsense' };
    const args = ['--models', models, '--port', '0', '--workers', '0', '--host', '::1'];
    const { stdout } = await whileServing(args, env, async (url) => {
      expect(await (await fetch(`${url}/metrics`)).text()).toContain(
        'anomaly_predictor_workers 0\n',
      );
    });
    expect(stdout).toMatch(/^Anomaly Predictor on http:\/\/\[::1\]:\d+ /);
  });
});

describe('serve does not start, and says why in one line,', () => {
  async function refusal(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const { code, stdout, stderr } = await runCommand(['serve', ...args], { env });
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^anomaly-predictor: [^\n]+\n$/);
    return [code, stderr.slice('anomaly-predictor: '.length, -1)];
  }

  it.each([
    ['PORT', 'abc', 'expected a whole number from 0 to 65535, got "abc"'],
    ['PORT', '65536', 'expected a whole number from 0 to 65535, got "65536"'],
    ['WORKERS', '-1', 'expected a whole number from 0 to 1024, got "-1"'],
    ['MAX_ROWS', '0', 'expected a whole number of at least 1, got "0"'],
    ['MAX_BODY_BYTES', '1e6', 'expected a whole number of at least 1, got "1e6"'],
    ['TRANSPORT', 'http2', 'expected one of auto, uWebSockets.js, node:http, got "http2"'],
  ])('with %s=%s in the environment', async (name, value, message) => {
    const variable = `ANOMALY_PREDICTOR_${name}`;
    expect(await refusal([], { [variable]: value })).toEqual([2, `${variable}: ${message}`]);
  });

  it('with a bad option', async () => {
    expect(await refusal(['--max-rows', 'many'])).toEqual([
      2,
      '--max-rows: expected a whole number of at least 1, got "many"',
    ]);
  });

  it('where another program has the port', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    // By name, for the warning line of the fallback stands on stderr too.
    const args = ['--models', models, '--transport', 'node:http', '--port', String(port)];
    expect(await refusal(args)).toEqual([
      2,
      `cannot listen on 127.0.0.1:${port}: the port is in use`,
    ]);
    other.close();
  });

  it('without detectors', async () => {
    const missing = join(models, 'missing');
    expect(await refusal(['--models', missing])).toEqual([
      2,
      expect.stringMatching(`^cannot read the model folder ${missing}: `),
    ]);
  });

  it('with a damaged detector', async () => {
    const file = folder.write('damaged.safetensors', 'no detector at all');
    expect(await refusal(['--models', models])).toEqual([1, expect.stringMatching(`^${file}: `)]);
  });
});

/** Runs what was pasted; resolves with what it printed. */
async function startShell(pasted: string): Promise<string> {
  const { stdout, stderr, status } = spawnSync('sh', ['-c', pasted], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
}
