// A model that every contender is given, and its file: the cache of what takes a while to train,
// and how it gets to scikit-learn. The container is safetensors; trees are in scikit-learn's numbering.
import { readFileSync, writeFileSync } from 'node:fs';
import type { Forest, OneClassSvm, StandardScaler } from '../../native-free-kernels/contract.js';
import type { Detector } from '../../src/model/detector.js';
import { type DecisionTree, layOutForest } from '../../src/model/forest-layout.js';
import {
  type ArrayByDtype,
  decodeSafetensors,
  encodeSafetensors,
  type Tensor,
} from '../../src/model/safetensors.js';

/** Another number when the tensors in a file change: what is in the cache of another layout is made anew. */
export const PEER_MODEL_LAYOUT = 2;

/** Scores are the decisions of an RBF machine, or P(normal) − P(anomaly) of a forest. */
export type PeerModel = {
  /** Undefined where the rows are scaled already. */
  readonly scaler: StandardScaler | undefined;
} & (
  | { readonly type: 'one-class-svm'; readonly svm: OneClassSvm }
  | { readonly type: 'forest'; readonly trees: readonly DecisionTree[]; readonly forest: Forest }
);

export function forestModel(trees: readonly DecisionTree[], nFeatures: number): PeerModel {
  return { type: 'forest', scaler: undefined, trees, forest: layOutForest(trees, nFeatures) };
}

export function modelOfDetector({ name, transforms, model, threshold }: Detector): PeerModel {
  const [scaler] = transforms;
  if (transforms.length !== 1 || scaler.type !== 'standard' || model.type === 'isolation-forest') {
    throw new Error(`detector ${name}: expected a standard scaler before an SVM or a forest`);
  }
  if (threshold !== 0) throw new Error(`detector ${name}: expected threshold 0, got ${threshold}`);
  if (model.type === 'one-class-svm') return { type: 'one-class-svm', scaler, svm: model.svm };
  // Scores need no cover.
  const { cover: _, ...forest } = model.forest;
  return { type: 'forest', scaler, trees: treesOf(forest), forest };
}

export function nFeaturesOf(model: PeerModel): number {
  return model.type === 'forest' ? model.forest.nFeatures : model.svm.nFeatures;
}

export function writePeerModel(file: string, model: PeerModel): void {
  const { scaler } = model;
  const tensors = new Map<string, Tensor>();
  if (scaler !== undefined) {
    tensors.set('scaler.mean', vector('F64', scaler.mean));
    tensors.set('scaler.scale', vector('F64', scaler.scale));
  }
  const metadata: Record<string, string> = { type: model.type, nFeatures: `${nFeaturesOf(model)}` };
  if (model.type === 'forest') {
    const { trees } = model;
    tensors.set(
      'treeSizes',
      vector(
        'I32',
        Int32Array.from(trees, ({ left }) => left.length),
      ),
    );
    for (const name of ['left', 'right', 'feature'] as const) {
      tensors.set(name, vector('I32', joined(Int32Array, trees, name)));
    }
    for (const name of ['threshold', 'leafValue'] as const) {
      tensors.set(name, vector('F64', joined(Float64Array, trees, name)));
    }
  } else {
    const { kernel, nFeatures, nSupport, supportVectors, coefficients, intercept } = model.svm;
    metadata.gamma = String(kernel.gamma);
    metadata.intercept = String(intercept);
    tensors.set('coefficients', vector('F64', coefficients));
    const shape = [nSupport, nFeatures];
    tensors.set('supportVectors', { dtype: 'F64', shape, data: supportVectors });
  }
  writeFileSync(file, encodeSafetensors({ metadata, tensors }));
}

export function readPeerModel(file: string): PeerModel {
  const { metadata, tensors } = decodeSafetensors(readFileSync(file));
  const float64 = (name: string) => tensors.get(name)?.data as Float64Array;
  const int32 = (name: string) => tensors.get(name)?.data as Int32Array;
  const nFeatures = Number(metadata.nFeatures);
  if (metadata.type === 'forest') {
    const trees: DecisionTree[] = [];
    let start = 0;
    for (const size of int32('treeSizes')) {
      const [from, to] = [start, start + size];
      trees.push({
        left: int32('left').subarray(from, to),
        right: int32('right').subarray(from, to),
        feature: int32('feature').subarray(from, to),
        threshold: float64('threshold').subarray(from, to),
        leafValue: float64('leafValue').subarray(from, to),
      });
      start = to;
    }
    return forestModel(trees, nFeatures);
  }
  return {
    type: 'one-class-svm',
    scaler: undefined,
    svm: {
      kernel: { function: 'rbf', gamma: Number(metadata.gamma), coef0: 0, degree: 3 },
      nFeatures,
      nSupport: float64('coefficients').length,
      supportVectors: float64('supportVectors'),
      coefficients: float64('coefficients'),
      intercept: Number(metadata.intercept),
    },
  };
}

/** The trees that were laid out, depth first, left child first. */
function treesOf({ roots, child, feature, threshold, leafValue }: Forest): DecisionTree[] {
  return Array.from(roots, (root) => {
    const nodes: number[] = [];
    const left: number[] = [];
    const right: number[] = [];
    const visit = (node: number): number => {
      const at = nodes.push(node) - 1;
      const isLeaf = child[node] === node;
      left[at] = isLeaf ? -1 : visit(child[node]);
      right[at] = isLeaf ? -1 : visit(child[node] + 1);
      return at;
    };
    visit(root);
    const inner = (at: number) => left[at] !== -1;
    return {
      left: Int32Array.from(left),
      right: Int32Array.from(right),
      feature: Int32Array.from(nodes, (node, at) => (inner(at) ? feature[node] : -2)),
      threshold: Float64Array.from(nodes, (node, at) => (inner(at) ? threshold[node] : -2)),
      leafValue: Float64Array.from(nodes, (node) => leafValue[node]),
    };
  });
}

function vector<D extends keyof ArrayByDtype>(dtype: D, data: ArrayByDtype[D]): Tensor<D> {
  return { dtype, shape: [data.length], data };
}

function joined<
  Name extends Exclude<keyof DecisionTree, 'cover'>,
  Values extends DecisionTree[Name],
>(TypedArray: new (length: number) => Values, trees: readonly DecisionTree[], name: Name): Values {
  const values = new TypedArray(trees.reduce((sum, tree) => sum + tree[name].length, 0));
  let at = 0;
  for (const tree of trees) {
    values.set(tree[name], at);
    at += tree[name].length;
  }
  return values;
}
