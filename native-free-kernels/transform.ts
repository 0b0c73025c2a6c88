// What happens to a row before the model sees it. Operations and their order are those of scikit-learn
// (sklearn/preprocessing/_data.py) and ONNX (onnx/docs/Operators-ml.md), so that results agree in the last bit.
import type {
  Float32Scaler,
  Log1p,
  MinMaxScaler,
  Normalizer,
  QuantileMap,
  StandardScaler,
  Transform,
} from './contract.js';
import { quantileShare } from './quantile-share.js';

export function transformInto(
  transform: Transform,
  rows: Float64Array,
  nRows: number,
  out: Float64Array,
): void {
  if (transform.type === 'standard') standardInto(transform, rows, nRows, out);
  else if (transform.type === 'min-max') minMaxInto(transform, rows, nRows, out);
  else if (transform.type === 'normalize') normalizeInto(transform, rows, nRows, out);
  else if (transform.type === 'float32') float32Into(transform, rows, nRows, out);
  else if (transform.type === 'log1p') log1pInto(transform, rows, nRows, out);
  else quantileInto(transform, rows, nRows, out);
}

/** A multiplication by the reciprocal of the scale would differ in the last bit. */
function standardInto(
  { nFeatures, mean, scale }: StandardScaler,
  rows: Float64Array,
  nRows: number,
  out: Float64Array,
): void {
  for (let row = 0, at = 0; row < nRows; row++) {
    for (let feature = 0; feature < nFeatures; feature++, at++) {
      out[at] = (rows[at] - mean[feature]) / scale[feature];
    }
  }
}

function minMaxInto(
  { nFeatures, factor, offset, lowest, highest }: MinMaxScaler,
  rows: Float64Array,
  nRows: number,
  out: Float64Array,
): void {
  for (let row = 0, at = 0; row < nRows; row++) {
    for (let feature = 0; feature < nFeatures; feature++, at++) {
      const value = rows[at] * factor[feature] + offset[feature];
      out[at] = Math.min(Math.max(value, lowest), highest);
    }
  }
}

function normalizeInto(
  { nFeatures, norm }: Normalizer,
  rows: Float64Array,
  nRows: number,
  out: Float64Array,
): void {
  for (let row = 0; row < nRows; row++) {
    const start = row * nFeatures;
    let total = 0;
    for (let at = start; at < start + nFeatures; at++) {
      const value = rows[at];
      if (norm === 'l2') total += value * value;
      else if (norm === 'l1') total += Math.abs(value);
      else total = Math.max(total, Math.abs(value));
    }
    const length = norm === 'l2' ? Math.sqrt(total) : total;
    const divisor = length === 0 ? 1 : length;
    for (let at = start; at < start + nFeatures; at++) out[at] = rows[at] / divisor;
  }
}

function float32Into(
  { nFeatures, offset, factor }: Float32Scaler,
  rows: Float64Array,
  nRows: number,
  out: Float64Array,
): void {
  const { fround } = Math;
  for (let row = 0, at = 0; row < nRows; row++) {
    for (let feature = 0; feature < nFeatures; feature++, at++) {
      out[at] = fround(fround(fround(rows[at]) - offset[feature]) * factor[feature]);
    }
  }
}

function log1pInto(
  { nFeatures, columns }: Log1p,
  rows: Float64Array,
  nRows: number,
  out: Float64Array,
): void {
  const nValues = nRows * nFeatures;
  copyInto(rows, nValues, out);
  for (let i = 0; i < columns.length; i++) {
    for (let at = columns[i]; at < nValues; at += nFeatures) {
      const value = out[at];
      out[at] = value < 0 ? -Math.log1p(-value) : Math.log1p(value);
    }
  }
}

function quantileInto(
  { nFeatures, columns, nQuantiles, quantiles }: QuantileMap,
  rows: Float64Array,
  nRows: number,
  out: Float64Array,
): void {
  const nValues = nRows * nFeatures;
  copyInto(rows, nValues, out);
  for (let i = 0; i < columns.length; i++) {
    for (let at = columns[i]; at < nValues; at += nFeatures) {
      out[at] = quantileShare(quantiles, i * nQuantiles, nQuantiles, out[at]);
    }
  }
}

/** A loop: where memory is shared, TypedArray.set is slow (Node 20). */
function copyInto(values: Float64Array, nValues: number, out: Float64Array): void {
  for (let at = 0; at < nValues; at++) out[at] = values[at];
}
