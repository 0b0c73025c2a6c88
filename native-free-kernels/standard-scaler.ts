// Standard scaling, x' = (x − mean) / scale. The division is scikit-learn's
// (sklearn/preprocessing/_data.py); a multiplication by the reciprocal differs in the last bit.
import type { StandardScaler } from './contract.js';

export function scaleInto(
  scaler: StandardScaler,
  rows: Float64Array,
  nRows: number,
  out: Float64Array,
): void {
  const { nFeatures, mean, scale } = scaler;
  for (let row = 0, at = 0; row < nRows; row++) {
    for (let feature = 0; feature < nFeatures; feature++, at++) {
      out[at] = (rows[at] - mean[feature]) / scale[feature];
    }
  }
}
