import { describe, expect, it } from 'vitest';
import type { IsolationForestModel } from '../../src/model/detector.js';
import { layOutForest } from '../../src/model/forest-layout.js';
import { averagePathLength, pathLengthTree } from '../../src/model/path-length.js';
import { Scorer } from '../../src/model/scorer.js';
import { isAnomaly } from '../../src/model/verdict.js';
import { readIsolationForests, type TrainedIsolationForest } from '../support/isolation-forests.js';
import { KERNEL_SETS } from '../support/kernel-sets.js';

const { forests } = readIsolationForests();

describe('the average path length', () => {
  it('is that of an unsuccessful search in a binary search tree', () => {
    expect([0, 1, 2].map(averagePathLength)).toEqual([0, 0, 1]);
    // From scikit-learn's _average_path_length.
    expect(averagePathLength(5)).toBeCloseTo(2.327020052042847, 15);
    expect(averagePathLength(256)).toBeCloseTo(10.244770920119917, 14);
  });
});

describe('the path lengths of a tree', () => {
  // 0 → 1, 4; 1 → 2, 3
  const TREE = {
    left: Int32Array.of(1, 2, -1, -1, -1),
    right: Int32Array.of(4, 3, -1, -1, -1),
    feature: Int32Array.of(1, 0, -2, -2, -2),
    threshold: Float64Array.of(0.5, 0.25, -2, -2, -2),
  };
  const N_ROWS_AT = Int32Array.of(9, 3, 2, 1, 6);

  it('are the depths of its leaves, more where several rows share one', () => {
    const { leafValue, ...structure } = pathLengthTree(TREE, N_ROWS_AT);
    expect(structure).toEqual(TREE);
    expect([...leafValue.subarray(2, 4)]).toEqual([2 + 1, 2]);
    expect(leafValue[4]).toBeCloseTo(1 + averagePathLength(6), 14);
  });

  it('stand by the features of the forest where a tree saw some of them only', () => {
    const { feature } = pathLengthTree(TREE, N_ROWS_AT, [4, 2]);
    expect([...feature]).toEqual([2, 4, -2, -2, -2]);
  });
});

describe.each(KERNEL_SETS)(
  'an isolation forest of scikit-learn 1.2.1 by the $name kernels',
  (kernels) => {
    it.each(forests)('scores and labels as there: $title', (trained) => {
      const nRows = trained.decisions.length;
      const scores = new Float64Array(nRows);
      const parts = { transforms: [], model: modelOf(trained), threshold: 0 };
      const rows = Float64Array.from(trained.rows);
      new Scorer(kernels).scoreInto(parts, rows, nRows, scores, new Float64Array(nRows));
      for (let row = 0; row < nRows; row++) {
        expect(Math.abs(scores[row] - trained.decisions[row])).toBeLessThan(1e-12);
      }
      expect(Array.from(scores, (score) => (isAnomaly(score) ? -1 : 1))).toEqual(
        trained.predictions,
      );
    });
  },
);

function modelOf({
  trees,
  nFeatures,
  maxSamples,
  offset,
}: TrainedIsolationForest): IsolationForestModel {
  const grown = trees.map(({ left, right, feature, threshold, nRowsAt, features }) =>
    pathLengthTree(
      {
        left: Int32Array.from(left),
        right: Int32Array.from(right),
        feature: Int32Array.from(feature),
        threshold: Float64Array.from(threshold),
      },
      nRowsAt,
      features,
    ),
  );
  return {
    type: 'isolation-forest',
    forest: layOutForest(grown, nFeatures),
    averagePathLength: averagePathLength(maxSamples),
    offset,
  };
}
