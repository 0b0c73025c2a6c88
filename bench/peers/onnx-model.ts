// Writes a detector's model as ONNX, as sklearn-onnx does: Scaler, then SVMRegressor or
// TreeEnsembleClassifier, all of it in float32: what `export` writes computes in float64.
import type { Forest, OneClassSvm, StandardScaler } from '../../native-free-kernels/contract.js';
import { listsOfForest } from '../../src/interop/onnx/forest-attributes.js';
import { ML_DOMAIN } from '../../src/interop/onnx/format.js';
import {
  type AttributeData,
  encodeOnnxModel,
  type NodeData,
} from '../../src/interop/onnx/write-model.js';
import { nFeaturesOf, type PeerModel } from './peer-model.js';

/** Input [rows × features] float32. */
export const ONNX_INPUT = 'rows';
/** One-Class SVM: the score [rows × 1]. Forest: P(normal), P(anomaly) [rows × 2]. float32. */
export const ONNX_OUTPUT = 'outputs';

const IR_VERSION = 8;
const OPERATOR_SET = 15;
const ML_OPERATOR_SET = 3;

/** The bytes of a model file. */
export function encodeOnnx(model: PeerModel): Uint8Array {
  const isForest = model.type === 'forest';
  const scaled = model.scaler === undefined ? ONNX_INPUT : 'scaled';
  const nodes = model.scaler === undefined ? [] : [scalerNode(model.scaler, scaled)];
  nodes.push(isForest ? forestNode(model.forest, scaled) : svmNode(model.svm, scaled));
  const outputs = {
    name: ONNX_OUTPUT,
    elementType: 'float',
    shape: ['nRows', isForest ? 2 : 1],
  } as const;
  const labels = { name: 'labels', elementType: 'int64', shape: ['nRows'] } as const;
  return encodeOnnxModel({
    irVersion: IR_VERSION,
    producerName: 'bench',
    producerVersion: '',
    operatorSets: { '': OPERATOR_SET, [ML_DOMAIN]: ML_OPERATOR_SET },
    graphName: 'detector',
    inputs: [{ name: ONNX_INPUT, elementType: 'float', shape: ['nRows', nFeaturesOf(model)] }],
    outputs: isForest ? [labels, outputs] : [outputs],
    nodes,
    initializers: {},
    metadata: {},
    functions: [],
  });
}

/** (x − offset) · scale */
function scalerNode({ mean, scale }: StandardScaler, output: string): NodeData {
  return mlNode('Scaler', ONNX_INPUT, [output], {
    offset: { floats: mean },
    scale: { floats: scale.map((value) => 1 / value) },
  });
}

function svmNode(svm: OneClassSvm, input: string): NodeData {
  const { function: kernelFunction, gamma, coef0, degree } = svm.kernel;
  return mlNode('SVMRegressor', input, [ONNX_OUTPUT], {
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
function forestNode(forest: Forest, input: string): NodeData {
  const { attributes, thresholds, leaves } = listsOfForest(forest);
  return mlNode('TreeEnsembleClassifier', input, ['labels', ONNX_OUTPUT], {
    class_ids: { ints: new Uint8Array(leaves.length) },
    class_nodeids: { ints: leaves.map(({ nodeId }) => nodeId) },
    class_treeids: { ints: leaves.map(({ tree }) => tree) },
    class_weights: { floats: leaves.map(({ node }) => forest.leafValue[node] / forest.nTrees) },
    classlabels_int64s: { ints: [0, 1] },
    ...attributes,
    nodes_values: { floats: thresholds },
    post_transform: { string: 'NONE' },
  });
}

function mlNode(
  operator: string,
  input: string,
  outputs: readonly string[],
  attributes: Readonly<Record<string, AttributeData>>,
): NodeData {
  return { operator, domain: ML_DOMAIN, inputs: [input], outputs, attributes };
}
