// Shapley values of a forest's mean leaf value under the path-dependent expectation of TreeSHAP (Lundberg et al.,
// "Consistent Individualized Feature Attribution for Tree Ensembles", 2018): of features that are not known, each split
// is averaged by the training rows on either side. For a leaf, that expectation is a product over the features on its
// path, and by Owen's multilinear extension (1972) the Shapley value of feature i is the integral of a polynomial,
//
//   φᵢ = value · (oᵢ − zᵢ) · ∫₀¹ Π over j ≠ i of (p oⱼ + (1 − p) zⱼ) dp
//
// where oⱼ is 1 if the row passes the path's splits by feature j, else 0, and zⱼ is the share of the rows that do.
// Gauss–Legendre quadrature gives it exactly, and leaves share the work of the path that they have in common.
import { type PathTree, pathTree, type WeightedForest } from './path-tree.js';

/** A forest made ready, with scratch memory: for one thread. */
export interface TreeShap {
  /** Mean leaf value that is expected where nothing of a row is known. */
  readonly expectedValue: number;
  readonly nFeatures: number;
  readonly trees: readonly ExplainableTree[];
  readonly scratch: Scratch;
}

interface ExplainableTree {
  readonly tree: PathTree;
  readonly table: Table | undefined;
}

/** What rows of each way through the splits of a small tree get. */
interface Table {
  /** Features that the tree asks for. */
  readonly features: Int32Array;
  /** [2^nSplits × features] Bit i of the first index is 1 for a row above the threshold of split i. */
  readonly contributions: Float64Array;
}

/** Tables of up to 3 KiB a tree: 4 times as many rows per second for the shipped forest (Node 20). */
const MOST_TABLE_SPLITS = 6;

interface Scratch {
  /** [most splits] 1 for a row above the split's threshold */
  readonly sides: Uint8Array;
  /** [most nodes] whether the row passes the path's splits by the node's feature */
  readonly passes: Uint8Array;
  /** [most nodes × points] each */
  readonly inverses: Float64Array;
  readonly products: Float64Array;
  readonly sums: Float64Array;
}

/** In time linear in the number of nodes, which must form trees. */
export function prepareTreeShap(forest: WeightedForest): TreeShap {
  const { nFeatures } = forest;
  const trees = Array.from(forest.roots, (root) => pathTree(forest, root));
  let mostNodes = 0;
  let mostCells = 0;
  let expectedSum = 0;
  for (const { nNodes, quadrature, expectedValue } of trees) {
    mostNodes = Math.max(mostNodes, nNodes);
    mostCells = Math.max(mostCells, nNodes * quadrature.points.length);
    expectedSum += expectedValue;
  }
  const scratch = {
    sides: new Uint8Array(mostNodes),
    passes: new Uint8Array(mostNodes),
    inverses: new Float64Array(mostCells),
    products: new Float64Array(mostCells),
    sums: new Float64Array(mostCells),
  };
  return {
    expectedValue: expectedSum / trees.length,
    nFeatures,
    trees: trees.map((tree) => ({ tree, table: tableOf(tree, nFeatures, scratch) })),
    scratch,
  };
}

/**
 * Contributions of every feature to the mean leaf value, into out[0 … nRows × nFeatures): they sum to the row's mean
 * leaf value less the expected one. `rows`: [nRows × nFeatures] row-major, read-only.
 */
export function treeShapInto(
  { nFeatures, trees, scratch }: TreeShap,
  rows: Float64Array,
  nRows: number,
  out: Float64Array,
): void {
  const nTrees = trees.length;
  out.fill(0, 0, nRows * nFeatures);
  for (let row = 0; row < nRows; row++) {
    const start = row * nFeatures;
    for (let i = 0; i < nTrees; i++) {
      const { tree, table } = trees[i];
      if (table === undefined) {
        takeSides(tree, rows, start, scratch.sides);
        addContributions(tree, scratch, out, start);
      } else {
        addFromTable(tree, table, rows, start, out);
      }
    }
    for (let at = start; at < start + nFeatures; at++) out[at] = out[at] / nTrees;
  }
}

function addFromTable(
  { splitFeature, splitThreshold }: PathTree,
  { features, contributions }: Table,
  rows: Float64Array,
  start: number,
  out: Float64Array,
): void {
  let way = 0;
  for (let split = 0; split < splitFeature.length; split++) {
    const isAbove = Math.fround(rows[start + splitFeature[split]]) > splitThreshold[split];
    way |= (isAbove ? 1 : 0) << split;
  }
  for (let i = 0, at = way * features.length; i < features.length; i++, at++) {
    out[start + features[i]] += contributions[at];
  }
}

function tableOf(tree: PathTree, nFeatures: number, scratch: Scratch): Table | undefined {
  const nSplits = tree.splitFeature.length;
  if (nSplits > MOST_TABLE_SPLITS) return undefined;
  const features = Int32Array.from(new Set(tree.splitFeature));
  const contributions = new Float64Array(2 ** nSplits * features.length);
  const all = new Float64Array(nFeatures);
  for (let way = 0, at = 0; way < 2 ** nSplits; way++) {
    for (let split = 0; split < nSplits; split++) scratch.sides[split] = (way >> split) & 1;
    addContributions(tree, scratch, all.fill(0), 0);
    for (const feature of features) contributions[at++] = all[feature];
  }
  return { features, contributions };
}

function takeSides(
  { splitFeature, splitThreshold }: PathTree,
  rows: Float64Array,
  start: number,
  sides: Uint8Array,
): void {
  for (let split = 0; split < splitFeature.length; split++) {
    const isAbove = Math.fround(rows[start + splitFeature[split]]) > splitThreshold[split];
    sides[split] = isAbove ? 1 : 0;
  }
}

/** Adds the contributions of the row that takes these `sides` to out[start … start + nFeatures). */
function addContributions(
  tree: PathTree,
  scratch: Scratch,
  out: Float64Array,
  start: number,
): void {
  walkDown(tree, scratch);
  walkUp(tree, scratch, out, start);
}

/** One over the factor of each node's feature, and the product over the features of its path, at every point. */
function walkDown(tree: PathTree, { sides, passes, inverses, products, sums }: Scratch): void {
  const { nNodes, split, isAbove, parent, same, share, leafValue } = tree;
  const { points } = tree.quadrature;
  const nPoints = points.length;
  passes[0] = 1;
  for (let k = 0; k < nPoints; k++) {
    inverses[k] = 1;
    products[k] = 1;
    sums[k] = 0;
  }
  for (let node = 1, at = nPoints; node < nNodes; node++) {
    const passesAll = sides[split[node]] === isAbove[node] ? passes[same[node]] : 0;
    passes[node] = passesAll;
    const z = share[node];
    const leaf = leafValue[node];
    let above = parent[node] * nPoints;
    let before = same[node] * nPoints;
    for (let k = 0; k < nPoints; k++, at++, above++, before++) {
      const factor = z + points[k] * (passesAll - z);
      const product = products[above] * factor * inverses[before];
      inverses[at] = 1 / factor;
      products[at] = product;
      sums[at] = leaf * product;
    }
  }
}

/**
 * Sums the leaves below each node, and gives its feature their share of them less what the node before of the same
 * feature, which counts them too, gives it.
 */
function walkUp(
  { nNodes, feature, parent, same, share, quadrature }: PathTree,
  { passes, inverses, sums }: Scratch,
  out: Float64Array,
  start: number,
): void {
  const { points, weights } = quadrature;
  const nPoints = points.length;
  for (let node = nNodes - 1; node > 0; node--) {
    let at = node * nPoints;
    let above = parent[node] * nPoints;
    let before = same[node] * nPoints;
    const difference = passes[node] - share[node];
    const differenceBefore = passes[same[node]] - share[same[node]];
    let contribution = 0;
    for (let k = 0; k < nPoints; k++, at++, above++, before++) {
      const sum = sums[at];
      sums[above] += sum;
      contribution +=
        weights[k] * sum * (difference * inverses[at] - differenceBefore * inverses[before]);
    }
    out[start + feature[node]] += contribution;
  }
}
