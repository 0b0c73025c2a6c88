// Random forest of classification trees, equal tree by tree to scikit-learn 1.2's
// RandomForestClassifier with Gini impurity.
import { AnomalyPredictorError } from '../errors.js';
import type { DecisionTree } from '../model/forest-layout.js';
import { growTree, type TreeRules } from './decision-tree.js';
import { type FeatureOrder, orderFeatures } from './feature-order.js';
import { MersenneTwister } from './mersenne-twister.js';
import { NodeSplitter } from './node-splitter.js';
import {
  checkFloat32Rows,
  checkWhole,
  expectOption,
  INT32_MAX,
  LARGEST_SEED,
} from './trainer-input.js';

export interface RandomForestOptions {
  /** @default 100 */
  readonly nTrees?: number;
  /** Levels below a tree's root, at least 1. @default Infinity */
  readonly maxDepth?: number;
  /** Fewest rows in a leaf; a row that was drawn more than once is one. @default 1 */
  readonly minLeaf?: number;
  /**
   * Features drawn for each split: the square root or the binary logarithm of their number, all of them, a whole
   * number of them, or below 1 a share of them.
   * @default 'sqrt'
   */
  readonly maxFeatures?: 'sqrt' | 'log2' | 'all' | number;
  /** Whether each tree has a bag of its own, as many rows as there are, drawn with replacement. @default true */
  readonly bootstrap?: boolean;
  /**
   * What an anomaly weighs where a normal row weighs 1; 'balanced' makes both classes weigh alike.
   * @default 1
   */
  readonly classWeight?: number | 'balanced';
  /** Whole number from 0 to 2³² − 1, as `random_state` of scikit-learn. */
  readonly seed: number;
}

export const DEFAULT_RANDOM_FOREST_OPTIONS = Object.freeze({
  nTrees: 100,
  maxDepth: Number.POSITIVE_INFINITY,
  minLeaf: 1,
  maxFeatures: 'sqrt',
  bootstrap: true,
  classWeight: 1,
} as const satisfies Omit<RandomForestOptions, 'seed'>);

/** A forest that is yet to grow: every thread that has it can grow any of its trees. */
export interface ForestPlan {
  readonly order: FeatureOrder;
  /** [nRows] 1 for anomalies; shared between threads */
  readonly isAnomaly: Uint8Array;
  readonly rules: TreeRules;
  readonly bootstrap: boolean;
  /** [nTrees] */
  readonly treeSeeds: readonly number[];
}

/**
 * @param rows [nRows × nFeatures] row-major, read-only; finite also in float32
 * @param labels [nRows] 1 normal, −1 anomaly; both must occur
 * @throws AnomalyPredictorError 'bad-option' for an option out of range, 'bad-data-file' for rows
 *   or labels that no forest can be trained on
 */
export function trainRandomForest(
  rows: Float64Array,
  labels: Int8Array,
  nRows: number,
  nFeatures: number,
  options: RandomForestOptions,
): DecisionTree[] {
  const plan = planRandomForest(rows, labels, nRows, nFeatures, options);
  return growTrees(plan, plan.treeSeeds);
}

/** The same, as far as it must be done before the first tree. */
export function planRandomForest(
  rows: Float64Array,
  labels: Int8Array,
  nRows: number,
  nFeatures: number,
  options: RandomForestOptions,
): ForestPlan {
  const filled = { ...DEFAULT_RANDOM_FOREST_OPTIONS, ...options };
  checkOptions(filled);
  const nAnomalies = countAnomalies(labels, nRows);
  checkFloat32Rows(rows, nRows, nFeatures);

  const isAnomaly = new Uint8Array(new SharedArrayBuffer(nRows));
  for (let row = 0; row < nRows; row++) isAnomaly[row] = labels[row] === -1 ? 1 : 0;
  const { nTrees, maxDepth, minLeaf, bootstrap, classWeight, seed } = filled;
  const isBalanced = classWeight === 'balanced';
  const random = new MersenneTwister(seed);
  return {
    order: orderFeatures(rows, nRows, nFeatures),
    isAnomaly,
    rules: {
      maxDepth,
      minLeaf,
      maxFeatures: nDrawn(filled.maxFeatures, nFeatures),
      normalWeight: isBalanced ? nRows / (2 * (nRows - nAnomalies)) : 1,
      anomalyWeight: isBalanced ? nRows / (2 * nAnomalies) : classWeight,
    },
    bootstrap,
    treeSeeds: Array.from({ length: nTrees }, () => random.nextBelow(INT32_MAX)),
  };
}

/** The trees of `plan` that belong to `treeSeeds`, some of its own. */
export function growTrees(plan: ForestPlan, treeSeeds: readonly number[]): DecisionTree[] {
  const { order, isAnomaly, rules, bootstrap } = plan;
  const splitter = new NodeSplitter(order, isAnomaly, rules);
  const counts = new Int32Array(order.nRows).fill(1);
  return treeSeeds.map((treeSeed) => {
    if (bootstrap) drawBootstrap(treeSeed, counts);
    // scikit-learn seeds a generator of its own for bag and splitter, both with the tree's seed.
    return growTree(splitter, rules, counts, new MersenneTwister(treeSeed).nextBelow(INT32_MAX));
  });
}

/** Draws as many rows as there are, with replacement, and counts them. */
function drawBootstrap(treeSeed: number, counts: Int32Array): void {
  const random = new MersenneTwister(treeSeed);
  const nRows = counts.length;
  counts.fill(0);
  for (let draw = 0; draw < nRows; draw++) counts[random.nextBelow(nRows)]++;
}

function nDrawn(maxFeatures: 'sqrt' | 'log2' | 'all' | number, nFeatures: number): number {
  if (maxFeatures === 'all') return nFeatures;
  if (maxFeatures === 'sqrt') return Math.max(1, Math.floor(Math.sqrt(nFeatures)));
  if (maxFeatures === 'log2') return Math.max(1, Math.floor(Math.log2(nFeatures)));
  if (maxFeatures < 1) return Math.max(1, Math.floor(maxFeatures * nFeatures));
  checkWhole('maxFeatures', maxFeatures, 1, nFeatures);
  return maxFeatures;
}

function checkOptions(options: Required<RandomForestOptions>): void {
  const { nTrees, maxDepth, minLeaf, maxFeatures, classWeight, seed } = options;
  checkWhole('nTrees', nTrees, 1, INT32_MAX);
  if (maxDepth !== Number.POSITIVE_INFINITY) checkWhole('maxDepth', maxDepth, 1, INT32_MAX);
  checkWhole('minLeaf', minLeaf, 1, INT32_MAX);
  checkWhole('seed', seed, 0, LARGEST_SEED);
  expectOption(
    'maxFeatures',
    maxFeatures,
    ['sqrt', 'log2', 'all'].includes(String(maxFeatures)) || Number(maxFeatures) > 0,
    "'sqrt', 'log2', 'all' or a number above 0",
  );
  expectOption(
    'classWeight',
    classWeight,
    classWeight === 'balanced' || (classWeight > 0 && Number.isFinite(classWeight)),
    "'balanced' or a number above 0",
  );
}

function countAnomalies(labels: Int8Array, nRows: number): number {
  let nAnomalies = 0;
  for (let row = 0; row < nRows; row++) {
    const label = labels[row];
    if (label !== 1 && label !== -1) {
      const message = `row ${row}: label expected 1 or -1, got ${label}`;
      throw new AnomalyPredictorError('bad-data-file', message, { row, value: String(label) });
    }
    if (label === -1) nAnomalies++;
  }
  if (nAnomalies > 0 && nAnomalies < nRows) return nAnomalies;
  const got = `${nRows - nAnomalies} normal and ${nAnomalies} anomalous`;
  throw new AnomalyPredictorError(
    'bad-data-file',
    `a random forest needs normal and anomalous rows, got ${got}`,
  );
}
