// From the estimators in a pickle to a model that kernels can score with.
import { AnomalyPredictorError } from '../../errors.js';
import type { ImportedModel, ImportOptions } from '../imported-model.js';
import { badModelFile } from '../model-file-error.js';
import { elements } from '../pickle/numpy-elements.js';
import type { PickleObject, PickleValue } from '../pickle/values.js';
import { arrayOf, attributeOf, badAttribute, classOf, countOf } from './attributes.js';
import { readClassifier } from './forest.js';
import { readIsolationForest } from './isolation-forest.js';
import { readOneClassSvm } from './one-class-svm.js';
import { parametersOf } from './parameters.js';
import { stepsOf } from './pipeline.js';
import { type ReadScaler, SCALER_BY_CLASS } from './scalers.js';

const CLASSIFIERS: readonly string[] = [
  'RandomForestClassifier',
  'ExtraTreesClassifier',
  'DecisionTreeClassifier',
  'ExtraTreeClassifier',
];
/** As in a schema. */
const MOST_FEATURES = 10_000;

/**
 * The model in `model`, and before it the scalers in the same file, and before these the ones in `scaler`.
 * @throws AnomalyPredictorError `bad-model-file` that names estimator, attribute, value and place; `bad-option` where
 * an option does not fit the model
 */
export function importScikitLearn(
  model: PickleValue,
  scaler: PickleValue | undefined,
  { anomalyClass }: ImportOptions,
): ImportedModel {
  const steps = [...(scaler === undefined ? [] : stepsOf(scaler)), ...stepsOf(model)];
  const estimator = steps.at(-1);
  if (estimator === undefined) throw badModelFile('the pipeline has no steps');
  const readModel = modelReaderOf(estimator, anomalyClass);
  const scalers = steps.slice(0, -1).map((step) => ({ step, read: scalerReaderOf(step) }));
  const nFeatures = featureCountOf(steps);
  return {
    ...readModel(nFeatures),
    transforms: scalers.map(({ step, read }) => read(step, nFeatures)),
    nFeatures,
    featureNames: featureNamesOf(steps, nFeatures),
    estimator: steps.map(classOf).join(', '),
    libraryVersion: versionOf(estimator),
    parameters: parametersOf(estimator),
  };
}

type ReadModel = (nFeatures: number) => Pick<ImportedModel, 'model' | 'threshold'>;

function modelReaderOf(estimator: PickleObject, anomalyClass: string | undefined): ReadModel {
  const name = classOf(estimator);
  if (CLASSIFIERS.includes(name)) {
    return (nFeatures) => readClassifier(estimator, nFeatures, anomalyClass);
  }
  const read = READ_BY_CLASS.get(name);
  if (read === undefined) {
    const known = [...READ_BY_CLASS.keys(), ...CLASSIFIERS].join(', ');
    throw badModelFile(
      `${name} at byte ${estimator.offsetBytes} is no model: expected ${known}, or a Pipeline ` +
        'or search around one',
    );
  }
  if (anomalyClass !== undefined) {
    throw new AnomalyPredictorError('bad-option', `${name} has no classes to name one of`, {
      field: 'anomaly-class',
    });
  }
  return (nFeatures) => ({ model: read(estimator, nFeatures), threshold: 0 });
}

const READ_BY_CLASS = new Map([
  ['OneClassSVM', readOneClassSvm],
  ['IsolationForest', readIsolationForest],
]);

function scalerReaderOf(step: PickleObject): ReadScaler {
  const name = classOf(step);
  const read = SCALER_BY_CLASS.get(name);
  if (read !== undefined) return read;
  const known = [...SCALER_BY_CLASS.keys()].join(', ');
  throw badModelFile(
    `${name} at byte ${step.offsetBytes} cannot stand before a model: expected ${known}`,
  );
}

/** On which all agree. */
function featureCountOf(steps: readonly PickleObject[]): number {
  const [first, ...others] = steps;
  const nFeatures = countOf(first, 'n_features_in_', 1, MOST_FEATURES);
  for (const other of others) {
    const count = countOf(other, 'n_features_in_', 1, MOST_FEATURES);
    if (count === nFeatures) continue;
    const problem = `expected ${nFeatures} as of ${classOf(first)}, got ${count}`;
    throw badAttribute(other, 'n_features_in_', problem);
  }
  return nFeatures;
}

/** Those that were trained on a DataFrame know its columns (since 1.0); where several do, they agree. */
function featureNamesOf(
  steps: readonly PickleObject[],
  nFeatures: number,
): readonly string[] | null {
  let names: readonly string[] | null = null;
  for (const step of steps) {
    if (attributeOf(step, 'feature_names_in_') === undefined) continue;
    const own = ownNamesOf(step, nFeatures);
    const at = own.findIndex((name, i) => names !== null && name !== names[i]);
    if (at >= 0) {
      const problem = `feature ${at} is "${own[at]}", but "${names?.[at]}" in the step before`;
      throw badAttribute(step, 'feature_names_in_', problem);
    }
    names = own;
  }
  return names;
}

function ownNamesOf(step: PickleObject, nFeatures: number): readonly string[] {
  return elements(arrayOf(step, 'feature_names_in_', [nFeatures])).map((name, i) => {
    if (typeof name === 'string') return name;
    throw badAttribute(step, 'feature_names_in_', `feature ${i} has no text for its name`);
  });
}

function versionOf(estimator: PickleObject): string | null {
  const version = attributeOf(estimator, '_sklearn_version');
  return typeof version === 'string' ? version.slice(0, 100) : null;
}
