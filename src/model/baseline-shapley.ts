// Shapley values of a score against one usual behaviour: what is unknown of a row is as usual (Sundararajan and Najmi,
// "The Many Shapley Values for Model Explanation", 2020). Only features that differ from the usual can contribute.

/** Scores of `nRows` rows into scores[0 … nRows). */
export type ScoreRows = (rows: Float64Array, nRows: number, scores: Float64Array) => void;

/** Features that may differ for the sum over all their subsets; more are sampled. */
export const MOST_EXACT_FEATURES = 12;
/** Rows that are scored to explain one by samples, unless that were too few permutations. */
const SAMPLED_ROWS = 8_192;
const LEAST_PAIRS = 8;
const ROWS_PER_BLOCK = 256;

/** The most rows that are scored to explain one. */
export function mixedRowsFor(nFeatures: number): number {
  return nFeatures <= MOST_EXACT_FEATURES ? 2 ** nFeatures : 2 * nPairsFor(nFeatures) * nFeatures;
}

/**
 * Contributions of the features of one row, which sum to its score less that of the usual behaviour, into
 * contributions[0 … nFeatures), and into `errors` their standard errors: 0 unless more than MOST_EXACT_FEATURES
 * features differ. Those are estimated from random orders of the features, each with its reverse, always the same.
 */
export function baselineShapleyInto(
  score: ScoreRows,
  row: Float64Array,
  usual: Float64Array,
  contributions: Float64Array,
  errors: Float64Array,
): void {
  contributions.fill(0);
  errors.fill(0);
  const features = Int32Array.from(row.keys()).filter((feature) => row[feature] !== usual[feature]);
  if (features.length <= MOST_EXACT_FEATURES)
    sumOverSubsets(score, row, usual, features, contributions);
  else sampleOrders(score, row, usual, features, contributions, errors);
}

/** φᵢ = Σ over S without i of |S|! (n − |S| − 1)! / n! · (v(S and i) − v(S)); a subset is the bits of its number. */
function sumOverSubsets(
  score: ScoreRows,
  row: Float64Array,
  usual: Float64Array,
  features: Int32Array,
  contributions: Float64Array,
): void {
  const n = features.length;
  const nSubsets = 2 ** n;
  const mixed = usual.slice();
  const scores = scoreMixed(score, mixed, nSubsets, (subset) => {
    // From one number to the next only the lowest bits change.
    for (
      let bit = 0, changed = subset ^ (subset - 1);
      bit < n && changed > 0;
      bit++, changed >>= 1
    ) {
      mixed[features[bit]] = (subset >> bit) & 1 ? row[features[bit]] : usual[features[bit]];
    }
  });
  const weights = subsetWeights(n);
  for (let bit = 0; bit < n; bit++) {
    let sum = 0;
    for (let subset = 0; subset < nSubsets; subset++) {
      if ((subset >> bit) & 1) continue;
      const weight = weights[bitCount(subset)];
      sum += weight * scores[subset | (1 << bit)] - weight * scores[subset];
    }
    contributions[features[bit]] = finite(sum);
  }
}

/** By size of the subset, from 0 to n − 1: 1 / (n · (n − 1 over size)). */
function subsetWeights(n: number): Float64Array {
  const weights = new Float64Array(n);
  for (let size = 0, choices = 1; size < n; size++) {
    weights[size] = 1 / (n * choices);
    choices = (choices * (n - 1 - size)) / (size + 1);
  }
  return weights;
}

/** Each order makes features known one by one; a feature's part is what the score changes by (Castro et al., 2009). */
function sampleOrders(
  score: ScoreRows,
  row: Float64Array,
  usual: Float64Array,
  features: Int32Array,
  contributions: Float64Array,
  errors: Float64Array,
): void {
  const n = features.length;
  const nPairs = nPairsFor(n);
  const random = mulberry32(1);
  const order = features.slice();
  const mixed = usual.slice();
  const [usualScore, rowScore] = [usual, row].map((values) => scoreMixed(score, values, 1)[0]);
  const part = new Float64Array(row.length);
  const add = (walked: Int32Array) => {
    mixed.set(usual);
    const between = scoreMixed(score, mixed, n - 1, (step) => {
      mixed[walked[step]] = row[walked[step]];
    });
    walked.forEach((feature, step) => {
      const before = step === 0 ? usualScore : between[step - 1];
      const after = step === n - 1 ? rowScore : between[step];
      part[feature] += after / 2 - before / 2;
    });
  };
  for (let pair = 0; pair < nPairs; pair++) {
    part.fill(0);
    shuffle(order, random);
    add(order);
    add(order.toReversed());
    // Welford's running mean and sum of squares.
    for (const feature of features) {
      const deviation = part[feature] - contributions[feature];
      contributions[feature] += deviation / (pair + 1);
      errors[feature] += deviation * (part[feature] - contributions[feature]);
    }
  }
  for (const feature of features) {
    contributions[feature] = finite(contributions[feature]);
    errors[feature] = finite(Math.sqrt(errors[feature] / (nPairs * (nPairs - 1))));
  }
}

function nPairsFor(nFeatures: number): number {
  return Math.max(LEAST_PAIRS, Math.floor(SAMPLED_ROWS / (2 * nFeatures)));
}

/** Scores of what `mixed` holds after each call of `change`, which gets the numbers from 0 to nMixed − 1. */
function scoreMixed(
  score: ScoreRows,
  mixed: Float64Array,
  nMixed: number,
  change: (number: number) => void = () => {},
): Float64Array {
  const nFeatures = mixed.length;
  const scores = new Float64Array(nMixed);
  const block = new Float64Array(Math.min(nMixed, ROWS_PER_BLOCK) * nFeatures);
  for (let first = 0; first < nMixed; first += ROWS_PER_BLOCK) {
    const nBlock = Math.min(ROWS_PER_BLOCK, nMixed - first);
    for (let i = 0, at = 0; i < nBlock; i++) {
      change(first + i);
      for (let feature = 0; feature < nFeatures; feature++) block[at++] = mixed[feature];
    }
    score(block, nBlock, scores.subarray(first, first + nBlock));
  }
  return scores;
}

function bitCount(bits: number): number {
  let count = 0;
  for (let left = bits; left > 0; left &= left - 1) count++;
  return count;
}

/** Fisher–Yates. */
function shuffle(order: Int32Array, random: () => number): void {
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
}

/** Numbers from 0 to below 1; Tommy Ettinger's generator, which is in the public domain. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** JSON has no infinities, which the difference of two of the largest scores can be. */
function finite(value: number): number {
  if (Number.isNaN(value)) return 0;
  return Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);
}
