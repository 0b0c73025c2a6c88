import { describe, expect, it } from 'vitest';
import { meanLeafValueInto } from '../../native-free-kernels/forest.js';
import { gaussLegendre } from '../../native-free-kernels/gauss-legendre.js';
import { prepareTreeShap, treeShapInto } from '../../native-free-kernels/tree-shap.js';
import { checkForest, type DecisionTree, layOutForest } from '../../src/model/forest-layout.js';
import { MersenneTwister } from '../../src/training/mersenne-twister.js';
import { shapleyValues } from '../support/brute-force-shapley.js';
import { randomTrees, randomValues, treeOfLeaves } from './random-models.js';

type CoveredTree = DecisionTree & { readonly cover: Float64Array };

/** Every node gets the rows of its children, every leaf a few of its own. */
function withCover(tree: DecisionTree, random: MersenneTwister): CoveredTree {
  const cover = new Float64Array(tree.left.length);
  const fill = (node: number): number => {
    const { left, right } = tree;
    cover[node] =
      left[node] === -1 ? 1 + random.nextBelow(50) : fill(left[node]) + fill(right[node]);
    return cover[node];
  };
  fill(0);
  return { ...tree, cover };
}

/** The expectation of a tree for a row of which only some features are known, by its definition. */
function expectedLeaf(tree: CoveredTree, row: Float64Array, isKnown: (i: number) => boolean) {
  const { left, right, feature, threshold, leafValue, cover } = tree;
  const below = (node: number): number => {
    if (left[node] === -1) return leafValue[node];
    if (isKnown(feature[node])) {
      const goesLeft = Math.fround(row[feature[node]]) <= threshold[node];
      return below(goesLeft ? left[node] : right[node]);
    }
    const sum = cover[left[node]] * below(left[node]) + cover[right[node]] * below(right[node]);
    return sum / cover[node];
  };
  return below(0);
}

function explain(trees: readonly DecisionTree[], rows: Float64Array, nFeatures: number) {
  const forest = layOutForest(trees, nFeatures);
  checkForest(forest, 1);
  const { cover } = forest;
  if (cover === undefined) throw new Error('the trees have no cover');
  const shap = prepareTreeShap({ ...forest, cover });
  const nRows = rows.length / nFeatures;
  const contributions = new Float64Array(rows.length);
  treeShapInto(shap, rows, nRows, contributions);
  const means = new Float64Array(nRows);
  meanLeafValueInto(forest, rows, nRows, means);
  const ofRow = (row: number) => contributions.subarray(row * nFeatures, (row + 1) * nFeatures);
  return { ofRow, means, expectedValue: shap.expectedValue };
}

const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);
const N_ROWS = 6;

describe('TreeSHAP', () => {
  // Trees of a few splits have tables; larger ones are walked for every row.
  it.each([
    ['trees of any shape', 5, (random: MersenneTwister) => randomTrees(random, 4, 5)],
    ['a lone leaf', 3, (random: MersenneTwister) => [treeOfLeaves(random, 3, 1)]],
    ['one split', 2, (random: MersenneTwister) => [treeOfLeaves(random, 2, 2)]],
    ['many splits by two features', 2, (random: MersenneTwister) => [treeOfLeaves(random, 2, 60)]],
    ['paths of ten features', 10, (random: MersenneTwister) => [treeOfLeaves(random, 10, 40)]],
  ])('gives %s the Shapley values of its expectation', (_, nFeatures, makeTrees) => {
    for (let seed = 0; seed < 20; seed++) {
      const random = new MersenneTwister(seed);
      const trees = makeTrees(random).map((tree) => withCover(tree, random));
      const rows = randomValues(random, N_ROWS * nFeatures);
      const { ofRow, means, expectedValue } = explain(trees, rows, nFeatures);
      for (let row = 0; row < N_ROWS; row++) {
        const values = rows.subarray(row * nFeatures, (row + 1) * nFeatures);
        const expected = shapleyValues(
          nFeatures,
          (isKnown) => sum(trees.map((tree) => expectedLeaf(tree, values, isKnown))) / trees.length,
        );
        ofRow(row).forEach((contribution, i) => {
          expect(contribution).toBeCloseTo(expected[i], 12);
        });
        expect(expectedValue + sum(ofRow(row))).toBeCloseTo(means[row], 12);
      }
    }
  });

  it('gives a feature that no tree asks for exactly 0', () => {
    const random = new MersenneTwister(3);
    const trees = [treeOfLeaves(random, 4, 7), treeOfLeaves(random, 4, 30)].map((tree) => ({
      ...withCover(tree, random),
      feature: tree.feature.map((feature) => (feature === 2 ? 1 : feature)),
    }));
    const { ofRow } = explain(trees, randomValues(random, 5 * N_ROWS), 5);
    for (let row = 0; row < N_ROWS; row++) {
      expect(ofRow(row)[2]).toBe(0);
      expect(ofRow(row)[4]).toBe(0);
    }
  });

  it('gives features that decide alike the same', () => {
    // Leaf 1 where both are above 0, each of which a quarter of the rows are.
    const tree = {
      left: Int32Array.of(1, -1, 3, -1, -1),
      right: Int32Array.of(2, -1, 4, -1, -1),
      feature: Int32Array.of(0, -2, 1, -2, -2),
      threshold: Float64Array.of(0, -2, 0, -2, -2),
      leafValue: Float64Array.of(0, 0, 0, 0, 1),
      cover: Float64Array.of(16, 12, 4, 3, 1),
    };
    const { ofRow, expectedValue } = explain([tree], Float64Array.of(1, 1, -1, -1), 2);
    expect(expectedValue).toBe(1 / 16);
    for (const row of [0, 1]) expect(ofRow(row)[0]).toBeCloseTo(ofRow(row)[1], 15);
    expect(ofRow(0)[0]).toBeCloseTo(15 / 32, 15);
  });

  it('takes a tree that is one long path', () => {
    const nFeatures = 3;
    const depth = 20_000;
    const inner = (node: number) => node < 2 * depth && node % 2 === 0;
    const nodes = { length: 2 * depth + 1 };
    const random = new MersenneTwister(5);
    const tree = {
      left: Int32Array.from(nodes, (_, node) => (inner(node) ? node + 1 : -1)),
      right: Int32Array.from(nodes, (_, node) => (inner(node) ? node + 2 : -1)),
      feature: Int32Array.from(nodes, (_, node) => (inner(node) ? (node / 2) % nFeatures : -2)),
      threshold: Float64Array.from(nodes, (_, node) => (inner(node) ? node : -2)),
      leafValue: Float64Array.from(nodes, () => random.nextUint32() / 2 ** 32),
      cover: Float64Array.from(nodes, (_, node) =>
        inner(node) || node === 2 * depth ? depth + 1 - node / 2 : 1,
      ),
    };
    const { ofRow, means, expectedValue } = explain([tree], Float64Array.of(7, 30_000, 9e9), 3);
    expect(expectedValue + sum(ofRow(0))).toBeCloseTo(means[0], 12);
  });
});

describe('Gauss–Legendre quadrature', () => {
  it.each([1, 2, 5, 32])('of %d points integrates every power that it has to', (n) => {
    const { points, weights } = gaussLegendre(n);
    for (let power = 0; power < 2 * n; power++) {
      const integral = sum(points.map((point, i) => weights[i] * point ** power));
      expect(integral).toBeCloseTo(1 / (power + 1), 13);
    }
  });
});
