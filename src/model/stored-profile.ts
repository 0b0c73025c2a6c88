// How a detector file holds the profile of its training rows, where it has one.
//
//   profile.quantiles         F64 [nFeatures, 21]
//   profile.counts            I32 [nFeatures, 12]
//   profile.score_quantiles   F64 [1, 21]           of normal rows that did not train
//   profile.score_counts      I32 [1, 12]           of the same
import { type Distributions, N_BINS, N_QUANTILES } from './distribution.js';
import type { Profile } from './profile.js';
import type { Tensor } from './safetensors.js';
import { badDetector, checkFinite, type Taker } from './tensor-taker.js';

const FEATURES = 'profile.';
const SCORES = 'profile.score_';

export function profileTensors(profile: Profile | undefined): [string, Tensor][] {
  if (profile === undefined) return [];
  return [...tensorsOf(FEATURES, profile), ...tensorsOf(SCORES, profile.scores)];
}

export function readProfile(nFeatures: number, take: Taker): { profile?: Profile } {
  if (!take.has(`${FEATURES}quantiles`)) return {};
  const scores = readDistributions(SCORES, 1, take);
  return { profile: { ...readDistributions(FEATURES, nFeatures, take), scores } };
}

/** @throws AnomalyPredictorError 'bad-detector-file' that names the place and the value */
export function checkProfile(profile: Profile | undefined): void {
  if (profile === undefined) return;
  checkDistributions(FEATURES, profile);
  checkDistributions(SCORES, profile.scores);
}

function tensorsOf(prefix: string, { quantiles, counts }: Distributions): [string, Tensor][] {
  const nColumns = quantiles.length / N_QUANTILES;
  return [
    [`${prefix}quantiles`, { dtype: 'F64', shape: [nColumns, N_QUANTILES], data: quantiles }],
    [`${prefix}counts`, { dtype: 'I32', shape: [nColumns, N_BINS], data: counts }],
  ];
}

function readDistributions(prefix: string, nColumns: number, take: Taker): Distributions {
  return {
    quantiles: take(`${prefix}quantiles`, 'F64', [nColumns, N_QUANTILES]),
    counts: take(`${prefix}counts`, 'I32', [nColumns, N_BINS]),
  };
}

function checkDistributions(prefix: string, { quantiles, counts }: Distributions): void {
  checkFinite(`${prefix}quantiles`, quantiles);
  quantiles.forEach((value, i) => {
    if (i % N_QUANTILES > 0 && value < quantiles[i - 1]) {
      throw badDetector(`${prefix}quantiles[${i}] is ${value}, less than the quantile before it`);
    }
  });
  for (let start = 0; start < counts.length; start += N_BINS) {
    const column = counts.subarray(start, start + N_BINS);
    const negative = column.findIndex((count) => count < 0);
    if (negative >= 0) {
      throw badDetector(`${prefix}counts[${start + negative}] is ${column[negative]}`);
    }
    if (column.every((count) => count === 0)) {
      throw badDetector(`${prefix}counts[${start}] and its bins count no row`);
    }
  }
}
