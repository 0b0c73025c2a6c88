// Rows as the bins of a detector's profile that their features and their scores lie in, each with a key: all that is kept
// of rows to compare their population with that of the training.
import { binOf, cutsOf, scoreCutsOf } from './distribution.js';
import type { Profile } from './profile.js';

/**
 * [rows × (nFeatures + 1 + KEY_BYTES)] row-major: the bin of every feature, that of the score, and the row's key,
 * little-endian. Rows of the same key say the same thing: they are copies, or rows of one session.
 */
export type RowBins = Uint8Array;

export const KEY_BYTES = 4;

const NO_ROWS: RowBins = new Uint8Array(0);

export interface BinOptions {
  /** Evenly between the rows, at most so many are taken. @default all */
  readonly maxRows?: number;
  /** Rows that are no behaviours. */
  readonly skipped?: { has(row: number): boolean } | undefined;
  /** A row's key, a whole number below 2³². @default a hash of its values as float32 */
  readonly keyOf?: ((row: number) => number) | undefined;
}

/**
 * The bins of the rows; of none where there is no profile.
 *
 * @param values [nRows × nFeatures] row-major, finite, unscaled
 * @param scores [nRows]
 */
export function binRows(
  profile: Profile | undefined,
  values: Float64Array,
  scores: Float64Array,
  { maxRows = Number.POSITIVE_INFINITY, skipped, keyOf }: BinOptions = {},
): RowBins {
  const nRows = scores.length;
  if (profile === undefined || nRows === 0 || maxRows === 0) return NO_ROWS;
  const cuts = cutsOfProfile(profile);
  const nFeatures = values.length / nRows;
  const step = Math.max(1, Math.ceil(nRows / maxRows));
  const bins = new Uint8Array(Math.ceil(nRows / step) * (nFeatures + 1 + KEY_BYTES));
  let at = 0;
  for (let row = 0; row < nRows; row += step) {
    if (skipped?.has(row)) continue;
    const start = row * nFeatures;
    for (let feature = 0; feature < nFeatures; feature++) {
      bins[at++] = binOf(cuts, feature, values[start + feature]);
    }
    bins[at++] = binOf(cuts, nFeatures, scores[row]);
    let key = keyOf === undefined ? hashOf(values, start, nFeatures) : keyOf(row);
    for (let byte = 0; byte < KEY_BYTES; byte++, key >>>= 8) bins[at++] = key;
  }
  return at === bins.length ? bins : bins.slice(0, at);
}

/** Different rows among those of a matrix, with values that differ by more than their rounding to float32. */
export function countDistinctRows(values: Float64Array, nFeatures: number): number {
  const keys = new Set<number>();
  for (let start = 0; start < values.length; start += nFeatures) {
    keys.add(hashOf(values, start, nFeatures));
  }
  return keys.size;
}

const float32 = new Float32Array(1);
const float32Bits = new Int32Array(float32.buffer);

/** FNV-1a over the bits of the values as float32, then the finaliser of MurmurHash3. */
function hashOf(values: Float64Array, start: number, nFeatures: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < start + nFeatures; at++) {
    float32[0] = values[at];
    hash = Math.imul(hash ^ float32Bits[0], 0x01000193);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** Made ready once per thread. */
const cutsByProfile = new WeakMap<Profile, Float64Array>();

/** Of the features, and then of the score, which is one column more. */
export function cutsOfProfile(profile: Profile): Float64Array {
  let cuts = cutsByProfile.get(profile);
  if (cuts === undefined) {
    cuts = joinedCuts(profile.quantiles, profile.scores.quantiles);
    cutsByProfile.set(profile, cuts);
  }
  return cuts;
}

/** Cuts of features, then of the score. */
function joinedCuts(quantiles: Float64Array, scoreQuantiles: Float64Array): Float64Array {
  const features = cutsOf(quantiles);
  const score = scoreCutsOf(scoreQuantiles);
  const cuts = new Float64Array(features.length + score.length);
  cuts.set(features);
  cuts.set(score, features.length);
  return cuts;
}
