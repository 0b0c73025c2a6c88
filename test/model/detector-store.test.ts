import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { StandardScaler } from '../../native-free-kernels/contract.js';
import {
  findDetector,
  loadCatalog,
  loadDetector,
  saveDetector,
} from '../../src/model/detector-store.js';
import { sampleForest, sampleOneClassSvm } from '../support/sample-detectors.js';
import { thrownBy } from '../support/thrown-by.js';

const root = mkdtempSync(join(tmpdir(), 'anomaly-predictor-store-'));
const newFolder = () => mkdtempSync(join(root, 'folder-'));
const SVM = sampleOneClassSvm();
const FOREST = sampleForest();
afterAll(() => rmSync(root, { recursive: true }));

describe('a detector on disk', () => {
  it('is one file by its name, that holds exactly its bytes', () => {
    const file = saveDetector(SVM, newFolder());
    expect(basename(file)).toBe('ocsvm.safetensors');
    expect(Uint8Array.from(readFileSync(file))).toEqual(Uint8Array.from(SVM.bytes));
    const loaded = loadDetector(file);
    expect(loaded).toEqual(SVM);
    expect((loaded.transforms[0] as StandardScaler).mean.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('is refused by its file and what is wrong there', () => {
    const file = saveDetector(SVM, newFolder());
    writeFileSync(file, readFileSync(file).subarray(0, 100));
    expect(thrownBy(() => loadDetector(file))).toMatchObject({
      tag: 'bad-detector-file',
      message: expect.stringContaining(
        `${file}: not a valid safetensors file: the header declares`,
      ),
      fields: { file },
    });
  });
});

describe('a detector by name', () => {
  it('is a shipped one where there is no such file', () => {
    expect(loadDetector('ocsvm-tuned').name).toBe('ocsvm-tuned');
  });

  it('is a file of that name where there is one', () => {
    // Found from the working folder, as names without a folder are.
    const file = 'ocsvm';
    writeFileSync(file, FOREST.bytes);
    try {
      expect(loadDetector(file).version).toBe(FOREST.version);
    } finally {
      rmSync(file);
    }
  });

  it('that is neither is refused with the shipped ones', () => {
    const expected = 'expected hybrid, ocsvm, ocsvm-tuned, or the path of a detector file';
    for (const name of ['ocsvn', 'models', '']) {
      expect(thrownBy(() => loadDetector(name))).toMatchObject({
        tag: 'unknown-model',
        message: expect.stringContaining(
          `"${name}" is neither a file nor a shipped detector: ${expected}`,
        ),
      });
    }
  });

  it('that looks like a path is a file only', () => {
    for (const file of ['./ocsvm', 'ocsvm.safetensors', 'C:\\ocsvm']) {
      expect(thrownBy(() => loadDetector(file))).toMatchObject({
        tag: 'bad-detector-file',
        message: expect.stringContaining('no such file'),
      });
    }
  });
});

describe('a folder of detectors', () => {
  it('is read by the names in the files, and other files are passed over', () => {
    const folder = newFolder();
    saveDetector(SVM, folder);
    copyFileSync(saveDetector(FOREST, newFolder()), join(folder, 'renamed.safetensors'));
    writeFileSync(join(folder, 'ocsvm.md'), '# A model card');
    const catalog = loadCatalog(folder);
    expect([...catalog.keys()].sort()).toEqual(['hybrid', 'ocsvm']);
    expect(catalog.get('hybrid')?.version).toBe(FOREST.version);
  });

  it('may be empty, but must be there', () => {
    expect(loadCatalog(newFolder()).size).toBe(0);
    const folder = join(root, 'none');
    expect(thrownBy(() => loadCatalog(folder))).toMatchObject({
      tag: 'bad-option',
      message: expect.stringContaining(`cannot read the model folder ${folder}: ENOENT`),
    });
  });

  it('is refused with two files of one detector, or a single damaged file', () => {
    const folder = newFolder();
    const file = saveDetector(SVM, folder);
    const second = join(folder, 'second.safetensors');
    copyFileSync(file, second);
    expect(thrownBy(() => loadCatalog(folder)).message).toBe(
      `${second}: another file of this folder holds detector "ocsvm" too`,
    );
    writeFileSync(second, 'damaged');
    expect(thrownBy(() => loadCatalog(folder)).message).toContain(`${second}: `);
  });

  it('names the detectors that it has where another is asked for', () => {
    const catalog = new Map([SVM, FOREST].map((detector) => [detector.name, detector]));
    expect(findDetector(catalog, 'hybrid')).toBe(FOREST);
    for (const name of ['svm', '__proto__', 'constructor']) {
      expect(thrownBy(() => findDetector(catalog, name))).toMatchObject({
        tag: 'unknown-model',
        message: `unknown model "${name}", expected one of ocsvm, hybrid`,
        fields: { model: name },
      });
    }
  });
});
