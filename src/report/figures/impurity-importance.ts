// How much each feature's questions part the classes in a forest, as scikit-learn's feature_importances_: the drop of
// the Gini impurity, weighted by rows, a share per tree, and the mean over the trees that ask anything.
import type { Forest } from '../../../native-free-kernels/contract.js';

/** [nFeatures] adding up to 1; undefined where the forest does not know how many rows came to its nodes. */
export function impurityImportances(forest: Forest): Float64Array | undefined {
  const { nFeatures, nTrees, nNodes, roots, child, feature, leafValue, cover } = forest;
  if (cover === undefined) return undefined;
  const impurity = (node: number) => 2 * cover[node] * leafValue[node] * (1 - leafValue[node]);
  const total = new Float64Array(nFeatures);
  for (let tree = 0; tree < nTrees; tree++) {
    const end = tree + 1 < nTrees ? roots[tree + 1] : nNodes;
    const drops = new Float64Array(nFeatures);
    for (let node = roots[tree]; node < end; node++) {
      const left = child[node];
      if (left === node) continue;
      drops[feature[node]] += impurity(node) - impurity(left) - impurity(left + 1);
    }
    addNormalised(drops, total);
  }
  const importances = new Float64Array(nFeatures);
  addNormalised(total, importances);
  return importances;
}

/** Nothing where all are 0. */
function addNormalised(values: Float64Array, into: Float64Array): void {
  const sum = values.reduce((total, value) => total + value, 0);
  if (sum === 0) return;
  values.forEach((value, i) => {
    into[i] += value / sum;
  });
}
