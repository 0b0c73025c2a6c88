import { beforeAll, describe, expect, it } from 'vitest';
import { readDetector } from '../../src/model/detector-file.js';
import { API_BEHAVIOUR_ENCODER } from '../../src/model/encoder.js';
import { type Dataset, readDataset } from '../../src/training/dataset.js';
import { evaluateOn } from '../../src/training/evaluation.js';
import { renderModelCard } from '../../src/training/model-card.js';
import { splitDataset } from '../../src/training/split.js';
import { RECIPES, type Trained, trainDetector } from '../../src/training/train.js';
import { labelledCsv } from '../support/labelled-csv.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const SEED = 5;
const { write } = temporaryFolder();
let dataset: Dataset;
beforeAll(async () => {
  dataset = await readDataset(write('data.csv', labelledCsv(200, 100)), API_BEHAVIOUR_ENCODER);
});

describe.each(RECIPES.map((recipe) => [recipe.name, recipe] as const))('%s', (name, recipe) => {
  let trained: Trained;
  beforeAll(async () => {
    trained = await trainDetector(recipe, dataset, SEED);
  });

  it('is one file that holds everything', () => {
    const detector = readDetector(trained.detector.bytes);
    expect(detector).toEqual(trained.detector);
    expect(detector.name).toBe(name);
  });

  it('is judged on the rows that training did not see', () => {
    const { detector } = trained;
    const { train, test } = splitDataset(dataset, SEED);
    expect(detector.metrics).toEqual(evaluateOn(detector, dataset, { rows: test, train }));
    const { truePositives, falseNegatives, falsePositives, trueNegatives } = detector.metrics;
    expect(truePositives + falseNegatives + falsePositives + trueNegatives).toBe(test.length);
    const { trainNormal, trainAnomaly, testNormal, testAnomaly } = detector.provenance.split;
    expect(trainNormal + trainAnomaly + testNormal + testAnomaly).toBe(dataset.nRows);
  });

  it('finds nearly all anomalies of an easy data set', () => {
    expect(trained.detector.metrics.recall).toBeGreaterThan(0.95);
    expect(trained.detector.metrics.falsePositiveRate).toBeLessThan(0.25);
  });

  it('comes out the same, byte for byte, for the same data and seed', async () => {
    const again = await trainDetector(recipe, dataset, SEED);
    expect(Buffer.from(again.detector.bytes).equals(trained.detector.bytes)).toBe(true);
    const other = await trainDetector(recipe, dataset, SEED + 1);
    expect(other.detector.version).not.toBe(trained.detector.version);
  });

  it('has a model card with data, split, metrics, limits and the command that makes it again', () => {
    const card = renderModelCard(recipe, trained);
    for (const heading of ['Data', 'Split', 'Parameters', 'Metrics', 'Limits', 'Reproduce']) {
      expect(card).toContain(`## ${heading}`);
    }
    expect(card).toContain(trained.detector.version);
    expect(card).toContain(`train --data data.csv --detector ${name} --seed ${SEED}`);
  });
});
