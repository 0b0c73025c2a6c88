import { describe, expect, it } from 'vitest';
import { averagePathLength, pathLengthTree } from '../../src/model/path-length.js';

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
