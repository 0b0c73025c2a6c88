// Packages of npm that score without a native add-on: libsvm-js and ml-random-forest. Neither
// scales: they get rows that are scaled already.
import type { OneClassSvm } from '../../native-free-kernels/contract.js';
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import type { DecisionTree } from '../../src/model/forest-layout.js';
import { sink } from '../sink.js';
import { type Contender, callsOf, rateOf } from './contender.js';
import { nFeaturesOf } from './peer-model.js';
import type { PeerPackage } from './peer-package.js';
import { N_ROWS, type Workload } from './workload.js';

type Rows = readonly (readonly number[])[];

interface LibSvm {
  load(model: string): { predict(rows: Rows): number[]; free(): void };
}

interface RandomForest {
  readonly RandomForestClassifier: { load(model: object): { predict(rows: Rows): number[] } };
}

/** It computes in float64, as we do. */
const LIBSVM_TOLERANCE = 1e-12;
/** It takes a model's text on its stack, and is of no use after an overflow. */
const LIBSVM_LONGEST_TEXT = 4 * 2 ** 20;
const NORMAL_CLASS = 1;

export async function libSvmContender(
  libSvm: PeerPackage,
  workload: Workload,
): Promise<Contender | undefined> {
  const { model } = workload;
  if (model.type === 'forest') return undefined;
  const text = libSvmText(model.svm);
  if (text.length > LIBSVM_LONGEST_TEXT) {
    throw new Error(`a model file of ${text.length} bytes overflows its stack`);
  }
  const machine = (await (libSvm.load() as Promise<LibSvm>)).load(text);
  const calls = callsOf({ ...workload, rows: scaledRows(workload) }, N_ROWS).map(nested(workload));
  return {
    tolerance: LIBSVM_TOLERANCE,
    answers: () => ({ labels: calls.flatMap((rows) => machine.predict(rows)) }),
    rate: (durationMs) =>
      rateOf(
        () => {
          for (const rows of calls) sink(machine.predict(rows)[0]);
        },
        N_ROWS,
        durationMs,
      ),
    close: () => machine.free(),
  };
}

export function randomForestContender(
  randomForest: PeerPackage,
  workload: Workload,
): Contender | undefined {
  const { model } = workload;
  if (model.type !== 'forest') return undefined;
  const { RandomForestClassifier } = randomForest.load() as RandomForest;
  const forest = RandomForestClassifier.load(mlForest(model.trees, model.forest.nFeatures));
  const rows = scaledRows(workload).map(Math.fround);
  const calls = callsOf({ ...workload, rows }, N_ROWS).map(nested(workload));
  return {
    // Trees of pure leaves vote as their probabilities do, but for a tie.
    tolerance: 0,
    answers: () => ({
      labels: calls
        .flatMap((call) => forest.predict(call))
        .map((c) => (c === NORMAL_CLASS ? 1 : -1)),
    }),
    rate: (durationMs) =>
      rateOf(
        () => {
          for (const call of calls) sink(forest.predict(call)[0]);
        },
        N_ROWS,
        durationMs,
      ),
  };
}

/** libsvm's model file (svm_save_model in svm.cpp). */
function libSvmText(svm: OneClassSvm): string {
  const { kernel, nFeatures, nSupport, supportVectors, coefficients, intercept } = svm;
  const head = [
    'svm_type one_class',
    'kernel_type rbf',
    `gamma ${kernel.gamma}`,
    'nr_class 2',
    `total_sv ${nSupport}`,
    `rho ${-intercept}`,
    'SV',
  ];
  const vectors = Array.from(coefficients, (coefficient, i) => {
    const values = supportVectors.subarray(i * nFeatures, (i + 1) * nFeatures);
    return `${coefficient} ${Array.from(values, (value, at) => `${at + 1}:${value}`).join(' ')}`;
  });
  return `${[...head, ...vectors].join('\n')}\n`;
}

/** What `toJSON` of ml-random-forest gives. */
function mlForest(trees: readonly DecisionTree[], nFeatures: number): object {
  const allFeatures = Array.from({ length: nFeatures }, (_, feature) => feature);
  const treeOptions = { kind: 'classifier' };
  return {
    name: 'RFClassifier',
    baseModel: {
      isClassifier: true,
      nEstimators: trees.length,
      indexes: trees.map(() => allFeatures),
      estimators: trees.map((tree) => ({
        name: 'DTClassifier',
        options: treeOptions,
        root: mlNode(tree, 0),
      })),
    },
  };
}

function mlNode(tree: DecisionTree, node: number): object {
  if (tree.left[node] === -1) {
    const anomaly = tree.leafValue[node];
    return { distribution: [[anomaly, 1 - anomaly]] };
  }
  return {
    splitColumn: tree.feature[node],
    // It sends left what is less, not what is at most; no float32 lies between the two numbers.
    splitValue: nextUp(tree.threshold[node]),
    left: mlNode(tree, tree.left[node]),
    right: mlNode(tree, tree.right[node]),
  };
}

function nextUp(value: number): number {
  return value === 0 ? Number.MIN_VALUE : value + Math.abs(value) * Number.EPSILON;
}

function scaledRows({ model, rows }: Workload): Float64Array {
  const { scaler } = model;
  if (scaler === undefined) return rows;
  const scaled = new Float64Array(rows.length);
  plainKernels.transformInto(scaler, rows, N_ROWS, scaled);
  return scaled;
}

/** Rows of a call as arrays of arrays. */
function nested({ model }: Workload): (rows: Float64Array) => Rows {
  const nFeatures = nFeaturesOf(model);
  return (rows) =>
    Array.from({ length: rows.length / nFeatures }, (_, row) =>
      Array.from(rows.subarray(row * nFeatures, (row + 1) * nFeatures)),
    );
}
