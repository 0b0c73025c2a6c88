import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine/engine.js';
import type { Detector, DetectorParts } from '../../src/model/detector.js';
import { loadDetector, saveDetector } from '../../src/model/detector-store.js';
import { NORMAL, readDataset, takeRows } from '../../src/training/dataset.js';
import { rowsOf } from '../../src/training/split.js';
import { runCommand } from '../support/command-line.js';
import { labelledCsv } from '../support/labelled-csv.js';
import {
  sampleForest,
  sampleIsolationForest,
  sampleOneClassSvm,
} from '../support/sample-detectors.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const { path, write } = temporaryFolder();
const labelled = write('labelled.csv', labelledCsv(300, 40));
/** Normal rows alone, without their labels. */
const own = write('own.csv', withoutLabels(labelledCsv(400, 0, 2)));
const IMPORTED = {
  metrics: null,
  provenance: {
    origin: 'import',
    importer: 'made up for tests',
    files: [],
    format: 'scikit-learn',
    estimator: 'OneClassSVM',
    version: null,
    featureNames: null,
    parameters: {},
  },
} satisfies Partial<DetectorParts>;

function withoutLabels(csv: string): string {
  return csv.replace(/,[^,\n]*$/gm, '');
}

async function calibrate(detector: Detector, data: string, target: string) {
  const out = join(path, `${detector.name}-${target}.safetensors`);
  const run = await runCommand([
    ...['calibrate', saveDetector(detector, path), '--data', data],
    ...['--target-fpr', target, '--out', out],
  ]);
  return { ...run, out };
}

/** Share of the rows of `own` that the detector calls anomalies. */
async function falsePositiveRate(detector: Detector): Promise<number> {
  const dataset = await readDataset(own, detector.encoder, { unlabelled: NORMAL });
  const rows = takeRows(dataset, Int32Array.from(rowsOf(dataset, NORMAL)));
  const engine = await createEngine({ workers: 0 });
  const { predictions } = await engine.score(detector, rows);
  return predictions.filter((prediction) => prediction === 'anomaly').length / predictions.length;
}

describe('calibrate on my own traffic', () => {
  it.each([
    ['One-Class SVM', sampleOneClassSvm],
    ['forest', sampleForest],
    ['isolation forest', sampleIsolationForest],
  ])('sets the threshold of a %s so that no more are called anomalies', async (_, sample) => {
    const before = sample();
    const { code, stdout, out } = await calibrate(before, own, '0.05');
    expect(code).toBe(0);
    const after = loadDetector(out);
    expect(after.version).not.toBe(before.version);
    expect(after.metrics).toBeNull();
    expect(after.calibration).toMatchObject({
      data: { file: 'own.csv' },
      rows: 440,
      targetFalsePositiveRate: 0.05,
      previousThreshold: 0,
    });
    const rate = await falsePositiveRate(after);
    expect(rate).toBe(after.calibration?.falsePositiveRate);
    expect(rate).toBeLessThanOrEqual(0.05);
    expect(stdout).toContain(`threshold ${after.threshold} instead of 0`);
    expect(stdout).toContain(`false positive rate ${(100 * rate).toFixed(1)} % there`);
    expect(stdout).toContain(`version ${after.version}, written to ${out}`);
  });

  it('does so for a detector that was imported, and again for one that was calibrated', async () => {
    const imported = sampleOneClassSvm(IMPORTED);
    const first = loadDetector((await calibrate(imported, own, '0.1')).out);
    expect(first.provenance).toEqual(imported.provenance);
    const { stdout, out } = await calibrate(first, own, '0.02');
    expect(stdout).toContain(`instead of ${first.threshold}`);
    const second = loadDetector(out);
    expect(second.calibration?.previousThreshold).toBe(first.threshold);
    expect(await falsePositiveRate(second)).toBeLessThan(await falsePositiveRate(first));
  });

  it('leaves out the rows that the file calls anomalies', async () => {
    const { stdout, out } = await calibrate(sampleOneClassSvm(), labelled, '0.03');
    expect(loadDetector(out).calibration?.rows).toBe(330);
    expect(stdout).toContain('44 rows left out that are anomalies');
  });

  it('is shown by inspect, and evaluate says on which rows it cannot be trusted', async () => {
    const { out } = await calibrate(sampleOneClassSvm(), labelled, '0.03');
    const { stdout: shown } = await runCommand(['inspect', out]);
    expect(shown).toMatch(/Calibration\n.*\n +data +labelled\.csv, 330 normal rows/);
    const { stdout } = await runCommand(['evaluate', '--data', labelled, '--model', out]);
    expect(stdout).toContain('The threshold was set on these rows');
  });

  it.each([
    ['too few rows', own, '0.001', 1, '440 normal rows are too few for a false positive rate'],
    ['a rate that is none', own, '1.5', 2, '--target-fpr expected a number between 0 and 1'],
    ['a file that is not there', join(path, 'none.csv'), '0.1', 1, 'none.csv'],
  ])('tells of %s', async (_, data, target, exitCode, message) => {
    const { code, stderr } = await calibrate(sampleForest(), data, target);
    expect(stderr).toContain(message);
    expect(code).toBe(exitCode);
  });

  it('tells where no threshold fits: most normal rows have the lowest score', async () => {
    const hostile = write('hostile.csv', withoutLabels(labelledCsv(0, 300, 2)));
    const { model: sample } = sampleForest();
    if (sample.type !== 'forest') throw new Error('no forest');
    const leafValue = sample.forest.leafValue.map(Math.round);
    const model = { ...sample, forest: { ...sample.forest, leafValue } };
    const { code, stderr } = await calibrate(sampleForest({ model }), hostile, '0.05');
    expect(code).toBe(1);
    expect(stderr).toContain('have the lowest score that there is, so that no threshold fits');
  });
});

describe('train --target-fpr', () => {
  it('sets the threshold on rows that neither train nor judge', async () => {
    const { code, stdout } = await runCommand([
      ...['train', '--data', labelled, '--out', path],
      ...['--detector', 'ocsvm', '--target-fpr', '0.03'],
    ]);
    expect(code).toBe(0);
    const file = join(path, 'ocsvm.safetensors');
    const { calibration, metrics, provenance, threshold } = loadDetector(file);
    const rows = calibration?.rows ?? 0;
    expect(stdout).toContain(`set on ${rows} normal rows of labelled.csv`);
    expect(threshold).not.toBe(0);
    if (provenance.origin !== 'training' || metrics === null) throw new Error('not evaluated');
    const { trainNormal, testNormal } = provenance.split;
    expect(Math.abs(rows - testNormal)).toBeLessThan(3);
    expect(trainNormal + rows + testNormal).toBe(330);
    expect(metrics.falsePositives + metrics.trueNegatives).toBe(testNormal);

    expect(readFileSync(join(path, 'ocsvm.md'), 'utf8')).toContain('--target-fpr 0.03');

    // The same rows judge again: those that set the threshold stay out.
    const evaluated = await runCommand(['evaluate', '--data', labelled, '--model', file, '--json']);
    expect(JSON.parse(evaluated.stdout)).toMatchObject({ heldOut: true, metrics });
  });
});
