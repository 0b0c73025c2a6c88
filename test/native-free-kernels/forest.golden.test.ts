import { beforeAll, describe, expect, it } from 'vitest';
import type { Forest } from '../../native-free-kernels/contract.js';
import { layOutForest } from '../../src/model/forest-layout.js';
import { KERNEL_SETS } from '../support/kernel-sets.js';
import {
  flatRows,
  type ReferenceForest,
  readReferenceForest,
} from '../support/reference-forest.js';
import { hasSharedData } from '../support/shared-data.js';

describe.skipIf(!hasSharedData)('a forest trained by scikit-learn (needs ../shared)', () => {
  let reference: ReferenceForest;
  let forest: Forest;
  beforeAll(() => {
    reference = readReferenceForest();
    forest = layOutForest(reference.trees, reference.nFeatures);
  });

  describe.each(KERNEL_SETS)('in $name kernels', (kernels) => {
    const probabilitiesOf = (positions: readonly number[]) => {
      const out = new Float64Array(positions.length);
      const rows = flatRows(reference.rows, positions);
      kernels.meanLeafValueInto(forest, rows, out.length, out);
      return out;
    };

    it('gives the probabilities of its predict_proba, bit by bit', () => {
      const { rows, anomalyProbabilities } = reference;
      expect([...probabilitiesOf([...rows.keys()])]).toEqual(anomalyProbabilities);
    });

    it('gives the labels of its predict on rows that it has not seen', () => {
      const { testRows, testLabels, confusion } = reference;
      const probabilities = probabilitiesOf(testRows);
      const count = (label: number, isAnomaly: boolean) =>
        testLabels.filter((l, i) => l === label && probabilities[i] >= 0.5 === isAnomaly).length;
      expect([
        [count(-1, true), count(-1, false)],
        [count(1, true), count(1, false)],
      ]).toEqual(confusion);
    });
  });
});
