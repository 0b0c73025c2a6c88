// Lists of splits for a forest whose trees are small, as assembly/small-trees.ts reads them.
import type { Forest } from './contract.js';

/** A bit for each leaf of a tree. */
const MOST_LEAVES = 32;
/** Trees with more of them are walked faster (Node 20). */
const MOST_MEAN_SPLITS = 8;
const WORD_BYTES = 4;
const TREE_WORDS = 2;
const SPLIT_WORDS = 4;
const VALUE_WORDS = 2;

/** Bytes of the lists; 0 where the forest is not made of small trees. */
export function smallTreesBytes(forest: Forest): number {
  const { nTrees, nNodes, roots } = forest;
  const nSplits = (nNodes - nTrees) / 2;
  if (nSplits > MOST_MEAN_SPLITS * nTrees) return 0;
  let words = 0;
  for (const root of roots) {
    const nLeaves = countLeaves(forest, root);
    if (nLeaves > MOST_LEAVES) return 0;
    words += TREE_WORDS + (nLeaves - 1) * SPLIT_WORDS + nLeaves * VALUE_WORDS;
  }
  return words * WORD_BYTES;
}

/** Leaves below `root`, or some number above MOST_LEAVES. */
function countLeaves({ child }: Forest, root: number): number {
  const pending = [root];
  let nLeaves = 0;
  while (pending.length > 0 && nLeaves + pending.length <= MOST_LEAVES) {
    const node = pending.pop() as number;
    if (child[node] === node) nLeaves++;
    else pending.push(child[node], child[node] + 1);
  }
  return nLeaves + pending.length;
}

/** Writes the lists from `at` on. A feature of a group of rows takes `featureBytes`. */
export function fillSmallTrees(
  { roots, child, feature, threshold, leafValue }: Forest,
  buffer: ArrayBufferLike,
  at: number,
  featureBytes: number,
): void {
  const view = new DataView(buffer);
  for (const root of roots) {
    const splitsAt = at + TREE_WORDS * WORD_BYTES;
    const values: number[] = [];
    let splitAt = splitsAt;
    const add = (node: number): void => {
      if (child[node] === node) {
        values.push(leafValue[node]);
        return;
      }
      const firstLeaf = values.length;
      add(child[node]);
      view.setFloat32(splitAt, threshold[node], true);
      view.setUint32(splitAt + 4, feature[node] * featureBytes, true);
      // A row above the threshold passes by the leaves on the left.
      view.setInt32(splitAt + 8, ~bitsBetween(firstLeaf, values.length), true);
      splitAt += SPLIT_WORDS * WORD_BYTES;
      add(child[node] + 1);
    };
    add(root);
    view.setUint32(at, values.length - 1, true);
    view.setUint32(at + 4, values.length, true);
    at = splitAt;
    for (const value of values) {
      view.setFloat64(at, value, true);
      at += VALUE_WORDS * WORD_BYTES;
    }
  }
}

function bitsBetween(first: number, end: number): number {
  return (2 ** end - 2 ** first) | 0;
}
