// SVMRegressor and SVMClassifier (ai.onnx.ml 1): Σ coefficients · K(row, vector) + rho.
import {
  KERNEL_FUNCTIONS,
  type OneClassSvm,
  type SvmKernel,
} from '../../../native-free-kernels/contract.js';
import { showValue } from '../../errors.js';
import { badModelFile } from '../model-file-error.js';
import { signTable } from './arithmetic.js';
import type { NodeAttributes } from './node-attributes.js';
import { hasAllFeatures, withRounding } from './scaled-rows.js';
import type { Rows, Score, Value } from './values.js';

const HIGHEST_DEGREE = 1_000;

/** The decision, or with `one_class` its sign as −1 and 1, where 0 counts as −1. */
export function readSvmRegressor(attributes: NodeAttributes, rows: Rows): Value {
  attributes.expect('post_transform', 'string', 'NONE');
  const nSupport = attributes.require('n_supports', 'int');
  const oneClass = attributes.take('one_class', 'int') ?? 0;
  const score = readDecision(attributes, rows, nSupport);
  return oneClass === 0 ? score : signTable(score, 'float', [-1, -1, 1]);
}

/** Labels of two classes; the first where the decision is above 0. */
export function readSvmClassifier(attributes: NodeAttributes, rows: Rows): readonly Value[] {
  attributes.expect('post_transform', 'string', 'NONE');
  // Of probabilities, which the labels do not depend on.
  attributes.ignore('prob_a', 'prob_b');
  const labels = readClassLabels(attributes, 'classlabels_ints', 'classlabels_strings');
  const perClass = attributes.require('vectors_per_class', 'ints');
  const nSupport = perClass.reduce((sum, count) => sum + count, 0);
  const score = readDecision(attributes, rows, nSupport);
  const [first, second] = labels;
  return [
    signTable(score, typeof first === 'string' ? 'string' : 'int64', [second, second, first]),
    { kind: 'unused' },
  ];
}

/** The two labels of a classifier; any other number of classes is refused. */
export function readClassLabels(
  attributes: NodeAttributes,
  intsName: string,
  stringsName: string,
): readonly (number | string)[] {
  const ints = attributes.take(intsName, 'ints');
  const strings = attributes.take(stringsName, 'strings');
  const labels: readonly (number | string)[] =
    strings !== undefined && strings.length > 0 ? strings : Array.from(ints ?? []);
  if (labels.length !== 2) {
    const name = strings !== undefined && strings.length > 0 ? stringsName : intsName;
    throw attributes.fail(name, `there are ${labels.length} classes, expected two`);
  }
  return labels;
}

function readDecision(attributes: NodeAttributes, rows: Rows, nSupport: number): Score {
  if (!hasAllFeatures(rows)) {
    throw badModelFile('a support vector machine does not take the features in their order');
  }
  const kernel = readKernel(attributes);
  const coefficients = attributes.require('coefficients', 'floats');
  const supportVectors = attributes.require('support_vectors', 'floats');
  const rho = attributes.require('rho', 'floats');
  const { nFeatures } = rows;
  if (nSupport <= 0) throw attributes.fail('coefficients', 'there are no support vectors');
  expectLength(attributes, 'coefficients', coefficients, nSupport);
  expectLength(attributes, 'support_vectors', supportVectors, nSupport * nFeatures);
  expectLength(attributes, 'rho', rho, 1);
  attributes.finish();
  const svm: OneClassSvm = {
    kernel,
    nFeatures,
    nSupport,
    supportVectors: Float64Array.from(supportVectors),
    coefficients: Float64Array.from(coefficients),
    intercept: rho[0],
  };
  const { transforms } = withRounding(rows);
  return {
    kind: 'score',
    elementType: 'float',
    base: { type: 'svm', transforms, svm },
    factor: 1,
    offset: 0,
  };
}

/** `kernel_params` are gamma, coef0 and degree. */
function readKernel(attributes: NodeAttributes): SvmKernel {
  const type = attributes.take('kernel_type', 'string') ?? 'LINEAR';
  const known = KERNEL_FUNCTIONS.find((name) => name.toUpperCase() === type);
  if (known === undefined) {
    throw attributes.fail('kernel_type', `${showValue(type)} is not supported`);
  }
  const parameters = attributes.take('kernel_params', 'floats') ?? new Float32Array(0);
  if (known !== 'linear') expectLength(attributes, 'kernel_params', parameters, 3);
  const [gamma = 0, coef0 = 0, degree = 0] = parameters;
  if (!(gamma >= 0 && Number.isFinite(gamma) && Number.isFinite(coef0))) {
    throw attributes.fail('kernel_params', `gamma ${gamma} or coef0 ${coef0} is not valid`);
  }
  if (known === 'poly' && !(Number.isInteger(degree) && degree >= 0 && degree <= HIGHEST_DEGREE)) {
    const range = `a whole number up to ${HIGHEST_DEGREE}`;
    throw attributes.fail('kernel_params', `degree ${degree} is not ${range}`);
  }
  return { function: known, gamma, coef0, degree: known === 'poly' ? degree : 0 };
}

function expectLength(
  attributes: NodeAttributes,
  name: string,
  values: Float32Array,
  length: number,
): void {
  if (values.length !== length) {
    throw attributes.fail(name, `it has ${values.length} numbers, expected ${length}`);
  }
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw attributes.fail(name, `number ${at} is ${values[at]}, expected a finite one`);
}
