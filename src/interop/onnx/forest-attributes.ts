// A flat forest as the lists that the tree operators of ONNX take, tree by tree.
import type { Forest } from '../../../native-free-kernels/contract.js';

export interface ForestNodes {
  /** By the names of the attributes; one of each per node. */
  readonly attributes: {
    readonly nodes_treeids: Int32Array;
    readonly nodes_nodeids: Int32Array;
    readonly nodes_featureids: Int32Array;
    readonly nodes_modes: readonly string[];
    /** float32 values; 0 for leaves. */
    readonly nodes_values: Float32Array;
    readonly nodes_truenodeids: Int32Array;
    readonly nodes_falsenodeids: Int32Array;
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
  const values = new Float32Array(nNodes);
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
        values[node] = threshold[node];
      }
    }
  }
  const attributes = {
    nodes_treeids: treeIds,
    nodes_nodeids: nodeIds,
    nodes_featureids: feature,
    nodes_modes: modes,
    nodes_values: values,
    nodes_truenodeids: trueIds,
    nodes_falsenodeids: falseIds,
  };
  return { attributes, leaves };
}
