// Fits what rows pass before a model, column by column: heavy-tailed columns may take another way than flags.
import type { QuantileMap, StandardScaler, Transform } from '../../native-free-kernels/contract.js';
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import { percentile, percentileOfSorted } from './percentile.js';
import { fitStandardScaler } from './standard-scaler.js';

/**
 * `standard`: mean 0, deviation 1. `log1p`: the logarithm of 1 + value, then `standard`. `log`: the same of the value in
 * units of its small ones, so that it does not matter what a feature is measured in. `robust`: median 0, interquartile
 * range 1. `quantile`: the share of training rows below, 0 to 1. `none`: as it is.
 */
export const COLUMN_TRANSFORMS = [
  'standard',
  'log1p',
  'log',
  'robust',
  'quantile',
  'none',
] as const;
export type ColumnTransform = (typeof COLUMN_TRANSFORMS)[number];

/** As scikit-learn's QuantileTransformer; fewer rows have as many quantiles as rows. */
const MOST_QUANTILES = 1_000;
/** Share of the values other than 0 that are smaller than the unit of `log`. */
const UNIT_SHARE = 0.01;
/** A smaller spread is that of a constant (sklearn/preprocessing/_data.py). */
const LEAST_SPREAD = 10 * Number.EPSILON;

/**
 * The transforms in the order in which a row passes them; columns that one does not concern pass it unchanged.
 *
 * @param rows [nRows × nFeatures] row-major, at least one row, finite, read-only
 * @param kinds [nFeatures]
 */
export function fitColumnTransforms(
  rows: Float64Array,
  nRows: number,
  nFeatures: number,
  kinds: readonly ColumnTransform[],
): Transform[] {
  const columnsOf = (...wanted: readonly ColumnTransform[]) =>
    Int32Array.from(kinds.keys()).filter((column) => wanted.includes(kinds[column]));
  const transforms: Transform[] = [];
  let scaledRows = rows;
  function pass(transform: Transform): void {
    const passed = new Float64Array(rows.length);
    plainKernels.transformInto(transform, scaledRows, nRows, passed);
    scaledRows = passed;
    transforms.push(transform);
  }
  if (columnsOf('log').length > 0) pass(fitUnits(rows, nRows, nFeatures, kinds));
  const columns = columnsOf('log1p', 'log');
  if (columns.length > 0) pass({ type: 'log1p', nFeatures, columns });
  const ranked = columnsOf('quantile');
  if (ranked.length > 0) transforms.push(fitQuantiles(rows, nRows, nFeatures, ranked));
  if (kinds.some((kind) => kind !== 'quantile' && kind !== 'none')) {
    transforms.push(fitScales(scaledRows, nRows, nFeatures, kinds));
  }
  return transforms;
}

function fitUnits(
  rows: Float64Array,
  nRows: number,
  nFeatures: number,
  kinds: readonly ColumnTransform[],
): StandardScaler {
  const scale = Float64Array.from(kinds, (kind, feature) => {
    if (kind !== 'log') return 1;
    const sizes = sortedColumn(rows, nRows, nFeatures, feature)
      .map(Math.abs)
      .filter((size) => size > 0);
    return sizes.length === 0 ? 1 : percentile(sizes, UNIT_SHARE);
  });
  return { type: 'standard', nFeatures, mean: new Float64Array(nFeatures), scale };
}

function fitScales(
  rows: Float64Array,
  nRows: number,
  nFeatures: number,
  kinds: readonly ColumnTransform[],
): StandardScaler {
  const scaler = fitStandardScaler(rows, nRows, nFeatures);
  kinds.forEach((kind, feature) => {
    if (kind === 'quantile' || kind === 'none') {
      scaler.mean[feature] = 0;
      scaler.scale[feature] = 1;
    } else if (kind === 'robust') {
      const sorted = sortedColumn(rows, nRows, nFeatures, feature);
      const spread = percentileOfSorted(sorted, 0.75) - percentileOfSorted(sorted, 0.25);
      scaler.mean[feature] = percentileOfSorted(sorted, 0.5);
      scaler.scale[feature] = spread < LEAST_SPREAD ? 1 : spread;
    }
  });
  return scaler;
}

function fitQuantiles(
  rows: Float64Array,
  nRows: number,
  nFeatures: number,
  columns: Int32Array,
): QuantileMap {
  const nQuantiles = Math.max(2, Math.min(MOST_QUANTILES, nRows));
  const quantiles = new Float64Array(columns.length * nQuantiles);
  const width = 1 / (nQuantiles - 1);
  columns.forEach((column, i) => {
    const sorted = sortedColumn(rows, nRows, nFeatures, column);
    let highest = Number.NEGATIVE_INFINITY;
    for (let step = 0; step < nQuantiles; step++) {
      // By way of percentages, as there: whether a quantile is a value to its last bit hangs on it.
      const share = step === nQuantiles - 1 ? 1 : (step * width * 100) / 100;
      const quantile = percentileOfSorted(sorted, share);
      // Interpolation may round one below the last.
      highest = Math.max(highest, quantile);
      quantiles[i * nQuantiles + step] = highest;
    }
  });
  return { type: 'quantile', nFeatures, columns, nQuantiles, quantiles };
}

function sortedColumn(
  rows: Float64Array,
  nRows: number,
  nFeatures: number,
  feature: number,
): Float64Array {
  return Float64Array.from({ length: nRows }, (_, row) => rows[row * nFeatures + feature]).sort();
}
