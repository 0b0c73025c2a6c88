// Rows as the bins of a detector's profile that their features and their scores lie in: all that is kept of rows to
// compare their population with that of the training.
import { binOf, cutsOf } from './distribution.js';
import type { Profile } from './profile.js';

/** [rows × (nFeatures + 1)] row-major: the bin of every feature, then that of the score. */
export type RowBins = Uint8Array;

const NO_ROWS: RowBins = new Uint8Array(0);

/**
 * The bins of the rows, or of at most `mostRows` that lie evenly between them; of none where there is no profile.
 *
 * @param values [nRows × nFeatures] row-major, finite, unscaled
 * @param scores [nRows]
 * @param skipped rows that are no behaviours
 */
export function binRows(
  profile: Profile | undefined,
  values: Float64Array,
  scores: Float64Array,
  mostRows = Number.POSITIVE_INFINITY,
  skipped?: { has(row: number): boolean },
): RowBins {
  const nRows = scores.length;
  if (profile === undefined || nRows === 0 || mostRows === 0) return NO_ROWS;
  const cuts = cutsOfProfile(profile);
  const nFeatures = values.length / nRows;
  const step = Math.max(1, Math.ceil(nRows / mostRows));
  const bins = new Uint8Array(Math.ceil(nRows / step) * (nFeatures + 1));
  let at = 0;
  for (let row = 0; row < nRows; row += step) {
    if (skipped?.has(row)) continue;
    for (let feature = 0; feature < nFeatures; feature++) {
      bins[at++] = binOf(cuts, feature, values[row * nFeatures + feature]);
    }
    bins[at++] = binOf(cuts, nFeatures, scores[row]);
  }
  return at === bins.length ? bins : bins.slice(0, at);
}

/** Made ready once per thread. */
const cutsByProfile = new WeakMap<Profile, Float64Array>();

/** Of the features, and then of the score, which is one column more. */
export function cutsOfProfile(profile: Profile): Float64Array {
  let cuts = cutsByProfile.get(profile);
  if (cuts === undefined) {
    const features = cutsOf(profile.quantiles);
    const score = cutsOf(profile.scores.quantiles);
    cuts = new Float64Array(features.length + score.length);
    cuts.set(features);
    cuts.set(score, features.length);
    cutsByProfile.set(profile, cuts);
  }
  return cuts;
}
