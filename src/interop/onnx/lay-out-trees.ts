// Trees of an ONNX graph to the flat forest of a detector.
import { AnomalyPredictorError } from '../../errors.js';
import { type DecisionTree, layOutForest } from '../../model/forest-layout.js';
import { badModelFile } from '../model-file-error.js';
import { LIMITS } from './limits.js';
import type { MeanLeafValue } from './values.js';

/** `leafValueOf` maps what a leaf has in the graph to what it has in the forest. */
export function layOutTrees(
  members: MeanLeafValue['members'],
  leafValueOf: (cell: number) => number,
) {
  const [{ rows }] = members.map(({ tree }) => tree);
  if (members.some(({ tree }) => tree.rows.transforms !== rows.transforms)) {
    throw badModelFile('the trees are asked about rows that are scaled in several ways');
  }
  const nNodes = members.reduce((sum, { tree }) => sum + tree.left.length, 0);
  if (nNodes > LIMITS.leafOperations) throw badModelFile(`the trees have ${nNodes} nodes`);
  const trees = members.map(({ tree, cells }): DecisionTree => {
    const leafValue = new Float64Array(tree.left.length);
    tree.leaves.forEach((node, leaf) => {
      leafValue[node] = leafValueOf(cells[leaf]);
    });
    return { ...tree, leafValue };
  });
  try {
    return { transforms: rows.transforms, forest: layOutForest(trees, rows.nFeatures) };
  } catch (error) {
    if (error instanceof AnomalyPredictorError) throw badModelFile(error.message, error);
    throw error;
  }
}
