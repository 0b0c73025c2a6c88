import { describe, expect, it } from 'vitest';
import { LOG1P, QUANTILE_MAP } from '../../../src/interop/onnx/column-functions.js';
import {
  ATTRIBUTE,
  GRAPH,
  ML_DOMAIN,
  MODEL,
  NODE,
  TENSOR,
} from '../../../src/interop/onnx/format.js';
import { importOnnx } from '../../../src/interop/onnx/import-onnx.js';
import {
  message,
  writeBytes,
  writeInteger,
  writeText,
} from '../../../src/interop/onnx/write-message.js';
import {
  type AttributeData,
  encodeOnnxModel,
  type FunctionData,
  type ModelData,
  type NodeData,
  type TensorData,
} from '../../../src/interop/onnx/write-model.js';
import { onnxFile } from '../../support/onnx-models.js';
import { thrownBy } from '../../support/thrown-by.js';

const N_FEATURES = 2;

/** One question: a row whose first feature is at most 0.5 is an anomaly. */
const STUMP = {
  class_ids: { ints: [0, 0] },
  class_nodeids: { ints: [1, 2] },
  class_treeids: { ints: [0, 0] },
  class_weights: { floats: [0, 1] },
  classlabels_int64s: { ints: [-1, 1] },
  nodes_falsenodeids: { ints: [2, 0, 0] },
  nodes_featureids: { ints: [0, 0, 0] },
  nodes_modes: { strings: ['BRANCH_LEQ', 'LEAF', 'LEAF'] },
  nodes_nodeids: { ints: [0, 1, 2] },
  nodes_treeids: { ints: [0, 0, 0] },
  nodes_truenodeids: { ints: [1, 0, 0] },
  nodes_values: { floats: [0.5, 0, 0] },
} satisfies Record<string, AttributeData>;

const MACHINE = {
  coefficients: { floats: [0.5, 0.5] },
  kernel_params: { floats: [0.1, 0, 3] },
  kernel_type: { string: 'RBF' },
  n_supports: { int: 2 },
  rho: { floats: [-0.5] },
  support_vectors: { floats: [0, 0, 1, 1] },
} satisfies Record<string, AttributeData>;

describe('a graph that cannot be served is refused, with the place and what stands there', () => {
  it.each<[title: string, model: Uint8Array, message: RegExp]>([
    ['no graph', message((w) => writeInteger(w, MODEL.irVersion, 8)), /no graph/],
    ['text', Buffer.from('\u0008 not a model at all'), /not an ONNX file/],
    [
      'an operator that is not known',
      modelOf([node('Softmax', ['X'], ['label'])]),
      /node 0 \(Softmax\): the operator "Softmax" is not supported/,
    ],
    [
      'a domain that is not known',
      modelOf([{ ...node('Run', ['X'], ['label']), domain: 'shell' }]),
      /"shell\.Run" is not supported/,
    ],
    [
      'a function that is not ours',
      modelOf([{ ...node('Standardize', ['X'], ['label']), domain: 'anomaly-predictor' }]),
      /does not define it/,
    ],
    [
      'a function that takes the logarithm of a column that is not there',
      columnModel(LOG1P, { columns: integers([0, 2]) }),
      /node 0 \(Log1p\): "columns" has 2, of 2 features/,
    ],
    [
      'a function that takes the logarithm of half a column',
      columnModel(LOG1P, { columns: doubles([2, 1], [0, 0.5]) }),
      /"columns" has 0.5/,
    ],
    [
      'a function with quantiles of another number of columns',
      columnModel(QUANTILE_MAP, {
        columns: integers([1]),
        quantiles: doubles([2, 3], [0, 1, 2, 0, 1, 2]),
      }),
      /node 0 \(QuantileMap\): "quantiles" has 6 numbers, expected 3/,
    ],
    [
      'a node that feeds itself',
      modelOf([node('Identity', ['label'], ['label'])]),
      /node 0 \(Identity\): input "label" is its own output/,
    ],
    [
      'a cycle',
      modelOf([node('Identity', ['b'], ['a']), node('Identity', ['a'], ['b'])]),
      /input "b" is not computed before it/,
    ],
    [
      'two tensors of a name',
      modelOf([node('Identity', ['X'], ['X'])]),
      /tensor "X" is there already/,
    ],
    ['an output that is not computed', modelOf([]), /output "label" is not computed/],
    [
      'no label',
      modelOf([node('Identity', ['X'], ['label'])]),
      /none of the outputs "label" is a label/,
    ],
    [
      'an input of texts',
      modelOf([], { inputs: [{ name: 'X', elementType: 'string', shape: ['nRows', 2] }] }),
      /input "X": elements of string/,
    ],
    [
      'an input of open width',
      modelOf([], { inputs: [{ name: 'X', elementType: 'float', shape: ['nRows'] }] }),
      /input "X": its shape \?/,
    ],
    [
      'an input of a million features',
      modelOf([], { inputs: [{ name: 'X', elementType: 'float', shape: ['nRows', 1e6] }] }),
      /takes 1000000 features/,
    ],
    [
      'a decision of which no label is made',
      modelOf([ml('SVMRegressor', MACHINE, ['label'])]),
      /none of the outputs/,
    ],
    [
      'an attribute that is not known',
      treeWith({ surprise: { int: 1 } }),
      /attribute "surprise": it is not supported/,
    ],
    [
      'an attribute of another type',
      treeWith({ nodes_treeids: { floats: [0, 0, 0] } }),
      /"nodes_treeids": expected ints, got floats/,
    ],
    [
      'a transform of probabilities',
      treeWith({ post_transform: { string: 'LOGISTIC' } }),
      /"post_transform": "LOGISTIC" is not supported/,
    ],
    [
      'a comparison for equality',
      treeWith({ nodes_modes: { strings: ['BRANCH_EQ', 'LEAF', 'LEAF'] } }),
      /tree 0: node 0: "BRANCH_EQ" is not supported/,
    ],
    [
      'a child that is not there',
      treeWith({ nodes_truenodeids: { ints: [7, 0, 0] } }),
      /tree 0: node 0: child 7 of a tree of 3 nodes/,
    ],
    [
      'a child that is its parent',
      treeWith({ nodes_truenodeids: { ints: [0, 0, 0] } }),
      /node 0: child 0/,
    ],
    ['a tree with a cycle', treeOfFive({ nodes_truenodeids: { ints: [1, 1, 0, 0, 0] } }), /tree 0/],
    [
      'a feature that is not there',
      treeWith({ nodes_featureids: { ints: [2, 0, 0] } }),
      /feature 2 of 2/,
    ],
    [
      'a threshold that is no number',
      treeWith({ nodes_values: { floats: [Number.NaN, 0, 0] } }),
      /threshold "NaN" is not finite/,
    ],
    [
      'lists of different lengths',
      treeWith({ nodes_values: { floats: [0.5] } }),
      /"nodes_values": there are 1, expected 3/,
    ],
    [
      'a weight at a branch',
      treeWith({ class_nodeids: { ints: [0, 2] } }),
      /node 0 of tree 0 is no leaf/,
    ],
    [
      'a weight beyond all classes',
      treeWith({ class_weights: { floats: [0, 3] } }),
      /3 of a class/,
    ],
    [
      'three classes',
      treeWith({ classlabels_int64s: { ints: [-1, 0, 1] } }),
      /there are 3 classes/,
    ],
    [
      'leaves of both classes',
      treeWith({ class_ids: { ints: [0, 1] } }),
      /the leaves name classes 0 and 1/,
    ],
    [
      'a kernel that is not known',
      machineWith({ kernel_type: { string: 'LAPLACE' } }),
      /"LAPLACE" is not supported/,
    ],
    [
      'too few support vectors',
      machineWith({ n_supports: { int: 3 } }),
      /"coefficients": it has 2 numbers, expected 3/,
    ],
    [
      'a negative number of vectors',
      machineWith({ n_supports: { int: -2 } }),
      /no support vectors/,
    ],
    [
      'a coefficient that is no number',
      machineWith({ coefficients: { floats: [0.5, Number.NaN] } }),
      /"coefficients": number 1 is NaN/,
    ],
    [
      'a degree that is not whole',
      machineWith({ kernel_type: { string: 'POLY' }, kernel_params: { floats: [1, 0, 2.5] } }),
      /degree 2.5/,
    ],
    [
      'a scale that is infinite',
      modelOf([
        ml('Scaler', { offset: { floats: [0] }, scale: { floats: [Infinity] } }, ['label']),
      ]),
      /"scale": number 0 is Infinity/,
    ],
    [
      'a norm that ONNX takes otherwise',
      modelOf([ml('Normalizer', { norm: { string: 'MAX' } }, ['label'])]),
      /"norm": "MAX" is not supported/,
    ],
  ])('%s', (_, model, expected) => {
    expectRefused(model, expected);
  });
});

describe('a tensor that lies about itself is refused', () => {
  it.each<[title: string, fields: Parameters<typeof message>[0], message: RegExp]>([
    [
      'data in another file',
      (w) =>
        writeBytes(
          w,
          TENSOR.externalData,
          message((inner) => writeText(inner, 1, '/etc/passwd')),
        ),
      /tensor big: its data are in another file/,
    ],
    [
      'its place in another file',
      (w) => writeInteger(w, TENSOR.dataLocation, 1),
      /tensor big: its data are in another file/,
    ],
    [
      'more elements than bytes',
      (w) => {
        dimensions(w, 2 ** 40);
        writeInteger(w, TENSOR.elementType, 1);
        writeBytes(w, TENSOR.rawData, new Uint8Array(8));
      },
      /tensor "big": shape \[1099511627776\] needs 1099511627776 elements, the file has 2/,
    ],
    [
      'a shape beyond all numbers',
      (w) => {
        dimensions(w, 2 ** 50, 2 ** 50, 2 ** 50);
        writeInteger(w, TENSOR.elementType, 11);
        writeBytes(w, TENSOR.rawData, new Uint8Array(8));
      },
      /the file has 1/,
    ],
    [
      'a negative length',
      (w) => {
        dimensions(w, -1);
        writeInteger(w, TENSOR.elementType, 1);
      },
      /a dimension of -1/,
    ],
    [
      'very many dimensions',
      (w) => {
        dimensions(w, ...new Array(50).fill(1));
        writeInteger(w, TENSOR.elementType, 1);
      },
      /more than 8 numbers in a list/,
    ],
    [
      'elements of an unknown type',
      (w) => {
        dimensions(w, 1);
        writeInteger(w, TENSOR.elementType, 99);
      },
      /data type 99 are not supported/,
    ],
    [
      'an integer beyond 2⁵³',
      (w) => {
        dimensions(w, 1);
        writeInteger(w, TENSOR.elementType, 7);
        writeBytes(w, TENSOR.rawData, new Uint8Array(8).fill(0x7f));
      },
      /the integer 9187201950435738000 is too large/,
    ],
  ])('%s', (_, fields, expected) => {
    const tensor = message((w) => {
      writeText(w, TENSOR.name, 'big');
      fields(w);
    });
    const graph = message((w) => writeBytes(w, GRAPH.initializer, tensor));
    expectRefused(modelWith(graph), expected);
  });

  it('sparse values', () => {
    const graph = message((w) => writeBytes(w, GRAPH.sparseInitializer, new Uint8Array(0)));
    expectRefused(modelWith(graph), /sparse initializers/);
  });
});

it('refuses graphs in attributes', () => {
  const GRAPH_TYPE = 5;
  const attribute = message((w) => {
    writeText(w, ATTRIBUTE.name, 'body');
    writeInteger(w, ATTRIBUTE.type, GRAPH_TYPE);
  });
  const loop = message((w) => {
    writeText(w, NODE.operator, 'Loop');
    writeBytes(w, NODE.attribute, attribute);
  });
  const graph = message((w) => writeBytes(w, GRAPH.node, loop));
  expectRefused(modelWith(graph), /node 0 \(Loop\): attribute "body": type 5 is not supported/);
});

it('refuses messages that are nested deeply', () => {
  const START_GROUP = 3;
  const groups = new Uint8Array(100_000).fill((30 << 3) | START_GROUP).map((byte) => byte & 0x7f);
  expectRefused(Uint8Array.from([0x08, 8, ...groups]), /not an ONNX file: model/);
});

it('refuses arithmetic on leaves that grows beyond all bounds', () => {
  const nLeaves = 20_000;
  const chain = Array.from({ length: 5_000 }, (_, i) => node('Abs', [`t${i}`], [`t${i + 1}`]));
  const cast = { ...node('Cast', ['leaf'], ['t0']), attributes: { to: { int: 7 } } };
  const model = modelOf([ml('TreeEnsembleRegressor', comb(nLeaves), ['leaf']), cast, ...chain]);
  expectRefused(model, /computes too much with the leaves/);
});

it('refuses the same tree summed very often', () => {
  const cast = { ...node('Cast', ['leaf'], ['t']), attributes: { to: { int: 7 } } };
  const sum = node('Sum', new Array(50_000).fill('t'), ['sum']);
  const negative = node('Sign', ['sum'], ['label']);
  const regressor = ml('TreeEnsembleRegressor', comb(2_000), ['leaf']);
  expectRefused(modelOf([regressor, cast, sum, negative]), /computes too much/);
});

it('asks for the anomalous class where no label is -1', () => {
  const error = thrownBy(() => importOnnx(onnxFile('forest-0-1.onnx')));
  expect(error.tag).toBe('bad-option');
  expect(error.message).toBe('the labels are "0" and "1": say which one is the anomalous one');
});

it('says of an anomalous class that is none of the labels that the option is wrong', () => {
  const error = thrownBy(() => importOnnx(onnxFile('svc-texts.onnx'), { anomalyClass: 'bot' }));
  expect(error.tag).toBe('bad-option');
  expect(error.message).toBe(
    'the labels are "normal" and "attack", the anomalous class cannot be "bot"',
  );
});

function expectRefused(model: Uint8Array, expected: RegExp): void {
  const error = thrownBy(() => importOnnx(model));
  expect(error.tag).toBe('bad-model-file');
  expect(error.message).toMatch(expected);
}

function node(operator: string, inputs: readonly string[], outputs: readonly string[]): NodeData {
  return { operator, inputs, outputs };
}

function ml(
  operator: string,
  attributes: Readonly<Record<string, AttributeData>>,
  outputs: readonly string[],
): NodeData {
  return { ...node(operator, ['X'], outputs), domain: ML_DOMAIN, attributes };
}

function treeWith(changes: Readonly<Record<string, AttributeData>>): Uint8Array {
  return modelOf([ml('TreeEnsembleClassifier', { ...STUMP, ...changes }, ['label', 'scores'])]);
}

/** Two questions. */
function treeOfFive(changes: Readonly<Record<string, AttributeData>>): Uint8Array {
  return treeWith({
    class_nodeids: { ints: [3, 4] },
    nodes_falsenodeids: { ints: [2, 4, 0, 0, 0] },
    nodes_featureids: { ints: [0, 1, 0, 0, 0] },
    nodes_modes: { strings: ['BRANCH_LEQ', 'BRANCH_LEQ', 'LEAF', 'LEAF', 'LEAF'] },
    nodes_nodeids: { ints: [0, 1, 2, 3, 4] },
    nodes_treeids: { ints: [0, 0, 0, 0, 0] },
    nodes_truenodeids: { ints: [1, 3, 0, 0, 0] },
    nodes_values: { floats: [0.5, 0.5, 0, 0, 0] },
    ...changes,
  });
}

/** A tree of one branch, which has a leaf at every question. */
function comb(nLeaves: number): Readonly<Record<string, AttributeData>> {
  const nNodes = 2 * nLeaves - 1;
  const nodes = Array.from({ length: nNodes }, (_, i) => i);
  const isLeaf = (i: number) => i % 2 === 1 || i === nNodes - 1;
  const leaves = nodes.filter(isLeaf);
  return {
    n_targets: { int: 1 },
    nodes_falsenodeids: { ints: nodes.map((i) => (isLeaf(i) ? 0 : i + 2)) },
    nodes_featureids: { ints: nodes.map(() => 0) },
    nodes_modes: { strings: nodes.map((i) => (isLeaf(i) ? 'LEAF' : 'BRANCH_LEQ')) },
    nodes_nodeids: { ints: nodes },
    nodes_treeids: { ints: nodes.map(() => 0) },
    nodes_truenodeids: { ints: nodes.map((i) => (isLeaf(i) ? 0 : i + 1)) },
    nodes_values: { floats: nodes },
    target_ids: { ints: leaves.map(() => 0) },
    target_nodeids: { ints: leaves },
    target_treeids: { ints: leaves.map(() => 0) },
    target_weights: { floats: leaves },
  };
}

function machineWith(changes: Readonly<Record<string, AttributeData>>): Uint8Array {
  return modelOf([
    ml('SVMRegressor', { ...MACHINE, ...changes }, ['scores']),
    node('Sign', ['scores'], ['label']),
  ]);
}

function modelOf(nodes: readonly NodeData[], changes: Partial<ModelData> = {}): Uint8Array {
  return encodeOnnxModel({
    irVersion: 8,
    producerName: 'test',
    producerVersion: '',
    operatorSets: { '': 15, [ML_DOMAIN]: 3 },
    graphName: 'hostile',
    inputs: [{ name: 'X', elementType: 'float', shape: ['nRows', N_FEATURES] }],
    outputs: [{ name: 'label', elementType: 'int64', shape: ['nRows'] }],
    nodes,
    initializers: {},
    metadata: {},
    functions: [],
    ...changes,
  });
}

/** Calls a function of exported models on its input; the constants go by the names of the function's. */
function columnModel(
  data: FunctionData,
  constants: Readonly<Record<string, TensorData>>,
): Uint8Array {
  const inputs = ['X', ...data.inputs.slice(1)];
  return modelOf([{ ...node(data.name, inputs, ['label']), domain: data.domain }], {
    inputs: [{ name: 'X', elementType: 'double', shape: ['nRows', N_FEATURES] }],
    initializers: constants,
    functions: [data],
  });
}

function integers(values: readonly number[]): TensorData {
  return { elementType: 'int64', dimensions: [values.length, 1], values };
}

function doubles(dimensions: readonly number[], values: readonly number[]): TensorData {
  return { elementType: 'double', dimensions, values };
}

function modelWith(graph: Uint8Array): Uint8Array {
  return message((w) => {
    writeInteger(w, MODEL.irVersion, 8);
    writeBytes(w, MODEL.graph, graph);
  });
}

function dimensions(w: Parameters<Parameters<typeof message>[0]>[0], ...lengths: number[]): void {
  for (const length of lengths) writeInteger(w, TENSOR.dimensions, length);
}
