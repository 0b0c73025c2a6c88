import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import * as library from '../src/index.js';
import { saveDetector } from '../src/model/detector-store.js';
import { ANOMALOUS_ROW, NORMAL_ROW, sampleOneClassSvm } from './support/sample-detectors.js';

const PACKAGE_FOLDER = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'anomaly-predictor-index-'));
const detector = sampleOneClassSvm();
const file = saveDetector(detector, folder);
afterAll(() => rmSync(folder, { recursive: true }));

/** What a program inside of the package prints, which can import it by its own name. */
function outputOf(program: string): string {
  return execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: PACKAGE_FOLDER,
    encoding: 'utf8',
  });
}

describe('the library', () => {
  it('exports this and no more', () => {
    expect(Object.keys(library).sort()).toEqual([
      'AnomalyPredictorError',
      'createEngine',
      'loadDetector',
    ]);
    const declarations = readFileSync(new URL('../src/index.d.ts', import.meta.url), 'utf8');
    const names = [...declarations.matchAll(/\{([^}]*)\}/g)]
      .flatMap(([, list]) => list.split(','))
      .map((name) => name.replace('type', '').trim())
      .filter((name) => name !== '');
    expect(names.sort()).toEqual([
      'AnomalyPredictorError',
      'Batch',
      'BatchScores',
      'Detector',
      'Engine',
      'EngineOptions',
      'EngineStatus',
      'ErrorFields',
      'ErrorTag',
      'ExplainedFeature',
      'ExplainedScores',
      'Explanation',
      'ExplanationMethod',
      'Prediction',
      'Row',
      'Verdict',
      'createEngine',
      'loadDetector',
    ]);
  });

  it('is what a program gets by the name of the package', () => {
    const program = `
      import * as library from 'anomaly-predictor';
      console.log(Object.keys(library).sort().join());
    `;
    expect(outputOf(program).trim()).toBe(Object.keys(library).sort().join());
  });

  it('loads a detector and scores with it, here and on workers', async () => {
    const loaded = library.loadDetector(file);
    expect(loaded.version).toBe(detector.version);
    for (const workers of [0, 1]) {
      const engine = await library.createEngine({ workers });
      const scored = await engine.score(loaded, { rows: [NORMAL_ROW, ANOMALOUS_ROW] });
      await engine.close();
      expect(scored).toMatchObject({
        model: 'ocsvm',
        version: detector.version,
        count: 2,
        predictions: ['normal', 'anomaly'],
      });
      expect(scored.scores[0]).toBeGreaterThan(0);
      expect(scored.risks[1]).toBeGreaterThan(0.5);
    }
  });

  it('throws errors that name the place, for files as for rows', async () => {
    const damaged = join(folder, 'damaged.safetensors');
    writeFileSync(damaged, detector.bytes.slice(0, -1));
    for (const [path, message] of [
      [damaged, `${damaged}: not a valid safetensors file: `],
      [join(folder, 'none'), `${join(folder, 'none')}: ENOENT`],
      [folder, `${folder}: EISDIR`],
    ]) {
      expect(() => library.loadDetector(path)).toThrow(library.AnomalyPredictorError);
      expect(() => library.loadDetector(path)).toThrow(message);
    }
    const engine = await library.createEngine({ workers: 0 });
    const rows = [NORMAL_ROW, { ...NORMAL_ROW, num_users: Number.NaN }];
    await expect(engine.score(detector, { rows })).rejects.toMatchObject({
      name: 'AnomalyPredictorError',
      tag: 'invalid-field',
      message: 'row 1: "num_users" expected a finite number, got NaN',
      fields: { row: 1, field: 'num_users' },
    });
    await engine.close();
  });

  it('lets a program end that forgets to close its engine', () => {
    const program = `
      import { createEngine, loadDetector } from 'anomaly-predictor';
      const engine = await createEngine({ workers: 2 });
      const rows = new Array(5_000).fill(${JSON.stringify(Object.values(NORMAL_ROW))});
      const { count } = await engine.score(loadDetector(${JSON.stringify(file)}), { rows });
      console.log(count);
    `;
    expect(outputOf(program)).toBe('5000\n');
  });
});
