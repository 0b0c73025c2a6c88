// Writes a detector's model as ONNX, as sklearn-onnx does: Scaler, then SVMRegressor or
// TreeEnsembleClassifier, all of it in float32 (onnx/onnx.proto, onnx/docs/Operators-ml.md).
import type { Forest, OneClassSvm, StandardScaler } from '../../native-free-kernels/contract.js';
import type { PeerModel } from './peer-model.js';
import { ProtobufMessage } from './protobuf.js';

/** Input [rows × features] float32. */
export const ONNX_INPUT = 'rows';
/** One-Class SVM: the score [rows × 1]. Forest: P(normal), P(anomaly) [rows × 2]. float32. */
export const ONNX_OUTPUT = 'outputs';

const IR_VERSION = 8;
const OPERATOR_SET = 15;
const ML_DOMAIN = 'ai.onnx.ml';
const ML_OPERATOR_SET = 3;

/** TensorProto.DataType */
const FLOAT = 1;
const INT64 = 7;

/** Field numbers by message of onnx.proto. */
const MODEL = { irVersion: 1, graph: 7, operatorSet: 8 } as const;
const OPERATOR_SET_ID = { domain: 1, version: 2 } as const;
const GRAPH = { node: 1, name: 2, input: 11, output: 12 } as const;
const NODE = { input: 1, output: 2, operator: 4, attribute: 5, domain: 7 } as const;
const ATTRIBUTE = { name: 1, int: 3, string: 4, floats: 7, ints: 8, strings: 9, type: 20 } as const;
const VALUE_INFO = { name: 1, type: 2 } as const;
const TYPE = { tensor: 1 } as const;
const TENSOR_TYPE = { elementType: 1, shape: 2 } as const;
const SHAPE = { dimension: 1 } as const;
const DIMENSION = { value: 1, parameter: 2 } as const;

/** AttributeProto.AttributeType, and the field that holds such a value. */
const ATTRIBUTE_TYPE = { int: 2, string: 3, floats: 6, ints: 7, strings: 8 } as const;

type Attribute =
  | { readonly int: number }
  | { readonly string: string }
  | { readonly floats: ArrayLike<number> }
  | { readonly ints: ArrayLike<number> }
  | { readonly strings: readonly string[] };

/** The bytes of a model file. */
export function encodeOnnx(model: PeerModel): Uint8Array {
  const scaled = model.scaler === undefined ? ONNX_INPUT : 'scaled';
  const graph = new ProtobufMessage();
  if (model.scaler !== undefined) graph.message(GRAPH.node, scalerNode(model.scaler, scaled));
  graph.text(GRAPH.name, 'detector');
  if (model.type === 'forest') {
    graph.message(GRAPH.node, forestNode(model.forest, scaled));
    graph.message(GRAPH.output, tensor('labels', INT64, undefined));
    graph.message(GRAPH.output, tensor(ONNX_OUTPUT, FLOAT, 2));
  } else {
    graph.message(GRAPH.node, svmNode(model.svm, scaled));
    graph.message(GRAPH.output, tensor(ONNX_OUTPUT, FLOAT, 1));
  }
  const { nFeatures } = model.type === 'forest' ? model.forest : model.svm;
  graph.message(GRAPH.input, tensor(ONNX_INPUT, FLOAT, nFeatures));
  return new ProtobufMessage()
    .integer(MODEL.irVersion, IR_VERSION)
    .message(MODEL.graph, graph)
    .message(MODEL.operatorSet, operatorSet('', OPERATOR_SET))
    .message(MODEL.operatorSet, operatorSet(ML_DOMAIN, ML_OPERATOR_SET)).bytes;
}

/** (x − offset) · scale */
function scalerNode({ mean, scale }: StandardScaler, output: string): ProtobufMessage {
  return node('Scaler', ONNX_INPUT, [output], {
    offset: { floats: mean },
    scale: { floats: scale.map((value) => 1 / value) },
  });
}

function svmNode(svm: OneClassSvm, input: string): ProtobufMessage {
  const { function: kernelFunction, gamma, coef0, degree } = svm.kernel;
  return node('SVMRegressor', input, [ONNX_OUTPUT], {
    coefficients: { floats: svm.coefficients },
    kernel_params: { floats: [gamma, coef0, degree] },
    kernel_type: { string: kernelFunction.toUpperCase() },
    n_supports: { int: svm.nSupport },
    // With 1 the operator replies labels; the scores are compared too.
    one_class: { int: 0 },
    rho: { floats: [svm.intercept] },
    support_vectors: { floats: svm.supportVectors },
  });
}

/** A binary forest names the positive class's share alone, and that under class 0. */
function forestNode(forest: Forest, input: string): ProtobufMessage {
  const { nTrees, nNodes, roots, child, feature, threshold, leafValue } = forest;
  const treeIds = new Int32Array(nNodes);
  const nodeIds = new Int32Array(nNodes);
  const trueIds = new Int32Array(nNodes);
  const falseIds = new Int32Array(nNodes);
  const values = new Float32Array(nNodes);
  const modes: string[] = [];
  const leaves: number[] = [];
  for (let tree = 0; tree < nTrees; tree++) {
    const root = roots[tree];
    const end = tree + 1 < nTrees ? roots[tree + 1] : nNodes;
    for (let at = root; at < end; at++) {
      treeIds[at] = tree;
      nodeIds[at] = at - root;
      if (child[at] === at) {
        modes.push('LEAF');
        leaves.push(at);
      } else {
        modes.push('BRANCH_LEQ');
        trueIds[at] = child[at] - root;
        falseIds[at] = child[at] + 1 - root;
        values[at] = threshold[at];
      }
    }
  }
  return node('TreeEnsembleClassifier', input, ['labels', ONNX_OUTPUT], {
    class_ids: { ints: new Uint8Array(leaves.length) },
    class_nodeids: { ints: leaves.map((leaf) => nodeIds[leaf]) },
    class_treeids: { ints: leaves.map((leaf) => treeIds[leaf]) },
    class_weights: { floats: leaves.map((leaf) => leafValue[leaf] / nTrees) },
    classlabels_int64s: { ints: [0, 1] },
    nodes_falsenodeids: { ints: falseIds },
    nodes_featureids: { ints: feature },
    nodes_modes: { strings: modes },
    nodes_nodeids: { ints: nodeIds },
    nodes_treeids: { ints: treeIds },
    nodes_truenodeids: { ints: trueIds },
    nodes_values: { floats: values },
    post_transform: { string: 'NONE' },
  });
}

function node(
  operator: string,
  input: string,
  outputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>>,
): ProtobufMessage {
  const message = new ProtobufMessage().text(NODE.input, input);
  for (const output of outputs) message.text(NODE.output, output);
  message.text(NODE.operator, operator).text(NODE.domain, ML_DOMAIN);
  for (const [name, value] of Object.entries(attributes)) {
    message.message(NODE.attribute, attribute(name, value));
  }
  return message;
}

function attribute(name: string, value: Attribute): ProtobufMessage {
  const message = new ProtobufMessage().text(ATTRIBUTE.name, name);
  if ('int' in value) message.integer(ATTRIBUTE.int, value.int);
  else if ('string' in value) message.text(ATTRIBUTE.string, value.string);
  else if ('floats' in value) message.floats(ATTRIBUTE.floats, value.floats);
  else if ('ints' in value) message.integers(ATTRIBUTE.ints, value.ints);
  else for (const text of value.strings) message.text(ATTRIBUTE.strings, text);
  const [kind] = Object.keys(value) as (keyof typeof ATTRIBUTE_TYPE)[];
  return message.integer(ATTRIBUTE.type, ATTRIBUTE_TYPE[kind]);
}

/** [any number of rows × nColumns], or [rows] without columns. */
function tensor(name: string, elementType: number, nColumns: number | undefined): ProtobufMessage {
  const shape = new ProtobufMessage().message(
    SHAPE.dimension,
    new ProtobufMessage().text(DIMENSION.parameter, 'nRows'),
  );
  if (nColumns !== undefined) {
    shape.message(SHAPE.dimension, new ProtobufMessage().integer(DIMENSION.value, nColumns));
  }
  const tensorType = new ProtobufMessage()
    .integer(TENSOR_TYPE.elementType, elementType)
    .message(TENSOR_TYPE.shape, shape);
  return new ProtobufMessage()
    .text(VALUE_INFO.name, name)
    .message(VALUE_INFO.type, new ProtobufMessage().message(TYPE.tensor, tensorType));
}

function operatorSet(domain: string, version: number): ProtobufMessage {
  return new ProtobufMessage()
    .text(OPERATOR_SET_ID.domain, domain)
    .integer(OPERATOR_SET_ID.version, version);
}
