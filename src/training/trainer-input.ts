// What the trainers have in common: what they ask of options and rows.
import { AnomalyPredictorError, showValue } from '../errors.js';

export const INT32_MAX = 2 ** 31 - 1;
export const LARGEST_SEED = 2 ** 32 - 1;

/** @throws AnomalyPredictorError 'bad-option' unless `value` is whole and within its range */
export function checkWhole(name: string, value: number, smallest: number, largest: number): void {
  const isGood = Number.isInteger(value) && value >= smallest && value <= largest;
  expectOption(name, value, isGood, `a whole number from ${smallest} to ${largest}`);
}

/** @throws AnomalyPredictorError 'bad-option' unless `isGood` */
export function expectOption(
  option: string,
  value: unknown,
  isGood: boolean,
  expected: string,
): void {
  if (isGood) return;
  const shown = showValue(value);
  throw new AnomalyPredictorError(
    'bad-option',
    `option "${option}" expected ${expected}, got ${shown}`,
    { field: option, value: shown },
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
