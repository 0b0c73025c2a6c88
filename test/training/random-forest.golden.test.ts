import { beforeAll, describe, expect, it } from 'vitest';
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import { type DecisionTree, layOutForest } from '../../src/model/forest-layout.js';
import { trainRandomForest } from '../../src/training/random-forest.js';
import {
  flatRows,
  type ReferenceForest,
  readReferenceForest,
} from '../support/reference-forest.js';
import { hasSharedData } from '../support/shared-data.js';
import { treeLists } from '../support/trees.js';

describe.skipIf(!hasSharedData)('training on the labelled dataset (needs ../shared)', () => {
  let reference: ReferenceForest;
  let trees: DecisionTree[];
  beforeAll(() => {
    reference = readReferenceForest();
    const { nFeatures, rows, trainRows, trainLabels, seed } = reference;
    const labels = Int8Array.from(trainLabels);
    const training = flatRows(rows, trainRows);
    trees = trainRandomForest(training, labels, labels.length, nFeatures, { seed });
  });

  it('grows the trees that scikit-learn 1.2.1 grows: structure, features, thresholds, leaves', () => {
    expect(trees.map(treeLists)).toEqual(reference.trees.map(treeLists));
  });

  it('makes no error on rows that it has not seen', () => {
    const { nFeatures, rows, testRows, testLabels } = reference;
    const out = new Float64Array(testRows.length);
    const unseen = flatRows(rows, testRows);
    plainKernels.meanLeafValueInto(layOutForest(trees, nFeatures), unseen, out.length, out);
    const confusion = [
      [0, 0],
      [0, 0],
    ];
    testLabels.forEach((label, i) => {
      confusion[label === -1 ? 0 : 1][out[i] >= 0.5 ? 0 : 1]++;
    });
    expect(confusion).toEqual(reference.confusion);
    expect(confusion).toEqual([
      [471, 0],
      [0, 332],
    ]);
  });
});
