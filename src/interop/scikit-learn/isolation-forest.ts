// IsolationForest (sklearn/ensemble/_iforest.py): decision = −2^(−mean path length / c(max_samples_)) − offset_.
import type { Model } from '../../model/detector.js';
import { layOutForest } from '../../model/forest-layout.js';
import { averagePathLength, pathLengthTree } from '../../model/path-length.js';
import { NumpyArray, type PickleObject, type PickleValue } from '../pickle/values.js';
import { badAttribute, countOf, finiteNumberOf, itemsOf, readNumbers } from './attributes.js';
import { memberTrees, TreeReader } from './tree.js';

/** @throws AnomalyPredictorError `bad-model-file` */
export function readIsolationForest(object: PickleObject, nFeatures: number): Model {
  const offset = finiteNumberOf(object, 'offset_');
  if (!(offset > -1 && offset < 0)) {
    throw badAttribute(object, 'offset_', `${offset} is not between -1 and 0`);
  }
  const members = memberTrees(object, itemsOf(object, 'estimators_'), 'ExtraTreeRegressor');
  const featureLists = itemsOf(object, 'estimators_features_');
  if (featureLists.length !== members.length) {
    const problem = `${featureLists.length} lists for ${members.length} trees`;
    throw badAttribute(object, 'estimators_features_', problem);
  }
  const reader = new TreeReader();
  const trees = members.map((member, i) => {
    const features = featuresOf(object, featureLists[i], nFeatures);
    const tree = reader.read(member, features.length, 1);
    checkRowCounts(tree.object, tree.nRowsAt);
    // On all features, scikit-learn passes rows as they are, whatever the order of the list.
    const renamed = features.length === nFeatures ? undefined : features;
    return pathLengthTree(tree.structure, tree.nRowsAt, renamed);
  });
  return {
    type: 'isolation-forest',
    forest: layOutForest(trees, nFeatures),
    averagePathLength: averagePathLength(countOf(object, 'max_samples_', 2)),
    offset,
  };
}

/** Features of the forest that one tree was grown on. */
function featuresOf(object: PickleObject, list: PickleValue, nFeatures: number): Float64Array {
  const attribute = 'estimators_features_';
  const fits =
    list instanceof NumpyArray &&
    list.shape.length === 1 &&
    list.shape[0] >= 1 &&
    list.shape[0] <= nFeatures;
  if (!fits) throw badAttribute(object, attribute, `expected lists of up to ${nFeatures} features`);
  const features = readNumbers(object, attribute, list);
  for (const feature of features) {
    if (!Number.isInteger(feature) || feature < 0 || feature >= nFeatures) {
      throw badAttribute(object, attribute, `${feature} is none of the ${nFeatures} features`);
    }
  }
  return features;
}

function checkRowCounts(tree: PickleObject, nRowsAt: Float64Array): void {
  const at = nRowsAt.findIndex((nRows) => !Number.isSafeInteger(nRows) || nRows < 0);
  if (at >= 0) {
    throw badAttribute(tree, 'nodes', `n_node_samples of node ${at} is ${nRowsAt[at]}`);
  }
}
