import { describe, expect, it } from 'vitest';
import { encodeOnnx } from '../../../bench/peers/onnx-model.js';
import { forestModel, type PeerModel } from '../../../bench/peers/peer-model.js';
import { readOnnxModel } from '../../../src/interop/onnx/read-model.js';

function decodeNodes(bytes: Uint8Array) {
  return readOnnxModel(bytes).nodes.map(({ operator, inputs, outputs, attributes }) => ({
    operator,
    inputs,
    outputs,
    attributes: Object.fromEntries(
      [...attributes].map(([name, attribute]) => [name, plain(attribute[attribute.type])]),
    ),
  }));
}

function plain(value: unknown): unknown {
  return ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value;
}

const SVM: PeerModel = {
  type: 'one-class-svm',
  scaler: {
    type: 'standard',
    nFeatures: 2,
    mean: Float64Array.of(1, 2),
    scale: Float64Array.of(4, 0.5),
  },
  svm: {
    kernel: { function: 'rbf', gamma: 0.25, coef0: 0, degree: 3 },
    nFeatures: 2,
    nSupport: 3,
    supportVectors: Float64Array.of(1, 2, 3, 4, 5, 6),
    coefficients: Float64Array.of(0.5, 1, 0.75),
    intercept: -1.5,
  },
};

/** One stump and one leaf. */
const FOREST = forestModel(
  [
    {
      left: Int32Array.of(1, -1, -1),
      right: Int32Array.of(2, -1, -1),
      feature: Int32Array.of(1, -2, -2),
      threshold: Float64Array.of(0.5, -2, -2),
      leafValue: Float64Array.of(0.5, 1, 0),
    },
    {
      left: Int32Array.of(-1),
      right: Int32Array.of(-1),
      feature: Int32Array.of(-2),
      threshold: Float64Array.of(-2),
      leafValue: Float64Array.of(0.25),
    },
  ],
  2,
);

describe('a One-Class SVM in ONNX', () => {
  const [scaler, svm] = decodeNodes(encodeOnnx(SVM));

  it('scales first, by factors', () => {
    expect(scaler).toEqual({
      operator: 'Scaler',
      inputs: ['rows'],
      outputs: ['scaled'],
      attributes: { offset: [1, 2], scale: [0.25, 2] },
    });
  });

  it('is a regressor that replies scores', () => {
    expect(svm).toEqual({
      operator: 'SVMRegressor',
      inputs: ['scaled'],
      outputs: ['outputs'],
      attributes: {
        coefficients: [0.5, 1, 0.75],
        kernel_params: [0.25, 0, 3],
        kernel_type: 'RBF',
        n_supports: 3,
        one_class: 0,
        rho: [-1.5],
        support_vectors: [1, 2, 3, 4, 5, 6],
      },
    });
  });
});

describe('a forest in ONNX', () => {
  it('is one ensemble of all trees, with shares of P(anomaly) in the leaves', () => {
    expect(decodeNodes(encodeOnnx(FOREST))).toEqual([
      {
        operator: 'TreeEnsembleClassifier',
        inputs: ['rows'],
        outputs: ['labels', 'outputs'],
        attributes: {
          class_ids: [0, 0, 0],
          class_nodeids: [1, 2, 0],
          class_treeids: [0, 0, 1],
          class_weights: [0.5, 0, 0.125],
          classlabels_int64s: [0, 1],
          nodes_falsenodeids: [2, 0, 0, 0],
          nodes_featureids: [1, 0, 0, 0],
          nodes_modes: ['BRANCH_LEQ', 'LEAF', 'LEAF', 'LEAF'],
          nodes_nodeids: [0, 1, 2, 0],
          nodes_treeids: [0, 0, 0, 1],
          nodes_truenodeids: [1, 0, 0, 0],
          nodes_values: [0.5, 0, 0, 0],
          post_transform: 'NONE',
        },
      },
    ]);
  });
});

describe('a model file of ONNX', () => {
  it('names its versions and the operator sets that it needs', () => {
    const { irVersion, operatorSets } = readOnnxModel(encodeOnnx(SVM));
    expect(irVersion).toBe(8);
    expect([...operatorSets]).toEqual([
      ['', 15],
      ['ai.onnx.ml', 3],
    ]);
  });
});
