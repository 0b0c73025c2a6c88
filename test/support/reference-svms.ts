// Scikit-learn 1.2.1 on the labelled dataset: its scalers, and the One-Class SVMs that it trained
// on the normal rows to a tolerance of 1e-10, with their scores of all rows.
import { readFileSync } from 'node:fs';
import type { StandardScaler } from '../../native-free-kernels/contract.js';
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import { API_BEHAVIOUR_ENCODER } from '../../src/model/encoder.js';
import { NORMAL, readDataset, takeRows } from '../../src/training/dataset.js';
import type { OneClassSvmOptions } from '../../src/training/one-class-svm.js';
import { rowsOf } from '../../src/training/split.js';
import { sharedPath } from './shared-data.js';

export interface ReferenceSvms {
  readonly nFeatures: number;
  /** [nNormal × nFeatures] scaled, what the machines were trained on */
  readonly normalRows: Float64Array;
  /** [nRows × nFeatures] scaled alike */
  readonly rows: Float64Array;
  /** [nRows] */
  readonly labels: Int8Array;
  readonly scalers: Readonly<Record<'benign' | 'hybrid', ReferenceScaler>>;
  readonly svms: Readonly<Record<ReferenceName, ReferenceSvm>>;
}

export interface ReferenceScaler {
  /** [nRows × nFeatures] what it was fitted on, unscaled */
  readonly rows: Float64Array;
  readonly scaler: StandardScaler;
}

export interface ReferenceSvm {
  readonly options: OneClassSvmOptions;
  readonly nSupport: number;
  readonly intercept: number;
  /** One per row of the dataset. */
  readonly decisions: readonly number[];
  /** Rows are true, columns predicted; anomaly first. */
  readonly confusion: readonly (readonly number[])[];
}

const KEYS = {
  'RBF, gamma auto': 'ocsvm_tol1e-10',
  'RBF, gamma scale': 'ocsvm_tuned_tol1e-10',
  linear: 'ocsvm_linear_tol1e-10',
  poly: 'ocsvm_poly_tol1e-10',
  sigmoid: 'ocsvm_sigmoid_tol1e-10',
} as const;
export type ReferenceName = keyof typeof KEYS;

export async function readReferenceSvms(): Promise<ReferenceSvms> {
  const golden = JSON.parse(readFileSync(sharedPath('golden/notebook.json'), 'utf8')) as Golden;
  const csv = sharedPath('data/supervised_dataset.csv');
  const dataset = await readDataset(csv, API_BEHAVIOUR_ENCODER);
  const { nFeatures } = dataset;
  const positionOf = new Map(golden.row_index.map((row, position) => [row, position]));
  const hybridRows = golden.hybrid.train_row_index.map((row) => positionOf.get(row) ?? -1);
  const normalRows = takeRows(dataset, Int32Array.from(rowsOf(dataset, NORMAL)));
  const benign = toScaler(golden.scaler_benign);
  const scaled = (rows: Float64Array) => {
    const out = new Float64Array(rows.length);
    plainKernels.transformInto(benign, rows, rows.length / nFeatures, out);
    return out;
  };
  return {
    nFeatures,
    normalRows: scaled(normalRows),
    rows: scaled(dataset.values),
    labels: dataset.labels,
    scalers: {
      benign: { rows: normalRows, scaler: benign },
      hybrid: {
        rows: takeRows(dataset, Int32Array.from(hybridRows)),
        scaler: toScaler(golden.scaler_hybrid),
      },
    },
    svms: Object.fromEntries(
      Object.entries(KEYS).map(([name, key]) => [name, toSvm(golden[key])]),
    ) as Record<ReferenceName, ReferenceSvm>,
  };
}

function toScaler({ mean, scale }: GoldenScaler): StandardScaler {
  return {
    type: 'standard',
    nFeatures: mean.length,
    mean: Float64Array.from(mean),
    scale: Float64Array.from(scale),
  };
}

function toSvm(svm: GoldenSvm): ReferenceSvm {
  return {
    options: { ...svm.params, tolerance: svm.tol },
    nSupport: svm.n_support,
    intercept: svm.intercept,
    decisions: svm.decision,
    confusion: svm.confusion_rows_true_cols_pred_order_anomaly_normal,
  };
}

type Golden = Readonly<Record<(typeof KEYS)[ReferenceName], GoldenSvm>> & {
  readonly row_index: readonly number[];
  readonly scaler_benign: GoldenScaler;
  readonly scaler_hybrid: GoldenScaler;
  readonly hybrid: { readonly train_row_index: readonly number[] };
};

interface GoldenScaler {
  readonly mean: readonly number[];
  readonly scale: readonly number[];
}

interface GoldenSvm {
  readonly params: OneClassSvmOptions;
  readonly tol: number;
  readonly n_support: number;
  readonly intercept: number;
  readonly decision: readonly number[];
  readonly confusion_rows_true_cols_pred_order_anomaly_normal: readonly (readonly number[])[];
}
