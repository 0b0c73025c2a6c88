// A flat forest as the lists that the tree operators of ONNX take, tree by tree.
import type { Forest } from '../../../native-free-kernels/contract.js';

export interface ForestNodes {
  /** One of each per node; ids count within a tree. */
  readonly nodes: {
    readonly treeIds: Int32Array;
    readonly nodeIds: Int32Array;
    readonly features: Int32Array;
    readonly modes: readonly string[];
    /** float32 values; 0 for leaves. */
    readonly thresholds: Float32Array;
    readonly trueIds: Int32Array;
    readonly falseIds: Int32Array;
  };
  readonly leaves: readonly Leaf[];
}

interface Leaf {
  /** In the forest. */
  readonly node: number;
  readonly tree: number;
  /** In its tree. */
  readonly nodeId: number;
}

export function nodesOfForest(forest: Forest): ForestNodes {
  const { nTrees, nNodes, roots, child, feature, threshold } = forest;
  const treeIds = new Int32Array(nNodes);
  const nodeIds = new Int32Array(nNodes);
  const trueIds = new Int32Array(nNodes);
  const falseIds = new Int32Array(nNodes);
  const thresholds = new Float32Array(nNodes);
  const modes: string[] = [];
  const leaves: Leaf[] = [];
  for (let tree = 0; tree < nTrees; tree++) {
    const root = roots[tree];
    const end = tree + 1 < nTrees ? roots[tree + 1] : nNodes;
    for (let node = root; node < end; node++) {
      const nodeId = node - root;
      treeIds[node] = tree;
      nodeIds[node] = nodeId;
      if (child[node] === node) {
        modes.push('LEAF');
        leaves.push({ node, tree, nodeId });
      } else {
        modes.push('BRANCH_LEQ');
        trueIds[node] = child[node] - root;
        falseIds[node] = child[node] + 1 - root;
        thresholds[node] = threshold[node];
      }
    }
  }
  const nodes = {
    treeIds,
    nodeIds,
    features: feature,
    modes,
    thresholds,
    trueIds,
    falseIds,
  };
  return { nodes, leaves };
}
