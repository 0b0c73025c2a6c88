// The range of values that a detector was made from, and what lies outside of it: forests say nothing about that.
import type { DetectorParts } from './detector.js';
import { N_QUANTILES, QUANTILE_STEPS } from './distribution.js';

/** Null where the detector does not know. */
export interface TrainingRange {
  /** Of all normal training rows. */
  readonly min: number | null;
  readonly max: number | null;
}

/** Values that near to an end are at it: they came by way of float32. */
const FLOAT32_ROUNDING = 2 ** -22;

export function trainingRangeOf(
  { profile }: Pick<DetectorParts, 'profile'>,
  feature: number,
): TrainingRange {
  const at = (step: number) => profile?.quantiles[feature * N_QUANTILES + step] ?? null;
  return { min: at(0), max: at(QUANTILE_STEPS) };
}

export function isOutOfRange(value: number, { min, max }: TrainingRange): boolean {
  if (min === null || max === null) return false;
  const rounding = Math.abs(value) * FLOAT32_ROUNDING;
  return value < min - rounding || value > max + rounding;
}

/** Names of the features of a row that are out of the training range, in the order of the schema; `row`: [nFeatures] */
export function featuresOutOfRange(
  detector: Pick<DetectorParts, 'profile' | 'schema'>,
  row: ArrayLike<number>,
): string[] {
  return detector.schema.features
    .filter((_, feature) => isOutOfRange(row[feature], trainingRangeOf(detector, feature)))
    .map(({ name }) => name);
}
