// Detectors that come and go by /v1/models while the server runs.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import type { Detector } from '../../src/model/detector.js';
import { loadCatalog } from '../../src/model/detector-store.js';
import { SHIPPED_MODELS_FOLDER } from '../../src/package-paths.js';
import { tokenHash } from '../../src/server/auth.js';
import { startServer } from '../../src/server/server.js';
import { describeOnEachTransport } from '../support/each-transport.js';
import {
  runServer,
  SCORING_TOKEN,
  type ServerOptions,
  type TestServer,
  TOKEN,
} from '../support/running-server.js';
import { ANOMALOUS_ROW, sampleForest, sampleOneClassSvm } from '../support/sample-detectors.js';

const fileOf = (detector: Detector) => Uint8Array.from(detector.bytes);
/** What any of the replies may have. */
interface Answer {
  readonly name: string;
  readonly version: string;
  readonly stored: boolean;
  readonly scores: readonly number[];
  readonly models: readonly Detector[];
  readonly error: string;
  readonly code: string;
}
const read = async (response: Response | Promise<Response>) =>
  (await (await response).json()) as Answer;

const FOREST_FILE = fileOf(sampleForest());

describeOnEachTransport('uploads', (transport) => {
  let server: TestServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  async function serving(options: ServerOptions = {}): Promise<TestServer> {
    server = await runServer({ transport, workers: 1, ...options });
    return server;
  }

  const upload = ({ request }: TestServer, name: string, body: Uint8Array) =>
    request(`/v1/models?name=${name}`, { body, headers: { 'Content-Type': '' } });
  const scoreWith = ({ request }: TestServer, model: string) =>
    read(request(`/v1/score?model=${model}`, { body: JSON.stringify({ rows: [ANOMALOUS_ROW] }) }));
  const namesIn = async ({ request }: TestServer) =>
    (await read(request('/v1/models'))).models.map(({ name }) => name);

  it('are served at once, by the name that is asked for', async () => {
    const running = await serving();
    const response = await upload(running, 'mine.v1', FOREST_FILE);
    expect(response.status).toBe(201);
    expect(response.headers.get('location')).toBe('/v1/models/mine.v1');
    const summary = await read(response);
    expect(summary).toMatchObject({ name: 'mine.v1', type: 'forest', stored: true });
    expect(summary.version).not.toBe(sampleForest().version);

    expect(await namesIn(running)).toEqual(['hybrid', 'mine.v1', 'ocsvm']);
    const { stored: _, ...shown } = summary;
    expect(await read(running.request('/v1/models/mine.v1'))).toMatchObject(shown);
    const scored = await scoreWith(running, 'mine.v1');
    expect(scored).toMatchObject({ model: 'mine.v1', version: summary.version });
    expect(scored.scores).toEqual((await scoreWith(running, 'hybrid')).scores);
    const body = JSON.stringify({ ...ANOMALOUS_ROW, model_type: 'mine.v1' });
    const predicted = await running.request('/predict_json', { body });
    expect(await read(predicted)).toMatchObject({ model_used: 'mine.v1' });
    expect(predicted.headers.get('detector-version')).toBe(`mine.v1=${summary.version}`);
    expect(await (await running.request('/?model=mine.v1')).text()).toContain(
      '<option value="mine.v1" selected>',
    );
    const description = await read(running.request('/openapi.json'));
    expect(description).toHaveProperty(
      ['paths', '/v1/score', 'post', 'parameters', '0', 'schema', 'enum'],
      ['ocsvm', 'hybrid', 'mine.v1'],
    );
  });

  it('take the place of the detector of their name', async () => {
    const running = await serving();
    const before = await scoreWith(running, 'ocsvm');
    const other = sampleOneClassSvm({ threshold: 0.125 });
    const response = await upload(running, 'ocsvm', fileOf(other));
    expect([response.status, (await read(response)).version]).toEqual([200, other.version]);
    const after = await scoreWith(running, 'ocsvm');
    expect(after).toMatchObject({ version: other.version });
    expect(after.scores[0]).toBeCloseTo(before.scores[0] - 0.125, 12);
    expect(await namesIn(running)).toEqual(['hybrid', 'ocsvm']);
  });

  it('are files of the model folder, in whole, that the next start finds', async () => {
    const running = await serving();
    await upload(running, 'mine', FOREST_FILE);
    await upload(running, 'ocsvm', fileOf(sampleOneClassSvm({ threshold: 0.125 })));
    const files = ['hybrid.safetensors', 'mine.safetensors', 'ocsvm.safetensors'];
    expect(readdirSync(running.models).sort()).toEqual(files);
    const { models } = await read(running.request('/v1/models'));
    const versions = models.map(({ version }: Detector) => version);
    expect([...loadCatalog(running.models).values()].map(({ version }) => version)).toEqual(
      versions,
    );
  });

  it('replace the file that holds the detector, whatever its name, and no other', async () => {
    const running = await serving({
      files: { 'one.safetensors': sampleForest(), 'two.safetensors': sampleOneClassSvm() },
    });
    expect(
      (await upload(running, 'hybrid', fileOf(sampleForest({ threshold: 0.25 })))).status,
    ).toBe(200);
    expect(readdirSync(running.models).sort()).toEqual(['one.safetensors', 'two.safetensors']);
    const refused = await upload(running, 'two', FOREST_FILE);
    expect(refused.status).toBe(409);
    expect(await read(refused)).toEqual({
      error:
        'the file two.safetensors of the model folder holds detector "ocsvm": choose another name',
      code: 'file-in-use',
      model: 'two',
    });
    expect(loadCatalog(running.models).get('ocsvm')?.version).toBe(sampleOneClassSvm().version);
  });

  it('change nothing when they are refused', async () => {
    const running = await serving();
    const before = await scoreWith(running, 'hybrid');
    const damaged = FOREST_FILE.slice();
    damaged[damaged.length - 1] ^= 1;
    for (const bytes of [damaged, FOREST_FILE.subarray(0, 1_000), new Uint8Array(0)]) {
      const refused = await upload(running, 'hybrid', bytes);
      expect([refused.status, (await read(refused)).code]).toEqual([422, 'bad-detector-file']);
    }
    expect(await scoreWith(running, 'hybrid')).toEqual(before);
    expect(readdirSync(running.models).sort()).toEqual(['hybrid.safetensors', 'ocsvm.safetensors']);
    const metrics = await running.metrics();
    expect(metrics.get('anomaly_predictor_models')).toBe(2);
    expect(metrics.get('anomaly_predictor_model_loads_total')).toBe(2);
    expect(metrics.get('anomaly_predictor_model_load_failures_total')).toBe(3);
  });

  it('need a token of scope admin, before the body is looked at', async () => {
    const running = await serving();
    for (const [path, options] of [
      ['/v1/models?name=x', { body: FOREST_FILE }],
      ['/v1/models/hybrid', { method: 'DELETE' }],
    ] as const) {
      const as = async (authorization: string) => {
        const response = await running.request(path, {
          ...options,
          headers: { Authorization: authorization },
        });
        return [response.status, (await read(response)).error];
      };
      expect(await as('')).toEqual([401, expect.stringContaining('needs a header')]);
      expect(await as('Bearer wrong')).toEqual([403, 'the bearer token is not accepted']);
      expect(await as(`Bearer ${SCORING_TOKEN}`)).toEqual([
        403,
        'this endpoint needs a token of scope admin',
      ]);
    }
    const headers = { Authorization: `Bearer ${SCORING_TOKEN}` };
    expect((await running.request('/v1/models', { headers })).status).toBe(200);
    expect(await namesIn(running)).toEqual(['hybrid', 'ocsvm']);
  });

  it('can be removed, with their files, but for the last one', async () => {
    const running = await serving();
    const removed = await running.request('/v1/models/ocsvm', { method: 'DELETE' });
    expect(removed.status).toBe(200);
    expect(await read(removed)).toMatchObject({
      name: 'ocsvm',
      version: sampleOneClassSvm().version,
    });
    expect(existsSync(join(running.models, 'ocsvm.safetensors'))).toBe(false);
    expect((await running.request('/v1/models/ocsvm')).status).toBe(404);
    expect((await running.request('/v1/models/ocsvm', { method: 'DELETE' })).status).toBe(404);
    const usual = await running.request('/v1/score', {
      body: JSON.stringify({ rows: [ANOMALOUS_ROW] }),
    });
    expect(await read(usual)).toMatchObject({ model: 'hybrid' });

    const refused = await running.request('/v1/models/hybrid', { method: 'DELETE' });
    expect(refused.status).toBe(409);
    expect(await read(refused)).toEqual({
      error: '"hybrid" is the only detector and stays: add another one first, or replace it',
      code: 'last-model',
      model: 'hybrid',
    });
    expect(existsSync(join(running.models, 'hybrid.safetensors'))).toBe(true);
  });

  it('one after the other end in the last one', async () => {
    const running = await serving();
    const thresholds = Array.from({ length: 8 }, (_, i) => i / 64);
    const versions = await Promise.all(
      thresholds.map(async (threshold) => {
        const response = await upload(running, 'ocsvm', fileOf(sampleOneClassSvm({ threshold })));
        return (await read(response)).version;
      }),
    );
    expect(versions).toEqual(
      thresholds.map((threshold) => sampleOneClassSvm({ threshold }).version),
    );
    const served = (await scoreWith(running, 'ocsvm')).version;
    expect(versions).toContain(served);
    expect(loadCatalog(running.models).get('ocsvm')?.version).toBe(served);
  });

  it('that are put beside the shipped detectors last until the server stops', async () => {
    const config = {
      ...readConfig({ port: '0', workers: '0', transport }, {}),
      adminTokens: [tokenHash(TOKEN)],
    };
    const before = readdirSync(SHIPPED_MODELS_FOLDER);
    const running = await startServer(config);
    const headers = { Authorization: `Bearer ${TOKEN}` };
    const at = (path: string) => `${running.url}/v1/models${path}`;
    const added = await fetch(at('?name=mine'), { method: 'POST', headers, body: FOREST_FILE });
    expect([added.status, (await read(added)).stored]).toEqual([201, false]);
    expect((await fetch(at('/hybrid'), { method: 'DELETE', headers })).status).toBe(200);
    expect([...running.catalog.keys()]).toEqual(['mine', 'ocsvm', 'ocsvm-tuned']);
    await running.close();
    expect(readdirSync(SHIPPED_MODELS_FOLDER)).toEqual(before);
  });
});
