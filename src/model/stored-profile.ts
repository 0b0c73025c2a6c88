// How a detector file holds the profile of its training rows, where it has one.
//
//   profile.quantiles         F64 [nFeatures, 21]
//   profile.counts            I32 [nFeatures, 12]
//   profile.score_quantiles   F64 [1, 21]           of normal rows that did not train
//   profile.score_counts      I32 [1, 12]           of the same
//   profile.anomaly_counts    I32 [nFeatures + 1, 12] of labelled anomalies, the score last; where there were any
//
// What is one number of it stands in the metadata, as `ProfileDescription`.
import * as v from 'valibot';
import { type Distributions, N_BINS, N_QUANTILES } from './distribution.js';
import type { Profile } from './profile.js';
import type { Tensor } from './safetensors.js';
import { badDetector, checkFinite, type Taker } from './tensor-taker.js';

const FEATURES = 'profile.';
const SCORES = 'profile.score_';

const ANOMALIES = 'profile.anomaly_counts';

export const ProfileDescription = v.strictObject({
  effectiveRows: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  rowsPerSession: v.exactOptional(v.pipe(v.number(), v.finite(), v.minValue(1))),
  anomalyShare: v.exactOptional(v.pipe(v.number(), v.gtValue(0), v.ltValue(1))),
});
export type ProfileDescription = v.InferOutput<typeof ProfileDescription>;

/** Undefined where the tensors say all. */
export function describeProfile(profile: Profile | undefined): ProfileDescription | undefined {
  if (profile === undefined) return undefined;
  const { effectiveRows, rowsPerSession, anomalies } = profile;
  const description = {
    ...(effectiveRows !== undefined && { effectiveRows }),
    ...(rowsPerSession !== undefined && { rowsPerSession }),
    ...(anomalies !== undefined && { anomalyShare: anomalies.share }),
  };
  return Object.keys(description).length === 0 ? undefined : description;
}

export function profileTensors(profile: Profile | undefined): [string, Tensor][] {
  if (profile === undefined) return [];
  const tensors = [...tensorsOf(FEATURES, profile), ...tensorsOf(SCORES, profile.scores)];
  if (profile.anomalies !== undefined) {
    const { counts } = profile.anomalies;
    const shape = [counts.length / N_BINS, N_BINS];
    tensors.push([ANOMALIES, { dtype: 'I32', shape, data: counts }]);
  }
  return tensors;
}

export function readProfile(
  description: ProfileDescription = {},
  nFeatures: number,
  take: Taker,
): { profile?: Profile } {
  if (!take.has(`${FEATURES}quantiles`)) return {};
  const { anomalyShare: share, ...numbers } = description;
  const profile = {
    ...readDistributions(FEATURES, nFeatures, take),
    scores: readDistributions(SCORES, 1, take),
    ...numbers,
  };
  if (share === undefined) return { profile };
  const counts = take(ANOMALIES, 'I32', [nFeatures + 1, N_BINS]);
  return { profile: { ...profile, anomalies: { share, counts } } };
}

/** @throws AnomalyPredictorError 'bad-detector-file' that names the place and the value */
export function checkProfile(profile: Profile | undefined): void {
  if (profile === undefined) return;
  checkDistributions(FEATURES, profile);
  checkDistributions(SCORES, profile.scores);
  if (profile.anomalies !== undefined) checkCounts(ANOMALIES, profile.anomalies.counts);
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
  checkCounts(`${prefix}counts`, counts);
}

function checkCounts(name: string, counts: Int32Array): void {
  for (let start = 0; start < counts.length; start += N_BINS) {
    const column = counts.subarray(start, start + N_BINS);
    const negative = column.findIndex((count) => count < 0);
    if (negative >= 0) throw badDetector(`${name}[${start + negative}] is ${column[negative]}`);
    if (column.every((count) => count === 0)) {
      throw badDetector(`${name}[${start}] and its bins count no row`);
    }
  }
}
