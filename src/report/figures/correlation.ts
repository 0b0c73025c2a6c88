// Pearson's correlation between features.
import { correlation, Matrix } from 'ml-matrix';

export interface Correlations {
  /** [nFeatures][nFeatures]; NaN where a feature is constant */
  readonly matrix: readonly (readonly number[])[];
  readonly strongPairs: readonly CorrelatedPair[];
}

export interface CorrelatedPair {
  /** Indices of features. */
  readonly first: number;
  readonly second: number;
  readonly correlation: number;
}

/** From here on two features say nearly the same. */
export const STRONG_CORRELATION = 0.8;

/** `rows`: [nRows × nFeatures] row-major, at least two rows. Strongest pairs first. */
export function correlationsOf(rows: Float64Array, nFeatures: number): Correlations {
  const matrix = correlation(
    Matrix.from1DArray(rows.length / nFeatures, nFeatures, rows),
  ).to2DArray();
  const strongPairs = matrix
    .flatMap((row, first) =>
      row
        .slice(first + 1)
        .map((value, i) => ({ first, second: first + 1 + i, correlation: value })),
    )
    .filter((pair) => Math.abs(pair.correlation) >= STRONG_CORRELATION)
    .sort((a, b) => Math.abs(b.correlation) - Math.abs(a.correlation));
  return { matrix, strongPairs };
}
