import { beforeAll, describe, expect, it } from 'vitest';
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import { layOutForest } from '../../src/model/forest-layout.js';
import {
  flatRows,
  type ReferenceForest,
  readReferenceForest,
} from '../support/reference-forest.js';
import { hasSharedData } from '../support/shared-data.js';

describe.skipIf(!hasSharedData)('a forest trained by scikit-learn (needs ../shared)', () => {
  let reference: ReferenceForest;
  beforeAll(() => {
    reference = readReferenceForest();
  });

  it('gives the probabilities of its predict_proba, bit by bit', () => {
    const { nFeatures, rows, trees, anomalyProbabilities } = reference;
    const out = new Float64Array(rows.length);
    const all = flatRows(rows, [...rows.keys()]);
    plainKernels.anomalyProbabilityInto(layOutForest(trees, nFeatures), all, rows.length, out);
    expect([...out]).toEqual(anomalyProbabilities);
  });
});
