import { describe, expect, it } from 'vitest';
import { encodeOnnx } from '../../../bench/peers/onnx-model.js';
import { forestModel, type PeerModel } from '../../../bench/peers/peer-model.js';
import {
  decodeFields,
  decodeFloats,
  decodeIntegers,
  type Field,
  textOf,
} from './decode-protobuf.js';

/** Field numbers of onnx.proto. */
const GRAPH = 7;
const NODE = 1;

interface DecodedNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
}

function decodeNodes(bytes: Uint8Array): DecodedNode[] {
  const graph = decodeFields(decodeFields(bytes).get(GRAPH)?.[0] as Buffer);
  return (graph.get(NODE) ?? []).map((field) => {
    const node = decodeFields(field as Buffer);
    return {
      operator: textOf(node.get(4)?.[0]),
      inputs: (node.get(1) ?? []).map(textOf),
      outputs: (node.get(2) ?? []).map(textOf),
      attributes: Object.fromEntries((node.get(5) ?? []).map(decodeAttribute)),
    };
  });
}

function decodeAttribute(field: Field): [string, unknown] {
  const attribute = decodeFields(field as Buffer);
  const values = (number: number) => attribute.get(number) ?? [];
  const byType: Record<number, () => unknown> = {
    2: () => values(3)[0],
    3: () => textOf(values(4)[0]),
    6: () => decodeFloats(values(7)[0]),
    7: () => decodeIntegers(values(8)[0]),
    8: () => values(9).map(textOf),
  };
  return [textOf(values(1)[0]), byType[values(20)[0] as number]()];
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
    const model = decodeFields(encodeOnnx(FOREST));
    const operatorSets = (model.get(8) ?? []).map((field) => {
      const set = decodeFields(field as Buffer);
      return [textOf(set.get(1)?.[0]), set.get(2)?.[0]];
    });
    expect(model.get(1)).toEqual([8]);
    expect(operatorSets).toEqual([
      ['', 15],
      ['ai.onnx.ml', 3],
    ]);
  });
});
