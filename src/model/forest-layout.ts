// From trees as scikit-learn numbers them to the flat forest that kernels read, and the check of
// such a forest when it comes from a file.
import type { Forest } from '../../native-free-kernels/contract.js';
import { AnomalyPredictorError } from '../errors.js';

/** One tree in scikit-learn's numbering: node 0 is the root; every array is [nNodes]. */
export interface DecisionTree {
  /** Node for `float32(row[feature]) <= threshold`; −1 in leaves. */
  readonly left: Int32Array;
  /** Node for all other rows; −1 in leaves. */
  readonly right: Int32Array;
  /** −2 in leaves. */
  readonly feature: Int32Array;
  /** −2 in leaves. */
  readonly threshold: Float64Array;
  /** As in the kernels' `Forest`. */
  readonly leafValue: Float64Array;
  /** As in the kernels' `Forest`. A forest has it where all trees have it and no node weighs nothing. */
  readonly cover?: Float64Array;
}

/**
 * Lays trees out breadth first, one tree after the other: siblings are adjacent and the top levels,
 * which every row passes, share few cache lines. Thresholds become float32 without changing where
 * any row goes.
 *
 * @throws AnomalyPredictorError 'bad-detector-file' where a tree's links do not use up its nodes
 */
export function layOutForest(trees: readonly DecisionTree[], nFeatures: number): Forest {
  const nNodes = trees.reduce((sum, tree) => sum + tree.left.length, 0);
  const roots = new Int32Array(trees.length);
  const child = new Int32Array(nNodes);
  const feature = new Int32Array(nNodes);
  const threshold = new Float32Array(nNodes);
  const leafValue = new Float64Array(nNodes);
  const isCovered = trees.every((tree) => tree.cover?.every(isUsableCover));
  const cover = isCovered ? new Float64Array(nNodes) : undefined;
  /** Node of the present tree that stands at each place of the layout. */
  const nodeAt = new Int32Array(nNodes);

  for (let t = 0, root = 0; t < trees.length; t++) {
    const tree = trees[t];
    const end = root + tree.left.length;
    roots[t] = root;
    nodeAt[root] = 0;
    let next = root + 1;
    for (let at = root; at < next; at++) {
      const node = nodeAt[at];
      leafValue[at] = tree.leafValue[node];
      if (cover && tree.cover) cover[at] = tree.cover[node];
      const left = tree.left[node];
      if (left === -1) {
        child[at] = at;
        threshold[at] = Number.POSITIVE_INFINITY;
        continue;
      }
      if (next + 2 > end) failTree(t, `node ${node} has children that the tree has no room for`);
      child[at] = next;
      feature[at] = tree.feature[node];
      threshold[at] = largestFloat32UpTo(tree.threshold[node]);
      nodeAt[next++] = left;
      nodeAt[next++] = tree.right[node];
    }
    if (next < end) failTree(t, `${end - next} of ${tree.left.length} nodes cannot be reached`);
    root = end;
  }
  return {
    nFeatures,
    nTrees: trees.length,
    nNodes,
    roots,
    child,
    feature,
    threshold,
    leafValue,
    ...(cover && { cover }),
  };
}

/**
 * Refuses a forest that kernels must not walk: with this check every walk ends, at a leaf of the
 * forest, and reads only features that a row has. Array lengths are checked by whoever made the
 * arrays. Leaf values go from 0 to `largestValue`. Linear time.
 *
 * @throws AnomalyPredictorError 'bad-detector-file' that names the node or tree and the value
 */
export function checkForest(forest: Forest, largestValue: number): void {
  const { nFeatures, nTrees, nNodes, roots, child, feature, threshold, leafValue } = forest;
  if (nTrees === 0) fail('has no trees', nTrees);
  for (let tree = 0; tree < nTrees; tree++) {
    const root = roots[tree];
    if (root < 0 || root >= nNodes) {
      fail(`tree ${tree}: root ${root} is not one of the ${nNodes} nodes`, root);
    }
  }
  for (let node = 0; node < nNodes; node++) {
    const left = child[node];
    const isLeaf = left === node;
    if (left < node) fail(`node ${node}: child ${left} is not behind its parent`, left);
    if (!isLeaf && left + 1 >= nNodes) {
      fail(`node ${node}: children ${left} and ${left + 1} of only ${nNodes} nodes`, left);
    }
    if (feature[node] < 0 || feature[node] >= nFeatures) {
      const text = `feature ${feature[node]} is not one of the ${nFeatures} features`;
      fail(`node ${node}: ${text}`, feature[node]);
    }
    const limit = threshold[node];
    if (isLeaf ? limit !== Number.POSITIVE_INFINITY : !Number.isFinite(limit)) {
      const expected = isLeaf ? 'a leaf needs Infinity' : 'expected a finite number';
      fail(`node ${node}: threshold ${limit}, ${expected}`, limit);
    }
    const value = leafValue[node];
    if (!(value >= 0 && value <= largestValue)) {
      fail(`node ${node}: value ${value} is not within 0 and ${largestValue}`, value);
    }
  }
  if (forest.cover) checkCover(forest, forest.cover);
}

/** Explaining visits every node of every tree, and divides by weights: no two ways may lead to a node. */
function checkCover({ nNodes, roots, child }: Forest, cover: Float64Array): void {
  const isReached = new Uint8Array(nNodes);
  const reach = (node: number) => {
    if (isReached[node]++ > 0) fail(`node ${node}: has a cover, but more than one way to it`, node);
  };
  for (const root of roots) reach(root);
  for (let node = 0; node < nNodes; node++) {
    if (child[node] !== node) {
      reach(child[node]);
      reach(child[node] + 1);
    }
    const weight = cover[node];
    if (!isUsableCover(weight)) {
      fail(
        `node ${node}: cover ${weight} is not within ${SMALLEST_COVER} and ${LARGEST_COVER}`,
        weight,
      );
    }
  }
}

/** Quotients of weights within these bounds, and products of a few of them, are normal numbers. */
const SMALLEST_COVER = 1e-30;
const LARGEST_COVER = 1e30;

function isUsableCover(weight: number): boolean {
  return weight >= SMALLEST_COVER && weight <= LARGEST_COVER;
}

const float32 = new Float32Array(1);
const float32Bits = new Int32Array(float32.buffer);

/** `x <= value` and `x <= largestFloat32UpTo(value)` agree for every float32 x. */
function largestFloat32UpTo(value: number): number {
  float32[0] = value;
  if (float32[0] > value) {
    // One step towards −Infinity; the bits of negative numbers count away from zero.
    if (float32[0] === 0) float32Bits[0] = 0x80000001 | 0;
    else float32Bits[0] += float32[0] > 0 ? -1 : 1;
  }
  return float32[0];
}

function failTree(tree: number, problem: string): never {
  throw new AnomalyPredictorError('bad-detector-file', `forest: tree ${tree}: ${problem}`);
}

function fail(problem: string, value: number): never {
  throw new AnomalyPredictorError('bad-detector-file', `forest: ${problem}`, {
    value: String(value),
  });
}
