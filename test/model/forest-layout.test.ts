import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Forest } from '../../native-free-kernels/contract.js';
import { checkForest, type DecisionTree, layOutForest } from '../../src/model/forest-layout.js';
import { thrownBy } from '../support/thrown-by.js';

describe('laying out a forest', () => {
  it('puts siblings side by side, level by level, one tree after the other', () => {
    expect(layOutForest([DEPTH_FIRST_TREE, LEAF_TREE], 3)).toEqual({
      nFeatures: 3,
      nTrees: 2,
      nNodes: 8,
      roots: Int32Array.of(0, 7),
      child: Int32Array.of(1, 3, 5, 3, 4, 5, 6, 7),
      feature: Int32Array.of(2, 0, 1, 0, 0, 0, 0, 0),
      threshold: Float32Array.of(0.5, -1, 4, ...new Array(5).fill(Number.POSITIVE_INFINITY)),
      leafValue: Float64Array.of(0.5, 0.25, 0.75, 0, 1, 0.5, 0.875, 0.125),
    });
  });

  it('gives what the check accepts', () => {
    expect(() => checkForest(layOutForest([DEPTH_FIRST_TREE, LEAF_TREE], 3), 1)).not.toThrow();
  });

  it('lowers thresholds to float32 without moving any float32 value to the other side', () => {
    const thresholds = fc.oneof(
      fc.float({ noNaN: true, noDefaultInfinity: true }),
      fc.double({ min: -3.4e38, max: 3.4e38, noNaN: true }),
      fc.constantFrom(0, -0, 1e-50, -1e-50, 1 + 2 ** -30, 1 - 2 ** -30, -1 - 2 ** -30),
    );
    const property = fc.property(thresholds, fc.float({ noNaN: true }), (threshold, value) => {
      const stored = layOutForest([stump(threshold)], 1).threshold[0];
      for (const x of [value, Math.fround(threshold), stored]) {
        expect(x <= stored).toBe(x <= threshold);
      }
      expect(stored <= threshold).toBe(true);
    });
    fc.assert(property, { numRuns: 2000 });
  });

  it('refuses a tree that comes back to one of its nodes', () => {
    const tree = { ...DEPTH_FIRST_TREE, left: Int32Array.of(1, 0, -1, -1, 5, -1, -1) };
    const error = thrownBy(() => layOutForest([LEAF_TREE, tree], 3));
    expect(error.tag).toBe('bad-detector-file');
    expect(error.message).toMatch(/^forest: tree 1: node \d has children/);
  });

  it('refuses a tree with nodes out of reach', () => {
    const tree = { ...DEPTH_FIRST_TREE, left: Int32Array.of(1, -1, -1, -1, 5, -1, -1) };
    const error = thrownBy(() => layOutForest([tree], 3));
    expect(error.message).toBe('forest: tree 0: 2 of 7 nodes cannot be reached');
  });
});

describe('checking a forest from a file', () => {
  // Nodes 0 to 6 are the first tree: 0 → 1, 2; 1 → 3, 4; 2 → 5, 6. Node 7 is the second.
  const defects: [string, (forest: Mutable) => void, string, string][] = [
    ['no trees', (f) => empty(f), 'has no trees', '0'],
    ['a root before the nodes', (f) => set(f.roots, 1, -1), 'tree 1: root -1', '-1'],
    ['a root behind the nodes', (f) => set(f.roots, 0, 8), 'tree 0: root 8', '8'],
    ['a negative child', (f) => set(f.child, 0, -5), 'node 0: child -5', '-5'],
    ['a loop', (f) => set(f.child, 2, 1), 'node 2: child 1', '1'],
    ['a right child behind the nodes', (f) => set(f.child, 2, 7), 'node 2: children 7 and 8', '7'],
    ['a child far behind the nodes', (f) => set(f.child, 1, 99), 'node 1: children 99', '99'],
    ['a negative feature', (f) => set(f.feature, 1, -1), 'node 1: feature -1', '-1'],
    ['a feature that no row has', (f) => set(f.feature, 1, 3), 'node 1: feature 3', '3'],
    ['a leaf on a feature that no row has', (f) => set(f.feature, 4, 9), 'node 4: feature 9', '9'],
    ['a threshold of NaN', (f) => set(f.threshold, 0, NaN), 'node 0: threshold NaN', 'NaN'],
    ['a threshold of Infinity', (f) => set(f.threshold, 2, Infinity), 'node 2: thr', 'Infinity'],
    ['a finite threshold in a leaf', (f) => set(f.threshold, 3, 2), 'node 3: threshold 2', '2'],
    ['a value below 0', (f) => set(f.leafValue, 6, -0.5), 'node 6: value', '-0.5'],
    ['a value above 1', (f) => set(f.leafValue, 5, 1.5), 'node 5: value', '1.5'],
    ['a value of NaN', (f) => set(f.leafValue, 7, NaN), 'node 7: value', 'NaN'],
  ];

  it.each(defects)('refuses %s and says where', (_, damage, place, value) => {
    const forest: Mutable = { ...layOutForest([DEPTH_FIRST_TREE, LEAF_TREE], 3) };
    damage(forest);
    const error = thrownBy(() => checkForest(forest, 1));
    expect(error.tag).toBe('bad-detector-file');
    expect(error.message).toContain(place);
    expect(error.fields).toEqual({ value });
  });

  const COVER = Float64Array.of(10, 6, 4, 5, 1, 3, 1);
  const covered = () => layOutForest([{ ...DEPTH_FIRST_TREE, cover: COVER }], 3);

  it.each<[string, (forest: Mutable, cover: Float64Array) => void, string, string]>([
    ['a cover of 0', (_, cover) => set(cover, 3, 0), 'node 3: cover 0', '0'],
    ['a cover of NaN', (_, cover) => set(cover, 3, NaN), 'node 3: cover NaN', 'NaN'],
    ['a cover of Infinity', (_, cover) => set(cover, 0, Infinity), 'node 0: cover', 'Infinity'],
    ['two ways to a node', (f) => set(f.child, 2, 4), 'node 4: has a cover, but', '4'],
    ['a root below another', (f) => set(f.roots, 0, 3), 'node 3: has a cover, but', '3'],
  ])('refuses %s where explanations need it right', (_, damage, place, value) => {
    const forest: Mutable = covered();
    damage(forest, forest.cover as Float64Array);
    const error = thrownBy(() => checkForest(forest, 1));
    expect(error.tag).toBe('bad-detector-file');
    expect(error.message).toContain(place);
    expect(error.fields).toEqual({ value });
  });

  it('keeps the cover of trees that all have one, in the order of its nodes', () => {
    const { cover } = covered();
    expect([...(cover ?? [])]).toEqual([0, 1, 4, 2, 3, 5, 6].map((node) => COVER[node]));
    const mixed = layOutForest([{ ...DEPTH_FIRST_TREE, cover: COVER }, LEAF_TREE], 3);
    expect(mixed.cover).toBeUndefined();
    const weightless = { ...DEPTH_FIRST_TREE, cover: COVER.with(2, 0) };
    expect(layOutForest([weightless], 3).cover).toBeUndefined();
  });
});

type Mutable = { -readonly [Key in keyof Forest]: Forest[Key] };

function set(array: Int32Array | Float32Array | Float64Array, index: number, value: number): void {
  array[index] = value;
}

function empty(forest: Mutable): void {
  forest.nTrees = 0;
  forest.roots = new Int32Array(0);
}

/** Two levels of splits, numbered as scikit-learn does: 0 → 1, 4; 1 → 2, 3; 4 → 5, 6. */
const DEPTH_FIRST_TREE: DecisionTree = {
  left: Int32Array.of(1, 2, -1, -1, 5, -1, -1),
  right: Int32Array.of(4, 3, -1, -1, 6, -1, -1),
  feature: Int32Array.of(2, 0, -2, -2, 1, -2, -2),
  threshold: Float64Array.of(0.5, -1, -2, -2, 4, -2, -2),
  leafValue: Float64Array.of(0.5, 0.25, 0, 1, 0.75, 0.5, 0.875),
};

const LEAF_TREE: DecisionTree = {
  left: Int32Array.of(-1),
  right: Int32Array.of(-1),
  feature: Int32Array.of(-2),
  threshold: Float64Array.of(-2),
  leafValue: Float64Array.of(0.125),
};

function stump(threshold: number): DecisionTree {
  return {
    left: Int32Array.of(1, -1, -1),
    right: Int32Array.of(2, -1, -1),
    feature: Int32Array.of(0, -2, -2),
    threshold: Float64Array.of(threshold, -2, -2),
    leafValue: Float64Array.of(0.5, 0, 1),
  };
}
