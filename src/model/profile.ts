// What normal training rows look like, and what follows from it: a usual behaviour to compare with, the range in which
// a value is normal, and whether other rows are of the same kind (drift.ts).
import type { DetectorParts } from './detector.js';
import {
  countBins,
  cutsOf,
  type Distributions,
  distributionsOf,
  N_QUANTILES,
  QUANTILE_STEPS,
  scoreCutsOf,
} from './distribution.js';
import { countDistinctRows } from './row-bins.js';

/** Of the unscaled features of normal training rows; the whole of it stands in the detector's file. */
export interface Profile extends Distributions {
  /** Of the scores of normal rows that did not train: of those that did, models think too well. One column. */
  readonly scores: Distributions;
  /** Rows that speak for themselves: copies, and rows of one session, count as one. @default all that are counted */
  readonly effectiveRows?: number;
  /** Rows to expect of a session, where rows are behaviours of sessions as they grow; 1 or more. @default 1 */
  readonly rowsPerSession?: number;
  /** Labelled anomalies that stood beside the normal rows, where there were any. */
  readonly anomalies?: KnownAnomalies;
}

export interface KnownAnomalies {
  /** Of all rows, above 0 and below 1. */
  readonly share: number;
  /** [(nFeatures + 1) × N_BINS] row-major: those in each bin of the normal rows' profile, the score last */
  readonly counts: Int32Array;
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
  const effectiveRows = countDistinctRows(rows, nFeatures);
  return {
    ...distributionsOf(rows, nRows, nFeatures),
    scores: distributionsOf(scores, scores.length, 1, scoreCutsOf),
    ...(effectiveRows < nRows && { effectiveRows }),
  };
}

/**
 * The profile with the labelled anomalies beside its `nNormal` rows.
 *
 * @param rows [n × nFeatures] row-major, at least one
 * @param scores [n]
 */
export function withAnomalies(
  profile: Profile,
  nNormal: number,
  rows: Float64Array,
  scores: Float64Array,
): Profile {
  const n = scores.length;
  const features = countBins(cutsOf(profile.quantiles), rows, rows.length / n);
  const score = countBins(scoreCutsOf(profile.scores.quantiles), scores, 1);
  const counts = new Int32Array(features.length + score.length);
  counts.set(features);
  counts.set(score, features.length);
  return { ...profile, anomalies: { share: n / (n + nNormal), counts } };
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
