// Functions that exported models define for themselves: what a detector computes, in float64, out of operators that
// every runtime has. ONNX's own Scaler and SVMRegressor compute in float32, and their labels are not always ours.
// X is [rows × features]; vectors are [vectors × features], coefficients [vectors × 1], all else one number or one
// per feature.
import type { KernelFunction, Transform } from '../../../native-free-kernels/contract.js';
import { LOG1P, QUANTILE_MAP } from './column-functions.js';
import { alongAxis, constant, define, node } from './define-function.js';
import { ELEMENT_TYPES } from './format.js';
import { encodeFunction, type FunctionData, type NodeData } from './write-model.js';

/** Of the metadata: a JSON list of the features' names, in the order of the columns. */
export const FEATURES_KEY = 'features';

const SVM_INPUTS = ['X', 'vectors', 'coefficients', 'intercept'] as const;

/** K(X, vectors) [rows × vectors] follows the dot products, then coefficients and intercept. */
function decision(name: string, inputs: readonly string[], kernel: readonly NodeData[]) {
  return define(
    name,
    [...SVM_INPUTS, ...inputs],
    [
      node('Transpose', ['vectors'], 'columns', { perm: { ints: [1, 0] } }),
      node('MatMul', ['X', 'columns'], 'dot'),
      ...kernel,
      node('MatMul', ['K', 'coefficients'], 'sum'),
      node('Add', ['sum', 'intercept'], 'Y'),
    ],
  );
}

export const DECISIONS: Readonly<Record<KernelFunction, FunctionData>> = {
  linear: decision('LinearDecision', [], [node('Identity', ['dot'], 'K')]),
  poly: decision(
    'PolynomialDecision',
    ['gamma', 'coef0', 'degree'],
    [
      node('Mul', ['dot', 'gamma'], 'scaled'),
      node('Add', ['scaled', 'coef0'], 'shifted'),
      node('Pow', ['shifted', 'degree'], 'K'),
    ],
  ),
  sigmoid: decision(
    'SigmoidDecision',
    ['gamma', 'coef0'],
    [
      node('Mul', ['dot', 'gamma'], 'scaled'),
      node('Add', ['scaled', 'coef0'], 'shifted'),
      node('Tanh', ['shifted'], 'K'),
    ],
  ),
  // exp(−γ · max(|x|² + |v|² − 2 x·v, 0))
  rbf: decision(
    'RbfDecision',
    ['gamma'],
    [
      constant('two', 2),
      constant('zero', 0),
      node('ReduceSumSquare', ['X'], 'rowSquares', alongAxis(1)),
      node('ReduceSumSquare', ['columns'], 'vectorSquares', alongAxis(0)),
      node('Add', ['rowSquares', 'vectorSquares'], 'squares'),
      node('Mul', ['dot', 'two'], 'doubled'),
      node('Sub', ['squares', 'doubled'], 'rounded'),
      node('Max', ['rounded', 'zero'], 'distances'),
      node('Mul', ['distances', 'gamma'], 'scaled'),
      node('Neg', ['scaled'], 'exponents'),
      node('Exp', ['exponents'], 'K'),
    ],
  ),
};

export const STANDARDIZE = define(
  'Standardize',
  ['X', 'mean', 'scale'],
  [node('Sub', ['X', 'mean'], 'centred'), node('Div', ['centred', 'scale'], 'Y')],
);

export const SCALE_TO_RANGE = define(
  'ScaleToRange',
  ['X', 'factor', 'offset', 'lowest', 'highest'],
  [
    node('Mul', ['X', 'factor'], 'scaled'),
    node('Add', ['scaled', 'offset'], 'shifted'),
    node('Clip', ['shifted', 'lowest', 'highest'], 'Y'),
  ],
);

/** `offset` and `factor` are float32, as all of its arithmetic. */
export const SCALE_FLOAT32 = define(
  'ScaleFloat32',
  ['X', 'offset', 'factor'],
  [
    node('Cast', ['X'], 'rounded', { to: { int: ELEMENT_TYPES.float } }),
    node('Sub', ['rounded', 'offset'], 'centred'),
    node('Mul', ['centred', 'factor'], 'scaled'),
    node('Cast', ['scaled'], 'Y', { to: { int: ELEMENT_TYPES.double } }),
  ],
);

type Norm = (Transform & { type: 'normalize' })['norm'];

/** Rows of zeros stay: what they are divided by is the smallest number instead. */
function normalize(name: string, norms: readonly NodeData[]) {
  return define(
    name,
    ['X'],
    [
      constant('least', Number.MIN_VALUE),
      ...norms,
      node('Max', ['norms', 'least'], 'divisors'),
      node('Div', ['X', 'divisors'], 'Y'),
    ],
  );
}

export const NORMALIZE: Readonly<Record<Norm, FunctionData>> = {
  l1: normalize('NormalizeL1', [
    constant('axis', 1, 'int64'),
    node('Abs', ['X'], 'magnitudes'),
    node('ReduceSum', ['magnitudes', 'axis'], 'norms', { keepdims: { int: 1 } }),
  ]),
  l2: normalize('NormalizeL2', [
    node('ReduceSumSquare', ['X'], 'squares', alongAxis(1)),
    node('Sqrt', ['squares'], 'norms'),
  ]),
  max: normalize('NormalizeMax', [
    node('Abs', ['X'], 'magnitudes'),
    node('ReduceMax', ['magnitudes'], 'norms', alongAxis(1)),
  ]),
};

const ALL: readonly FunctionData[] = [
  ...Object.values(DECISIONS),
  STANDARDIZE,
  SCALE_TO_RANGE,
  SCALE_FLOAT32,
  ...Object.values(NORMALIZE),
  LOG1P,
  QUANTILE_MAP,
];

/** Encoded once: a file may define many. */
const ENCODED = ALL.map((data) => ({ data, bytes: encodeFunction(data) }));

/** The function that `bytes` define, where they do it as an exported model does. */
export function functionOf(bytes: Uint8Array): FunctionData | undefined {
  return ENCODED.find((known) => Buffer.compare(known.bytes, bytes) === 0)?.data;
}
