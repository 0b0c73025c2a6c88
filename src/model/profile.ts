// What normal training rows look like, and what follows from it: a usual behaviour to compare with, the range in which
// a value is normal, and whether other rows are of the same kind (drift.ts).
import type { DetectorParts } from './detector.js';
import {
  type Distributions,
  distributionsOf,
  N_QUANTILES,
  QUANTILE_STEPS,
} from './distribution.js';

/** Of the unscaled features of normal training rows; the whole of it stands in the detector's file. */
export interface Profile extends Distributions {
  /** Of the scores of normal rows that did not train: of those that did, models think too well. One column. */
  readonly scores: Distributions;
}

/** All three are [nFeatures], unscaled. */
export interface NormalRanges {
  readonly low: Float64Array;
  /** A behaviour whose every feature is as usual. */
  readonly usual: Float64Array;
  readonly high: Float64Array;
}

/**
 * @param rows [nRows × nFeatures] row-major, at least one, finite, read-only
 * @param scores of other rows of their kind, at least one
 */
export function profileOf(
  rows: Float64Array,
  nRows: number,
  nFeatures: number,
  scores: Float64Array,
): Profile {
  return {
    ...distributionsOf(rows, nRows, nFeatures),
    scores: distributionsOf(scores, scores.length, 1),
  };
}

/** Standard deviations on either side of the mean that count as normal where nothing but these is known. */
const NORMAL_DEVIATIONS = 2;

/**
 * From 5 to 95 % of the normal training rows, around their median. A detector without a profile has its standard
 * scaler's centre ± 2 scales, if that is what rows pass first. Undefined where there is neither.
 */
export function normalRangesOf({
  profile,
  transforms,
  schema,
}: Pick<DetectorParts, 'profile' | 'transforms' | 'schema'>): NormalRanges | undefined {
  if (profile !== undefined) {
    const at = (step: number) =>
      Float64Array.from(
        schema.features,
        (_, feature) => profile.quantiles[feature * N_QUANTILES + step],
      );
    return { low: at(1), usual: at(QUANTILE_STEPS / 2), high: at(QUANTILE_STEPS - 1) };
  }
  const [first] = transforms;
  if (first?.type !== 'standard') return undefined;
  const { mean, scale } = first;
  const at = (deviations: number) => mean.map((centre, i) => centre + deviations * scale[i]);
  return { low: at(-NORMAL_DEVIATIONS), usual: at(0), high: at(NORMAL_DEVIATIONS) };
}
