// The operators that can be read, by name: what each makes of what is known of its inputs.
import { showValue } from '../../errors.js';
import { badModelFile } from '../model-file-error.js';
import {
  applyBinary,
  applyCast,
  applyUnary,
  leafTableOf,
  signTable,
  sumOfTrees,
} from './arithmetic.js';
import { FUNCTION_DOMAIN } from './define-function.js';
import { type ElementType, elementTypeOf, ML_DOMAIN } from './format.js';
import { applyFunction, type DefinedFunctions } from './function-operators.js';
import type { NodeAttributes } from './node-attributes.js';
import type { OnnxNode } from './read-model.js';
import { castRows, hasAllFeatures, transformed } from './scaled-rows.js';
import { readSvmClassifier, readSvmRegressor } from './svm-operators.js';
import { readTreeClassifier, readTreeRegressor } from './tree-ensemble.js';
import { readTreeEnsemble5 } from './tree-ensemble-5.js';
import type { Constant, LeafTable, Rows, Value } from './values.js';

export interface Call {
  readonly node: OnnxNode;
  readonly inputs: readonly Value[];
  readonly attributes: NodeAttributes;
  readonly functions: DefinedFunctions;
}

/** One per output; undefined where the operator is not known to do anything with such inputs. */
type Results = Value | readonly Value[] | undefined;

const BINARY = ['Add', 'Sub', 'Mul', 'Div', 'Max', 'Pow', 'Equal', 'Greater', 'Less'];
const UNARY = ['Abs', 'Log', 'Neg', 'Sign'];
const UNUSED: Value = { kind: 'unused' };

const OPERATORS: Readonly<Record<string, (call: Call) => Results>> = {
  ...Object.fromEntries(BINARY.map((name) => [name, binary])),
  ...Object.fromEntries(
    UNARY.map((name) => [name, ({ inputs: [a] }: Call) => applyUnary(name, a)]),
  ),
  Identity: ({ inputs: [a] }) => a,
  Cast: cast,
  Concat: concat,
  Constant: constant,
  Gather: gather,
  Reshape: reshape,
  Sum: sum,
};

const ML_OPERATORS: Readonly<Record<string, (call: Call) => Results>> = {
  ArrayFeatureExtractor: ({ inputs: [a] }) => (a.kind === 'unused' ? UNUSED : undefined),
  LabelEncoder: encodeLabels,
  Normalizer: normalize,
  Scaler: scale,
  SVMClassifier: ({ inputs: [a], attributes }) =>
    a.kind === 'rows' ? readSvmClassifier(attributes, a) : undefined,
  SVMRegressor: ({ inputs: [a], attributes }) =>
    a.kind === 'rows' ? readSvmRegressor(attributes, a) : undefined,
  TreeEnsemble: ({ inputs: [a], attributes }) =>
    a.kind === 'rows' ? readTreeEnsemble5(attributes, a) : undefined,
  TreeEnsembleClassifier: ({ inputs: [a], attributes }) =>
    a.kind === 'rows' ? readTreeClassifier(attributes, a) : undefined,
  TreeEnsembleRegressor: ({ inputs: [a], attributes }) =>
    a.kind === 'rows' ? readTreeRegressor(attributes, a) : undefined,
  ZipMap: zipMap,
};

/** How many inputs each takes, where it is not one. */
const N_INPUTS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(BINARY.map((name) => [name, 2])),
  ArrayFeatureExtractor: 2,
  Constant: 0,
  Gather: 2,
  Reshape: 2,
};
const ANY_NUMBER = ['Concat', 'Sum'];

/** @throws AnomalyPredictorError 'bad-model-file' that names the operator, and what of it is not supported */
export function applyOperator(call: Call): readonly Value[] {
  const { node, inputs, attributes } = call;
  const name = node.domain === '' ? node.operator : `${node.domain}.${node.operator}`;
  if (node.domain === FUNCTION_DOMAIN) return [applyFunction(call)];
  const operators = node.domain === ML_DOMAIN ? ML_OPERATORS : OPERATORS;
  const isKnown = node.domain === '' || node.domain === 'ai.onnx' || node.domain === ML_DOMAIN;
  if (!isKnown || !Object.hasOwn(operators, node.operator)) {
    throw badModelFile(`${node.place}: the operator ${showValue(name)} is not supported`);
  }
  const nExpected = N_INPUTS[node.operator] ?? 1;
  if (ANY_NUMBER.includes(node.operator) ? inputs.length === 0 : inputs.length !== nExpected) {
    throw badModelFile(`${node.place}: it has ${inputs.length} inputs, expected ${nExpected}`);
  }
  const results = operators[node.operator](call);
  if (results === undefined) {
    const kinds = inputs.map(describe).join(' and ');
    throw badModelFile(`${node.place}: it is not supported on ${kinds}`);
  }
  attributes.finish();
  return Array.isArray(results) ? results : [results as Value];
}

function binary({ node, inputs: [a, b] }: Call): Results {
  return applyBinary(node.operator, a, b);
}

function cast({ inputs: [a], attributes }: Call): Results {
  const code = attributes.require('to', 'int');
  attributes.ignore('saturate');
  const elementType = elementTypeOf(code);
  if (elementType === undefined) throw attributes.fail('to', `data type ${code} is not supported`);
  if (a.kind !== 'rows') return applyCast(toLeaves(a, elementType), elementType);
  return elementType === 'float' || elementType === 'double' ? castRows(a, elementType) : undefined;
}

/** Whole numbers of a single tree's score are the numbers of its leaves. */
function toLeaves(a: Value, elementType: ElementType): Value {
  return elementType === 'int64' || elementType === 'int32' ? (leafTableOf(a) ?? a) : a;
}

/** Columns of rows, or what is beside the labels. */
function concat({ inputs, attributes }: Call): Results {
  const axis = attributes.require('axis', 'int');
  if (axis !== 1 && axis !== -1) throw attributes.fail('axis', `${axis} is not supported`);
  if (!inputs.every((input) => input.kind === 'rows')) {
    return inputs.some((input) => input.kind === 'constant') ? undefined : UNUSED;
  }
  const [first, ...others] = inputs as readonly Rows[];
  const isSame = (rows: Rows) =>
    rows.transforms.length === 0 &&
    rows.elementType === first.elementType &&
    rows.roundingIsDue === first.roundingIsDue;
  if (!isSame(first) || !others.every(isSame)) return undefined;
  const columns = inputs.flatMap((rows) => Array.from((rows as Rows).columns));
  return { ...first, columns: Int32Array.from(columns) };
}

function constant({ attributes }: Call): Results {
  return { kind: 'constant', ...attributes.require('value', 'tensor') };
}

/** Columns of rows, or labels by number. */
function gather({ inputs: [a, b], attributes }: Call): Results {
  const axis = attributes.take('axis', 'int') ?? 0;
  if (a.kind === 'rows' && axis === 1 && isNumbers(b)) {
    const columns = Int32Array.from(b.values, (column) => a.columns[column] ?? -1);
    const at = columns.indexOf(-1);
    if (at >= 0) throw attributes.fail('axis', `column ${b.values[at]} of ${a.columns.length}`);
    return { ...a, columns };
  }
  if (a.kind === 'constant' && axis === 0 && b.kind === 'sign-table') {
    const labels = b.cells.map((cell) => a.values[cell as number]);
    if (labels.some((label) => label === undefined)) return undefined;
    return signTable(b.score, a.elementType, labels);
  }
  return a.kind === 'unused' ? UNUSED : undefined;
}

/** Leaves rows apart as they are. */
function reshape({ inputs: [a, b], attributes }: Call): Results {
  attributes.expect('allowzero', 'int', 0);
  if (a.kind === 'unused') return a;
  if (!isNumbers(b) || a.kind === 'constant') return undefined;
  const [nRows, nColumns = 1, ...more] = b.values;
  const width = a.kind === 'rows' ? a.columns.length : 1;
  return nRows === -1 && nColumns === width && more.length === 0 ? a : undefined;
}

function sum({ inputs }: Call): Results {
  if (inputs.some(({ kind }) => kind === 'unused')) return UNUSED;
  return inputs.every(({ kind }) => kind === 'leaf-table')
    ? sumOfTrees(inputs as readonly LeafTable[])
    : undefined;
}

function scale({ inputs: [a], attributes }: Call): Results {
  if (a.kind !== 'rows' || !hasAllFeatures(a) || a.elementType === 'double') return undefined;
  const { nFeatures } = a;
  const numbers = (name: string) => {
    const values = attributes.require(name, 'floats');
    if (values.length !== nFeatures && values.length !== 1) {
      throw attributes.fail(name, `it has ${values.length} numbers, expected ${nFeatures}`);
    }
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) throw attributes.fail(name, `number ${at} is ${values[at]}`);
    return Float64Array.from({ length: nFeatures }, (_, i) => values[i % values.length]);
  };
  const [offset, factor] = [numbers('offset'), numbers('scale')];
  return transformed(a, { type: 'float32', nFeatures, offset, factor });
}

/** Not by the maximum, which is the largest value in ONNX and the largest magnitude in scikit-learn. */
function normalize({ inputs: [a], attributes }: Call): Results {
  if (a.kind !== 'rows' || !hasAllFeatures(a)) return undefined;
  const name = attributes.take('norm', 'string') ?? 'MAX';
  const norm = (['l1', 'l2'] as const).find((known) => known.toUpperCase() === name);
  if (norm === undefined) throw attributes.fail('norm', `${showValue(name)} is not supported`);
  const { nFeatures } = a;
  return transformed(castRows(a, 'float'), { type: 'normalize', nFeatures, norm });
}

/** From numbers of leaves to what was counted at them. */
function encodeLabels({ inputs: [a], attributes }: Call): Results {
  const table = leafTableOf(a);
  if (table === undefined) return undefined;
  const keys =
    attributes.take('keys_int64s', 'ints') ?? attributes.require('keys_floats', 'floats');
  const values = attributes.require('values_floats', 'floats');
  attributes.ignore('default_float', 'default_int64', 'default_string');
  if (keys.length !== values.length) {
    throw attributes.fail('values_floats', `${values.length} values for ${keys.length} keys`);
  }
  const valueByKey = new Map(Array.from(keys, (key, i) => [key, values[i]]));
  const cells = table.cells.map((cell) => valueByKey.get(cell) ?? Number.NaN);
  const missing = cells.findIndex(Number.isNaN);
  if (missing >= 0) throw attributes.fail('values_floats', `none for leaf ${table.cells[missing]}`);
  return { ...table, elementType: 'float', cells };
}

/** Makes dictionaries of probabilities, which are beside the labels. */
function zipMap({ inputs: [a], attributes }: Call): Results {
  attributes.ignore('classlabels_int64s', 'classlabels_strings');
  return a.kind === 'constant' ? undefined : UNUSED;
}

function isNumbers(value: Value): value is Constant & { readonly values: Float64Array } {
  return value.kind === 'constant' && value.values instanceof Float64Array;
}

function describe(value: Value): string {
  switch (value.kind) {
    case 'rows':
      return `${value.transforms.length === 0 ? 'the input' : 'scaled rows'} (${value.elementType})`;
    case 'constant':
      return `a constant of shape [${value.dimensions}] (${value.elementType})`;
    case 'leaf-table':
      return 'what a tree answers';
    case 'score':
      return 'a score';
    case 'sign-table':
      return 'labels';
    case 'unused':
      return "a classifier's scores";
  }
}
