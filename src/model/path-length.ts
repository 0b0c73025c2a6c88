// Path lengths of isolation forests (Liu, Ting and Zhou, 2008; sklearn/ensemble/_iforest.py): how many
// questions it takes to tell a row from the others. Used by the scorer, the trainer and imports.
import type { DecisionTree } from './forest-layout.js';

export type TreeStructure = Omit<DecisionTree, 'leafValue'>;

const EULER_GAMMA = 0.5772156649015329;

/**
 * c(n): mean length of an unsuccessful search in a binary search tree of `nRows` rows, which an
 * isolation tree that was cut short would still have had to grow.
 */
export function averagePathLength(nRows: number): number {
  if (nRows <= 1) return 0;
  if (nRows === 2) return 1;
  return 2 * (Math.log(nRows - 1) + EULER_GAMMA) - (2 * (nRows - 1)) / nRows;
}

/**
 * Score of a row without an offset, as scikit-learn's score_samples: from −1, most anomalous, to 0.
 *
 * @param average c(n) of as many rows as each tree was grown on, positive
 */
export function isolationScore(meanPathLength: number, average: number): number {
  return -(2 ** (-meanPathLength / average));
}

/**
 * `tree` with the values that an isolation forest has: path lengths, in questions.
 *
 * @param tree children stand behind their parents, as in every tree of scikit-learn; not checked
 * @param nRowsAt [nNodes] training rows at each node, as scikit-learn's n_node_samples
 * @param features the forest's feature for each of the tree's, where it was grown on some of them
 *   only (scikit-learn's estimators_features_)
 */
export function pathLengthTree(
  tree: TreeStructure,
  nRowsAt: ArrayLike<number>,
  features?: ArrayLike<number>,
): DecisionTree {
  const { left, right, threshold } = tree;
  const nNodes = left.length;
  const depth = new Int32Array(nNodes);
  const leafValue = new Float64Array(nNodes);
  for (let node = 0; node < nNodes; node++) {
    // Nodes passed, then the leaf's rows, then less one: in scikit-learn's order, to its last bit.
    leafValue[node] = depth[node] + 1 + averagePathLength(nRowsAt[node]) - 1;
    if (left[node] === -1) continue;
    depth[left[node]] = depth[node] + 1;
    depth[right[node]] = depth[node] + 1;
  }
  const feature =
    features === undefined
      ? tree.feature
      : tree.feature.map((at, node) => (left[node] === -1 ? at : features[at]));
  return { left, right, feature, threshold, leafValue };
}
