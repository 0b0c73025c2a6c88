// Mean leaf value of a forest of binary trees, as scikit-learn's predict_proba: features are
// compared in float32 (sklearn/tree/_tree.pyx), leaf fractions summed in float64 in tree order.
import type { Forest } from './contract.js';

/** Rows of one block share a tree while its nodes are in cache. */
const ROWS_PER_BLOCK = 64;

export function meanLeafValueInto(
  forest: Forest,
  rows: Float64Array,
  nRows: number,
  out: Float64Array,
): void {
  const { nFeatures, nTrees, roots, child, feature, threshold, leafValue } = forest;
  for (let blockStart = 0; blockStart < nRows; blockStart += ROWS_PER_BLOCK) {
    const blockEnd = Math.min(blockStart + ROWS_PER_BLOCK, nRows);
    out.fill(0, blockStart, blockEnd);
    for (let tree = 0; tree < nTrees; tree++) {
      const root = roots[tree];
      for (let row = blockStart; row < blockEnd; row++) {
        const rowStart = row * nFeatures;
        let node = root;
        let left = child[node];
        while (left !== node) {
          const value = Math.fround(rows[rowStart + feature[node]]);
          node = value <= threshold[node] ? left : left + 1;
          left = child[node];
        }
        out[row] = out[row] + leafValue[node];
      }
    }
    for (let row = blockStart; row < blockEnd; row++) out[row] = out[row] / nTrees;
  }
}
