// The random forest that scikit-learn 1.2.1 trained on the labelled dataset, with its rows.
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import type { StandardScaler } from '../../native-free-kernels/contract.js';
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import type { DecisionTree } from '../../src/model/forest-layout.js';
import { sharedPath } from './shared-data.js';

export interface ReferenceForest {
  readonly nFeatures: number;
  /** One per row of the dataset without missing values, in file order, scaled. */
  readonly rows: readonly Float64Array[];
  /** P(anomaly) of each of `rows`. */
  readonly anomalyProbabilities: readonly number[];
  /** Positions in `rows`, in the order in which scikit-learn saw them. */
  readonly trainRows: readonly number[];
  readonly trainLabels: readonly number[];
  readonly testRows: readonly number[];
  readonly testLabels: readonly number[];
  /** Rows are true, columns predicted; anomaly first. */
  readonly confusion: readonly (readonly number[])[];
  readonly seed: number;
  readonly trees: readonly DecisionTree[];
}

export function readReferenceForest(): ReferenceForest {
  const golden = JSON.parse(readFileSync(sharedPath('golden/notebook.json'), 'utf8')) as Golden;
  const { hybrid } = golden;
  const nFeatures = golden.features.length;
  const positionOf = new Map(golden.row_index.map((row, position) => [row, position]));
  const positions = (rows: readonly number[]) => rows.map((row) => positionOf.get(row) ?? -1);
  const scaler: StandardScaler = {
    type: 'standard',
    nFeatures,
    mean: Float64Array.from(golden.scaler_hybrid.mean),
    scale: Float64Array.from(golden.scaler_hybrid.scale),
  };
  return {
    nFeatures,
    rows: readBehaviours(golden.features).map((row) => {
      plainKernels.transformInto(scaler, row, 1, row);
      return row;
    }),
    anomalyProbabilities: hybrid.proba_anomaly_all,
    trainRows: positions(hybrid.train_row_index),
    trainLabels: hybrid.train_labels,
    testRows: positions(hybrid.test_row_index),
    testLabels: hybrid.test_labels,
    confusion: hybrid.confusion_rows_true_cols_pred_order_anomaly_normal,
    seed: hybrid.params.random_state,
    trees: hybrid.trees.map((tree) => ({
      left: Int32Array.from(tree.left),
      right: Int32Array.from(tree.right),
      feature: Int32Array.from(tree.feature),
      threshold: Float64Array.from(tree.threshold),
      leafValue: Float64Array.from(tree.value, ([anomaly]) => anomaly),
    })),
  };
}

/** The rows at `positions`, flat. */
export function flatRows(
  rows: readonly Float64Array[],
  positions: readonly number[],
): Float64Array {
  return Float64Array.from(positions.flatMap((position) => [...rows[position]]));
}

interface Golden {
  readonly features: readonly string[];
  readonly row_index: readonly number[];
  readonly scaler_hybrid: { readonly mean: readonly number[]; readonly scale: readonly number[] };
  readonly hybrid: {
    readonly params: { readonly random_state: number };
    readonly train_row_index: readonly number[];
    readonly train_labels: readonly number[];
    readonly test_row_index: readonly number[];
    readonly test_labels: readonly number[];
    readonly confusion_rows_true_cols_pred_order_anomaly_normal: readonly (readonly number[])[];
    readonly proba_anomaly_all: readonly number[];
    readonly trees: readonly {
      readonly left: readonly number[];
      readonly right: readonly number[];
      readonly feature: readonly number[];
      readonly threshold: readonly number[];
      /** Fractions of anomalies and of normal rows, by node. */
      readonly value: readonly (readonly [number, number])[];
    }[];
  };
}

/** How each feature of the golden file is read from a record of the dataset. */
const READ_FEATURE: Record<string, (cells: Readonly<Record<string, string>>) => number> = {
  inter_api_access_duration: (cells) => Number(cells['inter_api_access_duration(sec)']),
  api_access_uniqueness: (cells) => Number(cells.api_access_uniqueness),
  sequence_length: (cells) => Number(cells['sequence_length(count)']),
  vsession_duration: (cells) => Number(cells['vsession_duration(min)']),
  num_sessions: (cells) => Number(cells.num_sessions),
  num_users: (cells) => Number(cells.num_users),
  num_unique_apis: (cells) => Number(cells.num_unique_apis),
  ip_type_default: (cells) => Number(cells.ip_type === 'default'),
  source_F: (cells) => Number(cells.source === 'F'),
};

function readBehaviours(features: readonly string[]): Float64Array[] {
  const records: Record<string, string>[] = parse(
    readFileSync(sharedPath('data/supervised_dataset.csv')),
    { columns: true },
  );
  return records
    .filter((cells) => Object.values(cells).every((cell) => cell !== ''))
    .map((cells) => Float64Array.from(features, (feature) => READ_FEATURE[feature](cells)));
}
