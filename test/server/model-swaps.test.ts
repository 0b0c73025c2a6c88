// Detectors that are replaced again and again under load: no request fails, and each is scored by one version,
// the one that it names.
import { setTimeout as delay } from 'node:timers/promises';
import { unpack } from 'msgpackr';
import { expect, it } from 'vitest';
import { createEngine } from '../../src/engine/engine.js';
import type { Detector } from '../../src/model/detector.js';
import { describeOnEachTransport } from '../support/each-transport.js';
import { type RequestOptions, runServer, type TestServer } from '../support/running-server.js';
import { sampleForest, sampleOneClassSvm } from '../support/sample-detectors.js';
import { type Behaviour, linesBody, packedBody, sampleRows } from '../support/sample-rows.js';

/** Of each detector. */
const SWAPS = 25;
const SVMS = versionsOf((threshold) => sampleOneClassSvm({ threshold }));
const FORESTS = versionsOf((threshold) => sampleForest({ threshold }));

/** Each gives other scores. */
function versionsOf(make: (threshold: number) => Detector): readonly Detector[] {
  return Array.from({ length: SWAPS + 1 }, (_, i) => make(i / 1_024));
}

interface Scored {
  readonly version: string | undefined;
  readonly scores: readonly number[];
}

/** One client: asks for the scores of the same rows again and again. */
interface Client {
  readonly title: string;
  readonly versions: readonly Detector[];
  readonly nRows: number;
  ask(server: TestServer, rows: readonly Behaviour[]): Promise<Scored>;
}

async function scored(response: Response, scores: readonly number[]): Promise<Scored> {
  const header = response.headers.get('detector-version');
  return { version: header?.split('=')[1], scores };
}

const CLIENTS: readonly Client[] = [
  ...[1, 1, 2_000, 10].map((nRows, i) => ({
    title: `JSON batches of ${nRows}`,
    versions: i === 1 ? FORESTS : SVMS,
    nRows,
    async ask({ request }: TestServer, rows: readonly Behaviour[]) {
      const model = i === 1 ? 'hybrid' : 'ocsvm';
      const response = await post(request, `/v1/score?model=${model}`, {
        body: JSON.stringify({ rows }),
      });
      const { version, scores } = (await response.json()) as Scored;
      expect((await scored(response, [])).version).toBe(version);
      return { version, scores };
    },
  })),
  {
    title: 'one behaviour',
    versions: SVMS,
    nRows: 1,
    async ask({ request }, [row]) {
      const response = await post(request, '/predict_json', { body: JSON.stringify(row) });
      return scored(response, [((await response.json()) as { score: number }).score]);
    },
  },
  {
    title: 'behaviours',
    versions: FORESTS,
    nRows: 500,
    async ask({ request }, rows) {
      const body = JSON.stringify(rows.map((row) => ({ ...row, model_type: 'hybrid' })));
      const response = await post(request, '/predict_json', { body });
      const verdicts = (await response.json()) as { score: number }[];
      return scored(
        response,
        verdicts.map(({ score }) => score),
      );
    },
  },
  {
    title: 'packed matrices',
    versions: SVMS,
    nRows: 2_000,
    async ask({ request }, rows) {
      const headers = { 'Content-Type': 'application/msgpack' };
      const response = await post(request, '/v1/score', { body: packedBody(rows), headers });
      const { version, scores } = unpack(new Uint8Array(await response.arrayBuffer()));
      return { version, scores: [...new Float64Array(scores.slice().buffer)] };
    },
  },
  {
    title: 'lines',
    versions: FORESTS,
    nRows: 3_000,
    async ask({ request }, rows) {
      const headers = { 'Content-Type': 'application/x-ndjson' };
      const response = await post(request, '/v1/score?model=hybrid', {
        body: linesBody(rows),
        headers,
      });
      const lines = (await response.text()).trim().split('\n');
      return scored(
        response,
        lines.map((line) => JSON.parse(line).score),
      );
    },
  },
];

async function post(
  request: TestServer['request'],
  path: string,
  options: RequestOptions,
): Promise<Response> {
  const response = await request(path, options);
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return response;
}

describeOnEachTransport('detectors that are replaced under load', (transport) => {
  it('leave every request to the one version that it names', { timeout: 120_000 }, async () => {
    const server = await runServer({ transport });
    const library = await createEngine({ workers: 0 });
    let isOver = false;

    /** Asks until the swaps are over, and resolves with the number of versions that answered. */
    async function run({ title, versions, nRows, ask }: Client, seed: number): Promise<number> {
      const rows = sampleRows(nRows, seed);
      const seen = new Set<string>();
      while (!isOver) {
        const { version, scores } = await ask(server, rows);
        const detector = versions.find((candidate) => candidate.version === version);
        if (detector === undefined) throw new Error(`${title}: unknown version ${version}`);
        const expected = await library.score(detector, { rows });
        const wrong = expected.scores.findIndex((score, row) => score !== scores[row]);
        if (wrong >= 0) throw new Error(`${title}: row ${wrong} has not the score of ${version}`);
        seen.add(detector.version);
        await delay(1);
      }
      return seen.size;
    }

    async function swap(): Promise<void> {
      for (let i = 1; i <= SWAPS; i++) {
        for (const detector of [SVMS[i], FORESTS[i]]) {
          const body = Uint8Array.from(detector.bytes);
          await post(server.request, `/v1/models?name=${detector.name}`, { body });
        }
      }
    }

    const swaps = swap().finally(() => {
      isOver = true;
    });
    const [, ...nVersions] = await Promise.all([swaps, ...CLIENTS.map(run)]);
    for (const [client, { title }] of CLIENTS.entries()) {
      expect([title, nVersions[client] > 3]).toEqual([title, true]);
    }
    const metrics = await server.metrics();
    expect(metrics.get('anomaly_predictor_model_loads_total')).toBe(2 + 2 * SWAPS);
    expect(metrics.get('anomaly_predictor_worker_restarts_total')).toBe(0);
    await library.close();
    await server.close();
  });
});
