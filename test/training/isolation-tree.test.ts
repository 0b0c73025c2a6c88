import { describe, expect, it } from 'vitest';
import { type IsolationTree, IsolationTreeGrower } from '../../src/training/isolation-tree.js';
import { MersenneTwister } from '../../src/training/mersenne-twister.js';

const N_TREES = 50;

/** Trees on rows of `columns`. */
function grow(maxSamples: number, ...columns: readonly (readonly number[])[]): IsolationTree[] {
  const nRows = columns[0].length;
  const rows = Float64Array.from(
    columns[0].flatMap((_, row) => columns.map((column) => column[row])),
  );
  const random = new MersenneTwister(1);
  const grower = new IsolationTreeGrower(rows, nRows, columns.length, maxSamples, random);
  return Array.from({ length: N_TREES }, () => grower.grow());
}

/** Depth of each node. */
function depthsOf({ left, right }: IsolationTree): number[] {
  const depths = [0];
  left.forEach((child, node) => {
    if (child === -1) return;
    depths[child] = depths[node] + 1;
    depths[right[node]] = depths[node] + 1;
  });
  return depths;
}

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

describe('an isolation tree', () => {
  it('is grown on as many rows as were asked for, and every question parts them', () => {
    for (const { left, right, nRowsAt } of grow(20, upTo(100))) {
      expect(nRowsAt[0]).toBe(20);
      left.forEach((child, node) => {
        if (child === -1) return;
        expect(nRowsAt[child]).toBeGreaterThan(0);
        expect(nRowsAt[right[node]]).toBeGreaterThan(0);
        expect(nRowsAt[child] + nRowsAt[right[node]]).toBe(nRowsAt[node]);
      });
    }
  });

  it('tells all rows apart that differ, down to the depth of log₂ of their number', () => {
    let nCut = 0;
    for (const tree of grow(20, upTo(20))) {
      const depths = depthsOf(tree);
      expect(Math.max(...depths)).toBeLessThanOrEqual(5);
      tree.left.forEach((child, node) => {
        if (child !== -1 || tree.nRowsAt[node] === 1) return;
        expect(depths[node]).toBe(5);
        nCut++;
      });
    }
    expect(nCut).toBeGreaterThan(0);
  });

  it('draws no row twice, and every row for some tree', () => {
    // Two rows a tree of three: a row that came twice could not be parted.
    const trees = grow(2, [0, 10, 100]);
    expect(trees.every(({ nRowsAt }) => nRowsAt.length === 3)).toBe(true);
    const thresholds = trees.map(({ threshold }) => threshold[0]);
    expect(thresholds.some((threshold) => threshold < 10)).toBe(true);
    expect(thresholds.some((threshold) => threshold > 10)).toBe(true);
  });

  it('asks for every feature that varies, and never for one that is constant', () => {
    const near = upTo(8).map((row) => row * 1e-8);
    const trees = grow(8, new Array(8).fill(3), upTo(8), near, upTo(8).toReversed());
    const asked = trees.flatMap(({ feature }) => [...feature].filter((at) => at >= 0));
    expect(new Set(asked)).toEqual(new Set([1, 3]));
    expect(trees.every(({ feature }) => feature[0] >= 0)).toBe(true);
  });

  it('has thresholds from the smallest value on, below the largest, evenly spread', () => {
    const thresholds = grow(2, [2, 6]).map(({ threshold }) => threshold[0]);
    expect(Math.min(...thresholds)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...thresholds)).toBeLessThan(6);
    const mean = thresholds.reduce((sum, threshold) => sum + threshold, 0) / N_TREES;
    // Four standard errors of a uniform distribution.
    expect(Math.abs(mean - 4)).toBeLessThan((4 * 4) / Math.sqrt(12 * N_TREES));
  });

  it('is a single leaf where all rows are alike', () => {
    for (const tree of grow(4, [1, 1, 1, 1])) {
      expect(tree).toEqual({
        left: Int32Array.of(-1),
        right: Int32Array.of(-1),
        feature: Int32Array.of(-2),
        threshold: Float64Array.of(-2),
        nRowsAt: Int32Array.of(4),
      });
    }
  });
});
