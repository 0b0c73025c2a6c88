// The range of values that a detector knows: those of its normal training rows or, of a model that was imported, what
// its scaler or its support vectors tell.
import type { DetectorParts, Model } from './detector.js';
import { distributionsOf, N_QUANTILES, QUANTILE_STEPS } from './distribution.js';
import type { Profile } from './profile.js';

/** All are [nFeatures], unscaled. */
export interface KnownRange {
  readonly min: Float64Array;
  /** A behaviour whose every feature is as usual. */
  readonly usual: Float64Array;
  readonly max: Float64Array;
}

/** Deviations on either side of the mean that hold all rows but few, where nothing but these is known. */
const RANGE_DEVIATIONS = 4;

/** Undefined where nothing is known. */
export function knownRangeOf({
  profile,
  transforms: [first, ...others],
  model,
}: Pick<DetectorParts, 'profile' | 'transforms' | 'model'>): KnownRange | undefined {
  if (profile !== undefined) return profileRange(profile);
  if (first?.type === 'standard') {
    const at = (deviations: number) =>
      first.mean.map((centre, i) => centre + deviations * first.scale[i]);
    return { min: at(-RANGE_DEVIATIONS), usual: at(0), max: at(RANGE_DEVIATIONS) };
  }
  return first === undefined && others.length === 0 ? supportRange(model) : undefined;
}

/** From the lowest to the highest of the rows that the profile was made of. */
function profileRange({ quantiles }: Pick<Profile, 'quantiles'>): KnownRange {
  const nFeatures = quantiles.length / N_QUANTILES;
  const at = (step: number) =>
    Float64Array.from({ length: nFeatures }, (_, i) => quantiles[i * N_QUANTILES + step]);
  return { min: at(0), usual: at(QUANTILE_STEPS / 2), max: at(QUANTILE_STEPS) };
}

/** `rows`: [nRows × nFeatures] row-major, at least one */
export function rangeOfRows(rows: Float64Array, nFeatures: number): KnownRange {
  return profileRange(distributionsOf(rows, rows.length / nFeatures, nFeatures));
}

/** Support vectors are training rows, the outermost ones among them. */
function supportRange(model: Model): KnownRange | undefined {
  if (model.type !== 'one-class-svm') return undefined;
  const { nFeatures, nSupport, supportVectors } = model.svm;
  const min = new Float64Array(nFeatures).fill(Number.POSITIVE_INFINITY);
  const max = new Float64Array(nFeatures).fill(Number.NEGATIVE_INFINITY);
  const usual = new Float64Array(nFeatures);
  for (let at = 0; at < supportVectors.length; at++) {
    const feature = at % nFeatures;
    min[feature] = Math.min(min[feature], supportVectors[at]);
    max[feature] = Math.max(max[feature], supportVectors[at]);
    usual[feature] += supportVectors[at] / nSupport;
  }
  return { min, usual, max };
}
