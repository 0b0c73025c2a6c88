// One classification tree, grown depth first as scikit-learn 1.2 does
// (DepthFirstTreeBuilder in sklearn/tree/_tree.pyx): at least 2 samples to split, 1 in a leaf.
import type { DecisionTree } from '../model/forest-layout.js';
import { giniImpurity, type NodeRange, type NodeSplitter } from './node-splitter.js';

/** numpy.finfo('double').eps: a node as pure as this is a leaf. */
const PURE_IMPURITY = Number.EPSILON;
const LEAF_CHILD = -1;
const LEAF_FEATURE = -2;
const LEAF_THRESHOLD = -2;
const NO_PARENT = -1;

/** A node that waits to be grown. */
interface PendingNode extends NodeRange {
  /** Set for right children; a left one follows its parent at once and needs no link. */
  readonly rightOf: number;
}

/**
 * @param weights [nRows] how often each row counts, 0 to leave it out
 * @param randomState of the splitter's feature draws, as its `rand_r_state` in scikit-learn
 */
export function growTree(
  splitter: NodeSplitter,
  weights: Int32Array,
  randomState: number,
): DecisionTree {
  const left: number[] = [];
  const right: number[] = [];
  const feature: number[] = [];
  const threshold: number[] = [];
  const leafValue: number[] = [];
  const cover: number[] = [];

  const pending: PendingNode[] = [{ ...splitter.begin(weights, randomState), rightOf: NO_PARENT }];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const at = left.length;
    if (node.rightOf !== NO_PARENT) right[node.rightOf] = at;
    leafValue.push(node.anomalyWeight / node.weight);
    cover.push(node.weight);
    if (
      node.end - node.start < 2 ||
      giniImpurity(node.weight, node.anomalyWeight) <= PURE_IMPURITY ||
      !splitter.split(node)
    ) {
      left.push(LEAF_CHILD);
      right.push(LEAF_CHILD);
      feature.push(LEAF_FEATURE);
      threshold.push(LEAF_THRESHOLD);
      continue;
    }
    left.push(at + 1);
    right.push(LEAF_CHILD); // until the right child is grown
    feature.push(splitter.feature);
    threshold.push(splitter.threshold);
    pending.push(
      {
        start: splitter.position,
        end: node.end,
        weight: node.weight - splitter.leftWeight,
        anomalyWeight: node.anomalyWeight - splitter.leftAnomalyWeight,
        nConstantFeatures: splitter.nConstantFeatures,
        rightOf: at,
      },
      {
        start: node.start,
        end: splitter.position,
        weight: splitter.leftWeight,
        anomalyWeight: splitter.leftAnomalyWeight,
        nConstantFeatures: splitter.nConstantFeatures,
        rightOf: NO_PARENT,
      },
    );
  }
  return {
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    feature: Int32Array.from(feature),
    threshold: Float64Array.from(threshold),
    leafValue: Float64Array.from(leafValue),
    cover: Float64Array.from(cover),
  };
}
