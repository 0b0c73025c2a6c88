// Random forest of classification trees, equal tree by tree to scikit-learn 1.2's
// RandomForestClassifier with its defaults: bootstrap, Gini impurity, √nFeatures drawn per split,
// grown until pure.
import { AnomalyPredictorError } from '../errors.js';
import type { DecisionTree } from '../model/forest-layout.js';
import { growTree } from './decision-tree.js';
import { orderFeatures } from './feature-order.js';
import {
  checkFloat32Rows,
  checkWhole,
  DEFAULT_N_TREES,
  INT32_MAX,
  LARGEST_SEED,
} from './forest-input.js';
import { MersenneTwister } from './mersenne-twister.js';
import { NodeSplitter } from './node-splitter.js';

export interface RandomForestOptions {
  /** @default 100 */
  readonly nTrees?: number;
  /** Whole number from 0 to 2³² − 1, as `random_state` of scikit-learn. */
  readonly seed: number;
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
  const { nTrees = DEFAULT_N_TREES, seed } = options;
  checkWhole('nTrees', nTrees, 1, INT32_MAX);
  checkWhole('seed', seed, 0, LARGEST_SEED);
  checkLabels(labels, nRows);
  checkFloat32Rows(rows, nRows, nFeatures);

  const isAnomaly = Uint8Array.from(labels, (label) => (label === -1 ? 1 : 0));
  const maxFeatures = Math.max(1, Math.floor(Math.sqrt(nFeatures)));
  const splitter = new NodeSplitter(orderFeatures(rows, nRows, nFeatures), isAnomaly, maxFeatures);
  const weights = new Int32Array(nRows);
  const random = new MersenneTwister(seed);
  return Array.from({ length: nTrees }, () => {
    const treeSeed = random.nextBelow(INT32_MAX);
    drawBootstrap(treeSeed, weights);
    // scikit-learn seeds a generator of its own for bag and splitter, both with the tree's seed.
    return growTree(splitter, weights, new MersenneTwister(treeSeed).nextBelow(INT32_MAX));
  });
}

/** Draws as many rows as there are, with replacement, and counts them. */
function drawBootstrap(treeSeed: number, weights: Int32Array): void {
  const random = new MersenneTwister(treeSeed);
  const nRows = weights.length;
  weights.fill(0);
  for (let draw = 0; draw < nRows; draw++) weights[random.nextBelow(nRows)]++;
}

function checkLabels(labels: Int8Array, nRows: number): void {
  let nAnomalies = 0;
  for (let row = 0; row < nRows; row++) {
    const label = labels[row];
    if (label !== 1 && label !== -1) {
      const message = `row ${row}: label expected 1 or -1, got ${label}`;
      throw new AnomalyPredictorError('bad-data-file', message, { row, value: String(label) });
    }
    if (label === -1) nAnomalies++;
  }
  if (nAnomalies > 0 && nAnomalies < nRows) return;
  const got = `${nRows - nAnomalies} normal and ${nAnomalies} anomalous`;
  throw new AnomalyPredictorError(
    'bad-data-file',
    `a random forest needs normal and anomalous rows, got ${got}`,
  );
}
