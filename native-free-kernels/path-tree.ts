// One tree of a forest as TreeSHAP reads it: a list of nodes that knows of each what its path has asked so far.
import type { Forest } from './contract.js';
import { gaussLegendre, type Quadrature } from './gauss-legendre.js';

/** A forest that knows how many training rows came to each node. */
export type WeightedForest = Forest & { readonly cover: Float64Array };

/** Nodes depth first, parents before children; node 0 is the root. Every array is [nNodes]. */
export interface PathTree {
  readonly nNodes: number;
  /** Integrates what tree-shap.ts integrates for this tree, exactly. */
  readonly quadrature: Quadrature;
  /** Number of the split above the node, from 0; splits are numbered as their first child comes. */
  readonly split: Int32Array;
  /** 1 for the side above the threshold. */
  readonly isAbove: Uint8Array;
  readonly parent: Int32Array;
  /** Feature of the split above the node. */
  readonly feature: Int32Array;
  /** Nearest node on the way up whose split above it asks for the same feature; the root where there is none. */
  readonly same: Int32Array;
  /** Share of the rows that pass the path's splits by `feature`. */
  readonly share: Float64Array;
  /** 0 for inner nodes. */
  readonly leafValue: Float64Array;
  /** [nSplits] */
  readonly splitFeature: Int32Array;
  /** [nSplits] */
  readonly splitThreshold: Float32Array;
  /** Mean of the leaf values, weighted by the rows that come to them. */
  readonly expectedValue: number;
}

const ROOT = 0;

/** In time linear in the number of nodes, however deep; the path at hand is known feature by feature. */
export function pathTree(forest: WeightedForest, root: number): PathTree {
  const { child, feature, threshold, leafValue, cover } = forest;
  const list = loneRoot(root);
  const splitFeature: number[] = [];
  const splitThreshold: number[] = [];
  /** Nearest node on the path whose split above it asks for the feature. */
  const last = new Int32Array(forest.nFeatures).fill(ROOT);
  /** Nodes of the forest, each behind the place of its parent in the list. */
  const pending: number[] = [];
  const addChildren = (node: number, at: number) => {
    if (child[node] !== node) pending.push(at, child[node] + 1, at, child[node]);
  };
  addChildren(root, ROOT);
  for (let at = ROOT; pending.length > 0; ) {
    const node = pending.pop() as number;
    const parent = pending.pop() as number;
    for (; at !== parent; at = list.parent[at]) last[list.feature[at]] = list.same[at];
    const above = list.node[parent];
    const left = child[above];
    const asked = feature[above];
    const same = last[asked];
    const ratio = cover[node] / (cover[left] + cover[left + 1]);
    if (node === left) {
      list.splitBelow[parent] = splitFeature.push(asked) - 1;
      splitThreshold.push(threshold[above]);
    }
    at = list.node.push(node) - 1;
    list.split.push(list.splitBelow[parent]);
    list.splitBelow.push(-1);
    list.isAbove.push(node === left ? 0 : 1);
    list.parent.push(parent);
    list.feature.push(asked);
    list.same.push(same);
    list.share.push(list.share[same] * ratio);
    list.reach.push(list.reach[parent] * ratio);
    list.nAsked.push(list.nAsked[parent] + (same === ROOT ? 1 : 0));
    last[asked] = at;
    addChildren(node, at);
  }
  const leafValues = Float64Array.from(list.node, (node) =>
    child[node] === node ? leafValue[node] : 0,
  );
  // The integrand's degree is one less than the number of features on the path.
  const mostAsked = list.nAsked.reduce((most, count) => Math.max(most, count), 1);
  return {
    nNodes: list.node.length,
    quadrature: gaussLegendre(Math.ceil(mostAsked / 2)),
    split: Int32Array.from(list.split),
    isAbove: Uint8Array.from(list.isAbove),
    parent: Int32Array.from(list.parent),
    feature: Int32Array.from(list.feature),
    same: Int32Array.from(list.same),
    share: Float64Array.from(list.share),
    leafValue: leafValues,
    splitFeature: Int32Array.from(splitFeature),
    splitThreshold: Float32Array.from(splitThreshold),
    expectedValue: leafValues.reduce((sum, value, at) => sum + value * list.reach[at], 0),
  };
}

/** Lists that grow; all rows come to the root, whatever their features. */
function loneRoot(root: number) {
  return {
    node: [root],
    split: [-1],
    splitBelow: [-1],
    isAbove: [0],
    parent: [ROOT],
    feature: [0],
    same: [ROOT],
    share: [1],
    /** Share of the rows that come to the node. */
    reach: [1],
    /** Features that the path asks for. */
    nAsked: [0],
  };
}
