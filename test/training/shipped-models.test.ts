import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadDetector } from '../../src/model/detector-store.js';
import { API_BEHAVIOUR_ENCODER } from '../../src/model/encoder.js';
import { SHIPPED_MODELS_FOLDER } from '../../src/package-paths.js';
import { type Dataset, readDataset } from '../../src/training/dataset.js';
import { evaluateOn } from '../../src/training/evaluation.js';
import { renderModelCard } from '../../src/training/model-card.js';
import { rowsOf } from '../../src/training/split.js';
import { DEFAULT_SEED, SHIPPED_RECIPES, trainDetector } from '../../src/training/train.js';
import { hasSharedData, sharedPath } from '../support/shared-data.js';

describe.skipIf(!hasSharedData)('the shipped detectors', () => {
  let dataset: Dataset;
  beforeAll(async () => {
    dataset = await readDataset(sharedPath('data/supervised_dataset.csv'), API_BEHAVIOUR_ENCODER);
  });

  it.each(SHIPPED_RECIPES)(
    '$name comes out of its training again, byte for byte, card included',
    async (recipe) => {
      const trained = await trainDetector(recipe, dataset, DEFAULT_SEED);
      const shipped = readFileSync(join(SHIPPED_MODELS_FOLDER, `${recipe.name}.safetensors`));
      expect(shipped.equals(trained.detector.bytes)).toBe(true);
      const card = readFileSync(join(SHIPPED_MODELS_FOLDER, `${recipe.name}.md`), 'utf8');
      expect(renderModelCard(recipe, trained)).toBe(card);
    },
  );

  it.each(SHIPPED_RECIPES)('$name misses next to none of the 589 known anomalies', ({ name }) => {
    const detector = loadDetector(join(SHIPPED_MODELS_FOLDER, `${name}.safetensors`));
    const anomalies = Int32Array.from(rowsOf(dataset, -1));
    expect(anomalies).toHaveLength(589);
    expect(
      evaluateOn(detector, dataset, { rows: anomalies, train: undefined }).falseNegatives,
    ).toBeLessThanOrEqual(4);
  });
});
