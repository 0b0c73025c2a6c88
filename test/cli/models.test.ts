import { describe, expect, it } from 'vitest';
import { loadDetector, saveDetector } from '../../src/model/detector-store.js';
import { runCommand } from '../support/command-line.js';
import {
  sampleForest,
  sampleIsolationForest,
  sampleOneClassSvm,
} from '../support/sample-detectors.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const temporary = temporaryFolder();
const svmFile = saveDetector(sampleOneClassSvm(), folder.path);
const { version } = loadDetector(saveDetector(sampleForest(), folder.path));
const models = ['--models', folder.path];

describe('models', () => {
  it('lists every detector of the folder in a table', async () => {
    const { code, stdout, stderr } = await runCommand(['models', ...models]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [header, , forest, svm] = stdout.split('\n').map((line) => line.split(/ {2,}/));
    expect(header.slice(0, 5)).toEqual(['name', 'title', 'type', 'version', 'recall']);
    expect(forest.slice(0, 5)).toEqual([
      'hybrid',
      'Random Forest (sample)',
      'forest',
      version,
      '95.0 %',
    ]);
    expect(svm[0]).toBe('ocsvm');
  });

  it('prints JSON on demand', async () => {
    const { code, stdout } = await runCommand(['models', '--json', ...models]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      models: [
        { name: 'hybrid', type: 'forest', version, metrics: { recall: 0.95 } },
        { name: 'ocsvm', type: 'one-class-svm' },
      ],
    });
  });

  it('takes the folder from the environment', async () => {
    const env = { ANOMALY_PREDICTOR_MODELS: folder.path };
    const { stdout } = await runCommand(['models', '--json'], { env });
    expect(JSON.parse(stdout).models).toHaveLength(2);
  });

  it('lists the shipped detectors where no folder is named', async () => {
    const { code, stdout } = await runCommand(['models', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).models.map(({ name }: { name: string }) => name)).toEqual([
      'hybrid',
      'ocsvm-tuned',
      'ocsvm',
    ]);
  });
});

describe('inspect', () => {
  it('shows a detector by its name', async () => {
    const { code, stdout, stderr } = await runCommand(['inspect', 'hybrid', ...models]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^hybrid: Random Forest \(sample\)$/m);
    expect(stdout).toMatch(new RegExp(`^ {2}version +${version}$`, 'm'));
    expect(stdout).toMatch(/^ {2}trees +2$/m);
    expect(stdout).toMatch(/^ {2}ip_type_default +0 or 1 +ip_type = default +/m);
    expect(stdout).toMatch(/^ {2}anomalies +95 +5$/m);
    expect(stdout).toMatch(/^ {2}trained on +700 normal and 0 anomalous rows$/m);
  });

  it('shows an isolation forest by its size and its border', async () => {
    const file = saveDetector(sampleIsolationForest(), temporary.path);
    const { stdout } = await runCommand(['inspect', file]);
    expect(stdout).toMatch(/^isolation-forest: Isolation Forest \(sample\)$/m);
    expect(stdout).toMatch(/^ {2}type +isolation-forest$/m);
    expect(stdout).toMatch(/^ {2}nodes +6$/m);
    expect(stdout).toMatch(/^ {2}offset +-0.5$/m);
  });

  it('shows a detector file, as JSON with what is needed to read rows for it', async () => {
    const { code, stdout } = await runCommand(['inspect', svmFile, '--json']);
    const { schema, encoder } = sampleOneClassSvm();
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'ocsvm',
      type: 'one-class-svm',
      model: { kernel: 'rbf', gamma: 1 / 9, support_vectors: 18, intercept: -0.5 },
      schema,
      encoder,
    });
  });

  it('says what is wrong with a file that is no detector', async () => {
    const file = folder.write('broken.safetensors.txt', 'no detector at all');
    const { code, stderr } = await runCommand(['inspect', file]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^anomaly-predictor: .*broken\.safetensors\.txt: not a valid .*\n$/);
  });
});
