// The population stability index: how far shares by bin are from those that were expected, Σ (p − q) · ln(p / q).
// 0.1 and 0.25 are the usual marks of some and of much change. It grows with chance in small samples: of the same
// population, it is distributed as χ² with one degree less than there are bins, times 1/n + 1/m (Yurdakul,
// "Statistical Properties of Population Stability Index", 2018); what chance explains is no change.

/** From `none` on each says more. */
export const DRIFT_LEVELS = ['none', 'some', 'much'] as const;
export type DriftLevel = (typeof DRIFT_LEVELS)[number];

export interface StabilityIndex {
  readonly psi: number;
  readonly level: DriftLevel;
}

const SOME_CHANGE = 0.1;
const MUCH_CHANGE = 0.25;
/** Of the index's distribution above its mean: so far chance hardly ever goes. */
const DEVIATIONS = 4;
/** Rows that a bin gets before any is counted, so that an empty one has a logarithm. */
const SMOOTHING = 0.5;

/**
 * @param expected share of each bin, 0 or more, in sum 1
 * @param nExpected rows that these are known from
 * @param observed counts by bin, of at least one row
 * @param nObserved effective rows among them, at least one
 */
export function stabilityIndex(
  expected: Float64Array,
  nExpected: number,
  observed: Int32Array,
  nObserved: number,
): StabilityIndex & { readonly change: number } {
  let [nBins, n] = [0, 0];
  for (let bin = 0; bin < expected.length; bin++) {
    n += observed[bin];
    if (expected[bin] + observed[bin] > 0) nBins++;
  }
  let psi = 0;
  for (let bin = 0; bin < expected.length; bin++) {
    if (expected[bin] + observed[bin] === 0) continue;
    const q = (nExpected * expected[bin] + SMOOTHING) / (nExpected + SMOOTHING * nBins);
    const p = (observed[bin] + SMOOTHING) / (n + SMOOTHING * nBins);
    psi += (p - q) * Math.log(p / q);
  }
  const degrees = nBins - 1;
  const chance = (degrees + DEVIATIONS * Math.sqrt(2 * degrees)) * (1 / nObserved + 1 / nExpected);
  const change = psi - chance;
  const level = change >= MUCH_CHANGE ? 'much' : change >= SOME_CHANGE ? 'some' : 'none';
  return { psi, level, change };
}
