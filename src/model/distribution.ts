// How the values of columns are distributed, in numbers that do not grow with the rows: quantiles, and how many rows
// lie in each of a few bins between them.

/** Quantiles at 0, 5, 10 … 100 %. */
export const QUANTILE_STEPS = 20;
export const N_QUANTILES = QUANTILE_STEPS + 1;
/** Every tenth of the rows, the lowest and the highest value included, can make a cut. */
const STEPS_PER_TENTH = QUANTILE_STEPS / 10;
const N_CUTS = 11;
export const N_BINS = N_CUTS + 1;

export interface Distributions {
  /** [nColumns × N_QUANTILES] row-major, ascending per column */
  readonly quantiles: Float64Array;
  /** [nColumns × N_BINS] row-major: rows in each bin that `cutsOf` makes of the quantiles */
  readonly counts: Int32Array;
}

/**
 * Interpolates as NumPy's `quantile` does.
 *
 * @param rows [nRows × nColumns] row-major, at least one, finite, read-only
 * @param cuts of the quantiles; `cutsOf` by default
 */
export function distributionsOf(
  rows: Float64Array,
  nRows: number,
  nColumns: number,
  cuts: (quantiles: Float64Array) => Float64Array = cutsOf,
): Distributions {
  const quantiles = new Float64Array(nColumns * N_QUANTILES);
  const sorted = new Float64Array(nRows);
  for (let column = 0; column < nColumns; column++) {
    for (let row = 0; row < nRows; row++) sorted[row] = rows[row * nColumns + column];
    sorted.sort();
    for (let step = 0; step < N_QUANTILES; step++) {
      const place = (step / QUANTILE_STEPS) * (nRows - 1);
      const below = sorted[Math.floor(place)];
      const above = sorted[Math.ceil(place)];
      const between = below + (place % 1) * (above - below);
      quantiles[column * N_QUANTILES + step] = Math.min(between, above);
    }
  }
  return { quantiles, counts: countBins(cuts(quantiles), rows, nColumns) };
}

/** Rows in each bin, [nColumns × N_BINS] row-major. `rows`: [nRows × nColumns] row-major */
export function countBins(cuts: Float64Array, rows: Float64Array, nColumns: number): Int32Array {
  const counts = new Int32Array(nColumns * N_BINS);
  for (let at = 0; at < rows.length; at++) {
    const column = at % nColumns;
    counts[column * N_BINS + binOf(cuts, column, rows[at])]++;
  }
  return counts;
}

/** A few roundings to float32: values that near to each other are the same, whatever file they came in. */
const FLOAT32_ROUNDING = 2 ** -22;
/** What that makes of scores, as a share of their spread. */
const SCORE_ROUNDING = 2 ** -16;

/** The distance within which values of a column are the same as `value`. */
type Rounding = (value: number) => number;

const roundingOfValues: Rounding = (value) => Math.abs(value) * FLOAT32_ROUNDING;

/** Cuts of a column of scores: sums that may nearly cancel out, so that their rounding goes by how far they spread. */
export function scoreCutsOf(quantiles: Float64Array): Float64Array {
  const rounding = (quantiles[QUANTILE_STEPS] - quantiles[0]) * SCORE_ROUNDING;
  return cutsOf(quantiles, (value) => Math.max(rounding, roundingOfValues(value)));
}

/**
 * Where bins end, [nColumns × N_CUTS] row-major: at the tenths, and as far above as rounding may take a value. A value
 * that a tenth of the rows or more have, such as those of a flag, gets a bin of its own, with what rounds to it. Cuts that
 * a column does not need are infinite: their bins stay empty.
 */
export function cutsOf(
  quantiles: Float64Array,
  rounding: Rounding = roundingOfValues,
): Float64Array {
  const nColumns = quantiles.length / N_QUANTILES;
  const cuts = new Float64Array(nColumns * N_CUTS).fill(Number.POSITIVE_INFINITY);
  for (let column = 0; column < nColumns; column++) {
    const tenth = (k: number) => quantiles[column * N_QUANTILES + k * STEPS_PER_TENTH];
    const start = column * N_CUTS;
    let at = start;
    for (let k = 0; k <= 10; k++) {
      const value = tenth(k);
      const end = value + rounding(value);
      const isCommon = k < 10 && tenth(k + 1) <= end;
      while (k < 10 && tenth(k + 1) <= end) k++;
      if (isCommon) {
        const begin = Math.min(value - rounding(value), numberBelow(value));
        cuts[at] = at === start ? begin : Math.max(begin, cuts[at - 1]);
        at++;
      }
      if (isCommon || (k > 0 && k < 10)) cuts[at++] = Math.max(end, tenth(k));
    }
  }
  return cuts;
}

/** Which bin of `column` holds `value`, a number: from 0 for the lowest values to N_BINS − 1. */
export function binOf(cuts: Float64Array, column: number, value: number): number {
  const start = column * N_CUTS;
  let bin = 0;
  for (let cut = start; cut < start + N_CUTS; cut++) bin += Number(value > cuts[cut]);
  return bin;
}

/** The values in a bin, in words: 'up to 10', 'from 10 to 20', 'at 1', 'below 1', 'above 20'. */
export function placeOfBin(cuts: Float64Array, column: number, bin: number): string {
  const start = column * N_CUTS;
  const low = bin === 0 ? Number.NEGATIVE_INFINITY : cuts[start + bin - 1];
  const high = bin === N_CUTS ? Number.POSITIVE_INFINITY : cuts[start + bin];
  // A bin of one value follows, which this one reaches up to.
  const next = bin < N_CUTS - 1 ? cuts[start + bin + 1] : high;
  const end = Number.isFinite(next) && isOneValue(high, next) ? next : high;
  if (high === Number.POSITIVE_INFINITY) return `above ${shortNumber(low)}`;
  if (isOneValue(low, high)) return `at ${shortNumber(high)}`;
  if (low !== Number.NEGATIVE_INFINITY) return `from ${shortNumber(low)} to ${shortNumber(end)}`;
  return `${end === high ? 'up to' : 'below'} ${shortNumber(end)}`;
}

function shortNumber(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** Whether a bin between these cuts holds one value and what rounds to it. */
function isOneValue(low: number, high: number): boolean {
  return high - low <= Math.max(4 * roundingOfValues(high), Number.MIN_VALUE);
}

/** The largest number less than `value`, which is finite. */
function numberBelow(value: number): number {
  if (value === 0) return -Number.MIN_VALUE;
  const number = Float64Array.of(value);
  const bits = new BigInt64Array(number.buffer);
  bits[0] += value > 0 ? -1n : 1n;
  return number[0];
}
