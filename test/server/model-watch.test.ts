// The model folder: what is put into it, changed and taken away is served so, while the server runs.
import { appendFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Detector } from '../../src/model/detector.js';
import { runServer, type TestServer } from '../support/running-server.js';
import { sampleForest, sampleOneClassSvm } from '../support/sample-detectors.js';

const fileOf = ({ bytes }: Detector) => Uint8Array.from(bytes);
const FOREST = sampleForest();
const SVM = sampleOneClassSvm();
const NEW_FOREST = sampleForest({ threshold: 0.25 });
const MINE = sampleForest({ name: 'mine' });

describe('the model folder', () => {
  let server: TestServer;
  let warnings: string[];
  const { warn } = console;
  beforeEach(async () => {
    server = await runServer({ workers: 1 });
    warnings = [];
    console.warn = (line: string) => warnings.push(line);
  });
  afterEach(async () => {
    console.warn = warn;
    await server.close();
  });

  const file = (name: string) => join(server.models, `${name}.safetensors`);
  const put = (name: string, { bytes }: Detector) => writeFileSync(file(name), bytes);

  async function served(): Promise<Readonly<Record<string, string>>> {
    const { models } = (await (await server.request('/v1/models')).json()) as {
      models: readonly Detector[];
    };
    return Object.fromEntries(models.map(({ name, version }) => [name, version]));
  }

  /** Waits until these are served and no others. */
  async function untilServed(...detectors: readonly Detector[]): Promise<void> {
    const expected = Object.fromEntries(detectors.map(({ name, version }) => [name, version]));
    for (let i = 0; i < 500; i++) {
      if (JSON.stringify(await served()) === JSON.stringify(expected)) break;
      await delay(20);
    }
    expect(await served()).toEqual(expected);
  }

  async function untilWarned(): Promise<string> {
    for (let i = 0; i < 500 && warnings.length === 0; i++) await delay(20);
    return warnings[0];
  }

  it('serves a file that is added, replaced and removed', async () => {
    put('anything', MINE);
    await untilServed(FOREST, MINE, SVM);
    put('hybrid', NEW_FOREST);
    await untilServed(NEW_FOREST, MINE, SVM);
    rmSync(file('anything'));
    await untilServed(NEW_FOREST, SVM);
    renameSync(file('hybrid'), file('renamed'));
    put('renamed', FOREST);
    await untilServed(FOREST, SVM);
    expect(warnings).toEqual([]);
  });

  it('keeps what it serves where a file is damaged, says so once, and takes the next version', async () => {
    writeFileSync(file('hybrid'), NEW_FOREST.bytes.subarray(0, 1_000));
    expect(await untilWarned()).toMatch(
      /^\S+hybrid\.safetensors: not a valid safetensors file: .*; what was served before stays$/,
    );
    await delay(1_000);
    expect(warnings.length).toBe(1);
    expect(await served()).toEqual({ hybrid: FOREST.version, ocsvm: SVM.version });
    const metrics = await server.metrics();
    expect(metrics.get('anomaly_predictor_model_load_failures_total')).toBe(1);
    expect(metrics.get('anomaly_predictor_model_loads_total')).toBe(2);
    put('hybrid', NEW_FOREST);
    await untilServed(NEW_FOREST, SVM);
  });

  it('waits for a file that is still being written', async () => {
    const { bytes } = MINE;
    const step = Math.ceil(bytes.length / 10);
    for (let start = 0; start < bytes.length; start += step) {
      appendFileSync(file('mine'), bytes.subarray(start, start + step));
      await delay(50);
    }
    await untilServed(FOREST, MINE, SVM);
    expect(warnings).toEqual([]);
  });

  it('serves no second file of a detector, until the first one is gone', async () => {
    put('second', NEW_FOREST);
    expect(await untilWarned()).toContain(
      'another file of this folder holds detector "hybrid" too',
    );
    expect(await served()).toEqual({ hybrid: FOREST.version, ocsvm: SVM.version });
    rmSync(file('hybrid'));
    await untilServed(NEW_FOREST, SVM);
  });

  it('keeps the only detector, until there is another', async () => {
    rmSync(file('hybrid'));
    await untilServed(SVM);
    rmSync(file('ocsvm'));
    expect(await untilWarned()).toContain('"ocsvm" is the only detector and stays');
    expect(await served()).toEqual({ ocsvm: SVM.version });
    put('mine', MINE);
    await untilServed(MINE);
  });

  it('is not read again for what an upload has put there', async () => {
    const uploaded = await server.request('/v1/models?name=hybrid', { body: fileOf(NEW_FOREST) });
    expect(uploaded.status).toBe(200);
    await server.request('/v1/models/ocsvm', { method: 'DELETE' });
    await delay(1_000);
    await untilServed(NEW_FOREST);
    expect(warnings).toEqual([]);
    expect((await server.metrics()).get('anomaly_predictor_model_loads_total')).toBe(3);
  });

  it('may go away, and what is served stays', async () => {
    const { error } = console;
    console.error = () => {};
    renameSync(server.models, `${server.models}-away`);
    const response = await server.request('/v1/models?name=new', { body: fileOf(MINE) });
    renameSync(`${server.models}-away`, server.models);
    console.error = error;
    expect([response.status, await response.json()]).toMatchObject([
      500,
      {
        error: expect.stringContaining('cannot write to the model folder: ENOENT'),
        code: 'not-stored',
      },
    ]);
    expect(await served()).toEqual({ hybrid: FOREST.version, ocsvm: SVM.version });
    put('mine', MINE);
    await untilServed(FOREST, MINE, SVM);
  });
});
