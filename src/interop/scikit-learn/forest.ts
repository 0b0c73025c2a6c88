// Classifiers made of trees (sklearn/ensemble/_forest.py, sklearn/tree/_classes.py): P(anomaly) is the mean over
// trees of the anomalous share at the leaf, and the first of the most probable classes is predicted.

import type { Model } from '../../model/detector.js';
import type { DecisionTree } from '../../model/forest-layout.js';
import { layOutForest } from '../../model/forest-layout.js';
import type { PickleObject } from '../pickle/values.js';
import { attributeOf, badAttribute, classOf, itemsOf, unexpected } from './attributes.js';
import { type AnomalyIndex, anomalyIndexOf } from './classes.js';
import { type FittedTree, memberTrees, TreeReader } from './tree.js';

/** The tree's class inside each ensemble. */
const MEMBER_BY_ENSEMBLE: ReadonlyMap<string, string> = new Map([
  ['RandomForestClassifier', 'DecisionTreeClassifier'],
  ['ExtraTreesClassifier', 'ExtraTreeClassifier'],
]);

/** Half the step from 1 − 2 · 0.5 to the score of the next P(anomaly). */
const BORDER_IS_NORMAL = -(2 ** -53);
const N_CLASSES = 2;
const ROUNDING = 1e-6;

export interface Classifier {
  readonly model: Model;
  /** Puts rows that are as probably normal as anomalous into the first class. */
  readonly threshold: number;
}

/** @throws AnomalyPredictorError `bad-model-file`; `bad-option` where the anomalous class is not known */
export function readClassifier(
  object: PickleObject,
  nFeatures: number,
  anomalyClass: string | undefined,
): Classifier {
  const anomaly = anomalyIndexOf(object, anomalyClass);
  const member = MEMBER_BY_ENSEMBLE.get(classOf(object));
  const estimators =
    member === undefined ? [object] : memberTrees(object, itemsOf(object, 'estimators_'), member);
  const fractions = holdsFractions(object);
  const reader = new TreeReader();
  const trees = estimators.map((estimator) => {
    const tree = reader.read(estimator, nFeatures, N_CLASSES);
    checkRoot(tree, fractions);
    const leafValue = anomalyShares(tree, anomaly, fractions);
    if (member === undefined) decideByWeights(leafValue, tree.values, anomaly);
    return { ...tree.structure, leafValue, cover: tree.weightAt } satisfies DecisionTree;
  });
  return {
    model: { type: 'forest', forest: layOutForest(trees, nFeatures) },
    threshold: anomaly === 0 ? 0 : BORDER_IS_NORMAL,
  };
}

/** Trees hold the weight of each class up to 1.3, and its share since 1.4 (scikit-learn #27639). */
function holdsFractions(object: PickleObject): boolean {
  const version = attributeOf(object, '_sklearn_version');
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(typeof version === 'string' ? version : '') ?? [];
  if (major === undefined) {
    throw unexpected(object, '_sklearn_version', 'a version such as 1.2.1', version);
  }
  return Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 4);
}

/** The root tells whether the version is right about what the values are. */
function checkRoot({ object, values, weightAt }: FittedTree, fractions: boolean): void {
  const sum = values[0] + values[1];
  const expected = fractions ? 1 : weightAt[0];
  if (Math.abs(sum - expected) <= ROUNDING * expected) return;
  const kind = fractions ? 'shares of the classes' : 'weights of the classes';
  throw badAttribute(
    object,
    'values',
    `${kind} at the root, as in its version of scikit-learn, sum up to ${expected}, not to ${sum}`,
  );
}

/** [nNodes] share of the anomalous class; shares are taken as they are, as predict_proba does. */
function anomalyShares(
  { object, values }: FittedTree,
  anomaly: AnomalyIndex,
  fractions: boolean,
): Float64Array {
  const shares = new Float64Array(values.length / N_CLASSES);
  for (let node = 0; node < shares.length; node++) {
    const [anomalous, normal] = classValues(values, node, anomaly);
    const sum = anomalous + normal;
    const isSum = fractions ? Math.abs(sum - 1) <= ROUNDING : sum > 0;
    if (!(anomalous >= 0 && normal >= 0 && isSum)) {
      const what = fractions ? 'no shares of a whole' : 'no weights';
      throw badAttribute(
        object,
        'values',
        `${anomalous} and ${normal} of node ${node} are ${what}`,
      );
    }
    shares[node] = fractions ? Math.min(anomalous, 1) : anomalous / sum;
  }
  return shares;
}

/**
 * A tree of its own compares the weights before it divides: where they are equal but for their last bits, the share
 * can round to the other side of the border.
 */
function decideByWeights(shares: Float64Array, values: Float64Array, anomaly: AnomalyIndex): void {
  for (let node = 0; node < shares.length; node++) {
    const [anomalous, normal] = classValues(values, node, anomaly);
    if (anomaly === 0) {
      if (anomalous < normal) shares[node] = Math.min(shares[node], 0.5 - 2 ** -54);
      else shares[node] = Math.max(shares[node], 0.5);
    } else if (anomalous > normal) shares[node] = Math.max(shares[node], 0.5 + 2 ** -53);
    else shares[node] = Math.min(shares[node], 0.5);
  }
}

function classValues(
  values: Float64Array,
  node: number,
  anomaly: AnomalyIndex,
): readonly [anomalous: number, normal: number] {
  const start = node * N_CLASSES;
  return [values[start + anomaly], values[start + 1 - anomaly]];
}
