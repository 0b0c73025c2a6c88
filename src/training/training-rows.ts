// The rows that a method learns from, taken out of a dataset that threads share.
import { takeLabels, takeRows } from './dataset.js';
import type { TrainingRows } from './methods/method.js';
import type { SharedRows } from './training-task.js';

/** Copies of the rows at `indices`. */
export function trainingRows(data: SharedRows, indices: Int32Array): TrainingRows {
  return {
    values: takeRows(data, indices),
    labels: takeLabels(data, indices),
    nRows: indices.length,
    nFeatures: data.nFeatures,
    featureNames: data.schema.features.map(({ name }) => name),
  };
}
