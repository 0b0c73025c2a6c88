import { describe, expect, it } from 'vitest';
import type { AnomalyPredictorError } from '../../../src/errors.js';
import { importModel } from '../../../src/interop/import-model.js';
import { readPickle } from '../../../src/interop/pickle/read-pickle.js';
import {
  type NumpyArray,
  PickleGlobal,
  PickleObject,
  PickleSequence,
  type PickleValue,
} from '../../../src/interop/pickle/values.js';
import { importScikitLearn } from '../../../src/interop/scikit-learn/import-scikit-learn.js';
import { rejectedWith } from '../../support/rejected-with.js';
import { modelFile } from '../../support/scikit-learn-models.js';
import { thrownBy } from '../../support/thrown-by.js';

describe('a file of scikit-learn is refused that holds', () => {
  it.each([
    ['three classes', 'three-classes', /RandomForestClassifier\.classes_: expected 2 .* got 3 \(/],
    ['one class', 'one-class', /RandomForestClassifier\.classes_: expected 2 .* got 1 \(/],
    ['two outputs', 'two-outputs', /RandomForestClassifier\.n_outputs_: expected one .* got 2 \(/],
    ['what was not trained', 'not-fitted', /OneClassSVM\.n_features_in_: .* got nothing \(object/],
    ['a kernel given as a matrix', 'precomputed', /OneClassSVM\.kernel: .* got "precomputed" \(/],
    ['a scaler alone', 'scaler', /^StandardScaler at byte \d+ is no model: expected OneClassSVM/],
    ['a scaler behind the model', 'upside-down', /^StandardScaler at byte \d+ is no model/],
    ['a dict', 'dict', /^the file holds a dict, expected an estimator/],
  ])('%s', async (_, name, message) => {
    const file = modelFile(`refused-${name}.joblib`);
    expect(await rejectedWith('bad-model-file', () => importModel(file))).toMatch(message);
  });
});

describe('a model and a scaler that do not fit are refused:', () => {
  const refusal = (model: string, scaler: string) =>
    rejectedWith('bad-model-file', () =>
      importModel(modelFile(model), { scaler: modelFile(scaler) }),
    );

  it('by numbers of features', async () => {
    expect(await refusal('svm-rbf-scale.joblib', 'refused-three-features.joblib')).toMatch(
      /^OneClassSVM\.n_features_in_: expected 3 as of StandardScaler, got 4 \(object at byte \d+\)$/,
    );
  });

  it('a model in place of the scaler', async () => {
    expect(await refusal('svm-rbf-scale.joblib', 'svm-linear.joblib')).toMatch(
      /^OneClassSVM at byte \d+ cannot stand before a model: expected StandardScaler, /,
    );
  });

  it('by names of features', () => {
    const scaler = read('named.joblib');
    const model = read('forest-named.joblib');
    objectsOf(scaler.items('steps')[0].items[1]).array('feature_names_in_', (names) => {
      (names.data as PickleValue[])[2] = 'gaps';
    });
    const [, step] = scaler.items('steps')[0].items;
    expect(thrownBy(() => importScikitLearn(model.value, step, {})).message).toMatch(
      /^RandomForestClassifier\.feature_names_in_: feature 2 is "gap", but "gaps" in the step before/,
    );
  });
});

describe('the anomalous class', () => {
  const refusal = (file: string, options: { anomalyClass?: string }) =>
    rejectedWith('bad-option', () => importModel(modelFile(file), options));

  it('must be named where none of the classes is -1', async () => {
    expect(await refusal('forest-texts.joblib', {})).toBe(
      'RandomForestClassifier: the classes are odd and usual: say which one is the anomalous one',
    );
  });

  it('must be one of the classes', async () => {
    expect(await refusal('forest-0-1.joblib', { anomalyClass: '2' })).toBe(
      'RandomForestClassifier: the anomalous class "2" is none of 0 and 1',
    );
    expect(await refusal('forest-0-1.joblib', { anomalyClass: '' })).toMatch(/none of 0 and 1$/);
  });

  it('is nothing that a model without classes has', async () => {
    expect(await refusal('svm-linear.joblib', { anomalyClass: '-1' })).toBe(
      'OneClassSVM has no classes to name one of',
    );
  });
});

/** Each case damages a sound model; the attribute is named as its owner's class calls it. */
type Damage = [title: string, damage: (model: Editor) => void, message: RegExp];

const svmDamages: Damage[] = [
  ['a sparse matrix', (svm) => svm.set('_sparse', true), /^OneClassSVM\._sparse: it was trained/],
  [
    'a function for its kernel',
    (svm) => svm.set('kernel', new PickleGlobal('os.system')),
    /^OneClassSVM\.kernel: the function os\.system cannot be read/,
  ],
  ['no gamma', (svm) => svm.set('_gamma', null), /_gamma: expected a finite number, got None/],
  ['a negative gamma', (svm) => svm.set('_gamma', -1), /_gamma: expected at least 0, got -1/],
  [
    'fewer coefficients than support vectors',
    (svm) => svm.array('dual_coef_', (array) => reshape(array, [1, 3])),
    /dual_coef_: expected an array of shape \(1, \d+\), got .*\(1, 3\) and dtype <f8 \(object at/,
  ],
  [
    'a coefficient below 0',
    (svm) => svm.array('dual_coef_', (array) => setNumber(array, 4, -0.5)),
    /dual_coef_: element 4 is -0\.5, not above 0/,
  ],
  [
    'support vectors of another number of features',
    (svm) => svm.array('support_vectors_', (array) => reshape(array, [array.shape[0] * 2, 2])),
    /support_vectors_: expected an array of shape \(any, 4\), got an array of shape \(\d+, 2\)/,
  ],
  [
    'a support vector that is not finite',
    (svm) => svm.array('support_vectors_', (array) => setNumber(array, 5, Number.NaN)),
    /support_vectors_: element 5 is NaN/,
  ],
  [
    'no support vectors',
    (svm) => svm.array('support_vectors_', (array) => reshape(array, [0, 4])),
    /support_vectors_: there is none/,
  ],
  [
    'an infinite intercept',
    (svm) => svm.array('intercept_', (array) => setNumber(array, 0, Number.POSITIVE_INFINITY)),
    /intercept_: element 0 is Infinity/,
  ],
  [
    'too many features',
    (svm) => svm.set('n_features_in_', 1e9),
    /n_features_in_: .* 1 to 10000, got/,
  ],
];

const polyDamages: Damage[] = [
  ['a broken degree', (svm) => svm.set('degree', 2.5), /degree: expected a whole .*got 2\.5/],
  ['a huge degree', (svm) => svm.set('degree', 1e6), /degree: .* 0 to 1000, got 1000000/],
  ['no coef0', (svm) => svm.set('coef0', null), /coef0: expected a finite number, got None/],
];

const treeDamages: Damage[] = [
  ['a child before its parent', nodeField(2, 'left_child', 1), /node 2 of \d+: child 1 is no node/],
  ['a child that is its parent', nodeField(0, 'right_child', 0), /node 0 of \d+: child 0 is no/],
  ['a child that is not there', nodeField(0, 'left_child', 99), /node 0 of \d+: child 99 is no/],
  ['half a leaf', nodeField(0, 'left_child', -1), /node 0 of \d+: child -1 is no node/],
  ['one child twice', nodeField(0, 'right_child', 1), /node 0 .* child 1 has another parent too/],
  ['a node without parent', leafAt(0), /node 1 of \d+: no node has it for its child/],
  ['a feature that is not there', nodeField(0, 'feature', 4), /feature 4 is none of the 4/],
  ['a negative feature', nodeField(0, 'feature', -2), /feature -2 is none of the 4/],
  ['a threshold of NaN', nodeField(0, 'threshold', Number.NaN), /threshold NaN is no number/],
  [
    'a threshold of -Infinity',
    nodeField(0, 'threshold', Number.NEGATIVE_INFINITY),
    /threshold -Infinity is no number/,
  ],
  [
    'a node that no training row came to',
    nodeField(1, 'weighted_n_node_samples', 0),
    /Tree\.nodes: weighted_n_node_samples of node 1 is 0, not above 0/,
  ],
  [
    'another number of nodes',
    (model) => treeOf(model).set('node_count', 3),
    /Tree\.values: expected an array of shape \(3, 1, 2\), got/,
  ],
  [
    'fewer nodes than values',
    (model) => treeOf(model).array('nodes', (array) => reshape(array, [2])),
    /Tree\.nodes: expected an array of shape \(\d+\), got an array of shape \(2\)/,
  ],
  [
    'nodes without their fields',
    (model) => treeOf(model).array('nodes', (array) => array.dtype.fields && rename(array)),
    /Tree\.nodes: .* has no field "threshold"/,
  ],
  [
    'a negative weight',
    (model) =>
      treeOf(model).array('values', (array) => {
        setNumber(array, 2, -3);
      }),
    /Tree\.values: .*-3.* of node 1 are no weights/,
  ],
  [
    'weights in the place of shares',
    (model) => model.set('_sklearn_version', '1.4.0'),
    /Tree\.values: shares of the classes at the root, .* sum up to 1, not to 121 \(/,
  ],
  ['no version', (model) => model.set('_sklearn_version', null), /_sklearn_version: .* got None/],
  [
    'one tree twice',
    (model) => {
      const trees = model.list('estimators_');
      trees[1] = trees[0];
    },
    /Tree\.values: the array belongs to another tree too/,
  ],
  [
    'no trees',
    (model) => {
      model.list('estimators_').length = 0;
    },
    /RandomForestClassifier\.estimators_: there are no trees/,
  ],
  [
    'a tree of another kind',
    (model) => {
      model.list('estimators_')[1] = model.value;
    },
    /estimators_: item 1 is no DecisionTreeClassifier/,
  ],
  [
    'a tree of another number of features',
    (model) => {
      (treeOf(model).value.args as PickleValue[])[0] = 3;
    },
    /Tree\.n_features: expected 4, got 3/,
  ],
];

const isolationDamages: Damage[] = [
  ['an offset above 0', (model) => model.set('offset_', 0.1), /offset_: 0\.1 is not between/],
  ['trees of one row', (model) => model.set('max_samples_', 1), /max_samples_: expected .* from 2/],
  [
    'features that are not there',
    (model) => {
      const [first] = model.list('estimators_features_');
      setInteger(first as NumpyArray, 1, 4);
    },
    /estimators_features_: 4 is none of the 4 features/,
  ],
  [
    'too few lists of features',
    (model) => model.list('estimators_features_').pop(),
    /estimators_features_: 5 lists for 6 trees/,
  ],
  [
    'a negative number of rows',
    nodeField(1, 'n_node_samples', -1),
    /Tree\.nodes: n_node_samples of node 1 is -1/,
  ],
];

const scalerDamages: Damage[] = [
  ['a mean that is missing', first((scaler) => scaler.set('mean_', null)), /mean_: .* got None/],
  [
    'a scale of 0',
    first((scaler) => scaler.array('scale_', (array) => setNumber(array, 2, 0))),
    /StandardScaler\.scale_: element 2 is 0, not above 0/,
  ],
  [
    'flags that are none',
    first((scaler) => scaler.set('with_mean', 'yes')),
    /with_mean: expected True or False, got "yes"/,
  ],
  ['steps that are no pairs', (model) => model.list('steps').push(1), /Pipeline\.steps: expected/],
  [
    'a step that is no estimator',
    (model) => model.list('steps').push(new PickleSequence('tuple', ['x', 'y'])),
    /^the file holds a string, expected an estimator/,
  ],
];

describe.each([
  ['One-Class SVM', 'svm-rbf-scale.joblib', svmDamages],
  ['One-Class SVM of degree 3', 'svm-poly-3.joblib', polyDamages],
  ['forest', 'forest.joblib', treeDamages],
  ['isolation forest', 'isolation-features.joblib', isolationDamages],
  ['pipeline', 'standard.joblib', scalerDamages],
])('a %s is refused that has', (_, file, damages) => {
  it.each(damages)('%s', (_title, damage, message) => {
    const model = read(file);
    damage(model);
    const error: AnomalyPredictorError = thrownBy(() =>
      importScikitLearn(model.value, undefined, {}),
    );
    expect(error.tag).toBe('bad-model-file');
    expect(error.message).toMatch(message);
  });
});

it('a list that names one scaler a million times is refused before it takes memory', () => {
  const model = read('standard.joblib');
  const million = new Array<PickleValue>(1_000_000).fill(model.list('steps')[0]);
  model.set('steps', new PickleSequence('list', million));
  expect(thrownBy(() => importScikitLearn(model.value, undefined, {})).message).toBe(
    'more than 100 estimators in a row',
  );
});

/** An object of a pickle with what tests need to damage it. */
interface Editor {
  readonly value: PickleObject;
  set(attribute: string, value: PickleValue): void;
  array(attribute: string, change: (array: NumpyArray) => void): void;
  list(attribute: string): PickleValue[];
  items(attribute: string): { readonly items: readonly PickleValue[] }[];
}

function read(file: string): Editor {
  return objectsOf(readPickle(modelFile(file).bytes));
}

function objectsOf(value: PickleValue): Editor {
  if (!(value instanceof PickleObject)) throw new Error('no object');
  const state = value.state as Map<string, PickleValue>;
  const list = (attribute: string) => {
    const sequence = state.get(attribute);
    if (!(sequence instanceof PickleSequence)) throw new Error(`no list ${attribute}`);
    return sequence.items as PickleValue[];
  };
  return {
    value,
    set: (attribute, to) => state.set(attribute, to),
    array: (attribute, change) => change(state.get(attribute) as NumpyArray),
    list,
    items: (attribute) => list(attribute) as PickleSequence[],
  };
}

/** Of the first estimator. */
function treeOf(model: Editor): Editor {
  const estimator = objectsOf(model.list('estimators_')[0]);
  return objectsOf(estimator.value.state?.get('tree_') ?? null);
}

/** Of a pipeline. */
function first(damage: (step: Editor) => void): (pipeline: Editor) => void {
  return (pipeline) => damage(objectsOf(pipeline.items('steps')[0].items[1]));
}

const FLOATS: readonly string[] = ['threshold', 'weighted_n_node_samples'];

function nodeField(node: number, field: string, value: number): (model: Editor) => void {
  return (model) => {
    treeOf(model).array('nodes', (nodes) => {
      const at = node * nodes.dtype.itemBytes + (nodes.dtype.fields?.get(field)?.offsetBytes ?? -1);
      if (FLOATS.includes(field)) viewOf(nodes).setFloat64(at, value, true);
      else viewOf(nodes).setBigInt64(at, BigInt(value), true);
    });
  };
}

function leafAt(node: number): (model: Editor) => void {
  return (model) => {
    nodeField(node, 'left_child', -1)(model);
    nodeField(node, 'right_child', -1)(model);
  };
}

function rename(nodes: NumpyArray): void {
  (nodes.dtype.fields as Map<string, unknown>).delete('threshold');
}

function reshape(array: NumpyArray, shape: readonly number[]): void {
  const elements = shape.reduce((product, length) => product * length, 1);
  const data = (array.data as Uint8Array).subarray(0, elements * array.dtype.itemBytes);
  Object.assign(array, { shape, data });
}

function setNumber(array: NumpyArray, element: number, value: number): void {
  viewOf(array).setFloat64(8 * element, value, true);
}

function setInteger(array: NumpyArray, element: number, value: number): void {
  viewOf(array).setBigInt64(8 * element, BigInt(value), true);
}

function viewOf({ data }: NumpyArray): DataView {
  if (!(data instanceof Uint8Array)) throw new Error('no bytes');
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}
