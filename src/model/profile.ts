// What normal training rows look like, feature by feature, and what follows from it for explanations: a usual
// behaviour to compare with, and the range in which a value is normal.
import type { DetectorParts } from './detector.js';

/** Quantiles at 0, 5, 10 … 100 %. */
export const QUANTILE_STEPS = 20;
const N_QUANTILES = QUANTILE_STEPS + 1;

/** The whole of it stands in the detector's file. */
export interface Profile {
  /** [nFeatures × (QUANTILE_STEPS + 1)] row-major, of the unscaled normal training rows; ascending per feature */
  readonly quantiles: Float64Array;
}

/** All three are [nFeatures], unscaled. */
export interface NormalRanges {
  readonly low: Float64Array;
  /** A behaviour whose every feature is as usual. */
  readonly usual: Float64Array;
  readonly high: Float64Array;
}

/** `rows`: [nRows × nFeatures] row-major, at least one, finite, read-only. Interpolates as NumPy's `quantile` does. */
export function profileOf(rows: Float64Array, nRows: number, nFeatures: number): Profile {
  const quantiles = new Float64Array(nFeatures * N_QUANTILES);
  const column = new Float64Array(nRows);
  for (let feature = 0; feature < nFeatures; feature++) {
    for (let row = 0; row < nRows; row++) column[row] = rows[row * nFeatures + feature];
    column.sort();
    for (let step = 0; step < N_QUANTILES; step++) {
      const place = (step / QUANTILE_STEPS) * (nRows - 1);
      const below = column[Math.floor(place)];
      const above = column[Math.ceil(place)];
      const between = below + (place % 1) * (above - below);
      quantiles[feature * N_QUANTILES + step] = Math.min(between, above);
    }
  }
  return { quantiles };
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
