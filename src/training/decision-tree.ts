// One classification tree, grown depth first as scikit-learn 1.2 does
// (DepthFirstTreeBuilder in sklearn/tree/_tree.pyx).
import type { DecisionTree } from '../model/forest-layout.js';
import {
  giniImpurity,
  type NodeRange,
  type NodeSplitter,
  type SplitRules,
} from './node-splitter.js';

/** numpy.finfo('double').eps: a node as pure as this is a leaf. */
const PURE_IMPURITY = Number.EPSILON;
const LEAF_CHILD = -1;
const LEAF_FEATURE = -2;
const LEAF_THRESHOLD = -2;
const NO_PARENT = -1;

export interface TreeRules extends SplitRules {
  /** Levels below the root; Infinity where nothing limits them. */
  readonly maxDepth: number;
}

/** A node that waits to be grown. */
interface PendingNode extends NodeRange {
  /** Set for right children; a left one follows its parent at once and needs no link. */
  readonly rightOf: number;
  readonly depth: number;
}

/**
 * @param splitter made with the same rules
 * @param counts [nRows] how often each row counts, 0 to leave it out
 * @param randomState of the splitter's feature draws, as its `rand_r_state` in scikit-learn
 */
export function growTree(
  splitter: NodeSplitter,
  rules: TreeRules,
  counts: Int32Array,
  randomState: number,
): DecisionTree {
  const left: number[] = [];
  const right: number[] = [];
  const feature: number[] = [];
  const threshold: number[] = [];
  const leafValue: number[] = [];
  const cover: number[] = [];

  const { maxDepth, minLeaf, normalWeight, anomalyWeight } = rules;
  const root = splitter.begin(counts, randomState);
  const pending: PendingNode[] = [{ ...root, rightOf: NO_PARENT, depth: 0 }];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const at = left.length;
    if (node.rightOf !== NO_PARENT) right[node.rightOf] = at;
    const nSamples = node.end - node.start;
    const anomalies = anomalyWeight * node.anomalyCount;
    const weight = normalWeight * (node.count - node.anomalyCount) + anomalies;
    leafValue.push(anomalies / weight);
    cover.push(weight);
    if (
      node.depth >= maxDepth ||
      nSamples < 2 * minLeaf ||
      nSamples < 2 ||
      giniImpurity(weight, anomalies) <= PURE_IMPURITY ||
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
        count: node.count - splitter.leftCount,
        anomalyCount: node.anomalyCount - splitter.leftAnomalyCount,
        nConstantFeatures: splitter.nConstantFeatures,
        rightOf: at,
        depth: node.depth + 1,
      },
      {
        start: node.start,
        end: splitter.position,
        count: splitter.leftCount,
        anomalyCount: splitter.leftAnomalyCount,
        nConstantFeatures: splitter.nConstantFeatures,
        rightOf: NO_PARENT,
        depth: node.depth + 1,
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
