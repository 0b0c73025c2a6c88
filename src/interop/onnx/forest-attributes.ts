// A flat forest as the lists that the tree operators of ONNX take, tree by tree.
import type { Forest } from '../../../native-free-kernels/contract.js';
import { AnomalyPredictorError } from '../../errors.js';
import type { AttributeData } from './write-model.js';

export interface ForestLists {
  /** Shared by all tree operators up to version 4 of ai.onnx.ml: one element per node; ids count within a tree. */
  readonly attributes: Readonly<Record<string, AttributeData>>;
  /** One per node: float32 values; 0 for leaves. */
  readonly thresholds: Float32Array;
  readonly leaves: readonly Leaf[];
}

interface Leaf {
  /** In the forest. */
  readonly node: number;
  readonly tree: number;
  /** In its tree. */
  readonly nodeId: number;
}

/**
 * @throws AnomalyPredictorError 'bad-detector-file' where the nodes do not stand tree by tree, which kernels do not need
 */
export function listsOfForest(forest: Forest): ForestLists {
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
    if (end <= root || (tree === 0 && root > 0)) throw scattered(tree, root);
    for (let node = root; node < end; node++) {
      const nodeId = node - root;
      treeIds[node] = tree;
      nodeIds[node] = nodeId;
      if (child[node] === node) {
        modes.push('LEAF');
        leaves.push({ node, tree, nodeId });
      } else {
        modes.push('BRANCH_LEQ');
        if (child[node] < root || child[node] + 1 >= end) throw scattered(tree, node);
        trueIds[node] = child[node] - root;
        falseIds[node] = child[node] + 1 - root;
        thresholds[node] = threshold[node];
      }
    }
  }
  const attributes = {
    nodes_falsenodeids: { ints: falseIds },
    nodes_featureids: { ints: feature },
    nodes_modes: { strings: modes },
    nodes_nodeids: { ints: nodeIds },
    nodes_treeids: { ints: treeIds },
    nodes_truenodeids: { ints: trueIds },
  };
  return { attributes, thresholds, leaves };
}

function scattered(tree: number, node: number): AnomalyPredictorError {
  return new AnomalyPredictorError(
    'bad-detector-file',
    `forest: tree ${tree}, node ${node}: the nodes do not stand tree by tree, as ONNX needs them`,
  );
}
