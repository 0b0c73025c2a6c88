// How a detector file holds the profile of its training rows, where it has one.
//
//   profile.quantiles   F64 [nFeatures, 21]
import { type Profile, QUANTILE_STEPS } from './profile.js';
import type { Tensor } from './safetensors.js';
import { badDetector, checkFinite, type Taker } from './tensor-taker.js';

const QUANTILES = 'profile.quantiles';
const N_QUANTILES = QUANTILE_STEPS + 1;

export function profileTensors(profile: Profile | undefined): [string, Tensor][] {
  if (profile === undefined) return [];
  const { quantiles } = profile;
  const shape = [quantiles.length / N_QUANTILES, N_QUANTILES];
  return [[QUANTILES, { dtype: 'F64', shape, data: quantiles }]];
}

export function readProfile(nFeatures: number, take: Taker): { profile?: Profile } {
  if (!take.has(QUANTILES)) return {};
  return { profile: { quantiles: take(QUANTILES, 'F64', [nFeatures, N_QUANTILES]) } };
}

/** @throws AnomalyPredictorError 'bad-detector-file' that names the place and the value */
export function checkProfile(profile: Profile | undefined): void {
  if (profile === undefined) return;
  const { quantiles } = profile;
  checkFinite(QUANTILES, quantiles);
  const at = quantiles.findIndex((value, i) => i % N_QUANTILES > 0 && value < quantiles[i - 1]);
  if (at >= 0) {
    throw badDetector(`${QUANTILES}[${at}] is ${quantiles[at]}, less than the quantile before it`);
  }
}
