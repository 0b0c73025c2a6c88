// Fits a standard scaler as scikit-learn's StandardScaler does (sklearn/preprocessing/_data.py and
// utils/extmath.py): population variance in two passes, corrected for the rounding of the mean.
import type { StandardScaler } from '../../native-free-kernels/contract.js';
import { AnomalyPredictorError } from '../errors.js';
import { pairwiseSum } from './pairwise-sum.js';

/**
 * Mean and population standard deviation of each feature; a constant feature gets scale 1.
 * `rows` is [nRows × nFeatures] row-major, finite, read-only.
 * Throws `bad-data-file` when there is no row.
 */
export function fitStandardScaler(
  rows: Float64Array,
  nRows: number,
  nFeatures: number,
): StandardScaler {
  if (nRows < 1) {
    throw new AnomalyPredictorError('bad-data-file', 'scaler: no rows to fit it on');
  }
  const mean = new Float64Array(nFeatures);
  const scale = new Float64Array(nFeatures);
  const column = new Float64Array(nRows);
  for (let feature = 0; feature < nFeatures; feature++) {
    for (let row = 0; row < nRows; row++) column[row] = rows[row * nFeatures + feature];
    mean[feature] = pairwiseSum(column) / nRows;
    const variance = varianceAround(mean[feature], column);
    scale[feature] = isConstant(variance, mean[feature], nRows) ? 1 : Math.sqrt(variance);
  }
  return { type: 'standard', nFeatures, mean, scale };
}

/** Leaves the squared deviations in `column`. */
function varianceAround(mean: number, column: Float64Array): number {
  const n = column.length;
  for (let row = 0; row < n; row++) column[row] -= mean;
  // Zero but for the rounding of the mean, which its square takes out of the variance again.
  const sumOfDeviations = pairwiseSum(column);
  for (let row = 0; row < n; row++) column[row] *= column[row];
  return (pairwiseSum(column) - (sumOfDeviations * sumOfDeviations) / n) / n;
}

/** Whether the variance is no more than what rounding makes of a constant of this size. */
function isConstant(variance: number, mean: number, nRows: number): boolean {
  const rounding = nRows * Number.EPSILON;
  return variance <= rounding * variance + rounding * mean * (rounding * mean);
}
