// What the trainers of forests have in common: defaults, and what they ask of options and rows.
import { AnomalyPredictorError, showValue } from '../errors.js';

export const DEFAULT_N_TREES = 100;
export const INT32_MAX = 2 ** 31 - 1;
export const LARGEST_SEED = 2 ** 32 - 1;

/** @throws AnomalyPredictorError 'bad-option' unless `value` is whole and within its range */
export function checkWhole(name: string, value: number, smallest: number, largest: number): void {
  if (Number.isInteger(value) && value >= smallest && value <= largest) return;
  const shown = showValue(value);
  throw new AnomalyPredictorError(
    'bad-option',
    `option "${name}" expected a whole number from ${smallest} to ${largest}, got ${shown}`,
    { field: name, value: shown },
  );
}

/**
 * Trees are grown on float32.
 *
 * @param rows [nRows × nFeatures] row-major
 * @throws AnomalyPredictorError 'bad-data-file' that names row and feature
 */
export function checkFloat32Rows(rows: Float64Array, nRows: number, nFeatures: number): void {
  for (let row = 0; row < nRows; row++) {
    for (let feature = 0; feature < nFeatures; feature++) {
      const value = rows[row * nFeatures + feature];
      if (Number.isFinite(Math.fround(value))) continue;
      throw new AnomalyPredictorError(
        'bad-data-file',
        `row ${row}: feature ${feature} expected a number within float32, got ${value}`,
        { row, value: String(value) },
      );
    }
  }
}
