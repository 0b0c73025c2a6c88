import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importOnnx } from '../../src/interop/onnx/import-onnx.js';
import { saveDetector } from '../../src/model/detector-store.js';
import { runCommand } from '../support/command-line.js';
import { sampleForest, sampleOneClassSvm } from '../support/sample-detectors.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const outputs = temporaryFolder();
const svmFile = saveDetector(sampleOneClassSvm(), folder.path);
saveDetector(sampleForest(), folder.path);

describe('export', () => {
  it('writes an ONNX model that names the detector and its features', async () => {
    const out = join(outputs.path, 'model.onnx');
    const run = await runCommand(['export', svmFile, '--format', 'onnx', '--out', out]);
    expect(run).toEqual({ code: 0, stdout: '', stderr: '' });
    const { featureNames, estimator, libraryVersion } = importOnnx(readFileSync(out));
    expect(featureNames?.[0]).toBe('inter_api_access_duration');
    expect(estimator).toBe('Standardize, RbfDecision');
    expect(libraryVersion).toMatch(/^anomaly-predictor \d/);
  });

  it("writes the detector's own file as safetensors", async () => {
    const out = join(outputs.path, 'copy.safetensors');
    await runCommand(['export', svmFile, '--format', 'safetensors', '--out', out]);
    expect(readFileSync(out)).toEqual(readFileSync(svmFile));
  });

  it('prints all of a detector as JSON', async () => {
    const args = ['export', 'hybrid', '--models', folder.path, '--format', 'json'];
    const { code, stdout } = await runCommand(args);
    expect(code).toBe(0);
    const { version, model, transforms } = sampleForest();
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ format: 'anomaly-predictor/json/1', name: 'hybrid', version });
    expect(document.model.forest).toMatchObject({
      nTrees: 2,
      roots: [0, 3],
      child: [1, 1, 2, 4, 4, 5],
    });
    expect(document.model.forest.threshold[1]).toBeNull();
    expect(document.transforms[0].mean).toEqual(
      transforms.flatMap((t) => (t.type === 'standard' ? Array.from(t.mean) : [])),
    );
    expect(document.model.type).toBe(model.type);
  });

  it('names the formats where another is asked for', async () => {
    const { code, stderr } = await runCommand(['export', svmFile, '--format', 'pickle']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/pickle.*onnx, safetensors, json/);
  });
});
