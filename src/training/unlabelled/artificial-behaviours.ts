// Behaviours that might be: the smaller the share of them that a detector calls normal, the closer it fits what it has
// seen. Minimum volume sets are found by any measure to compare with (Scott and Nowak 2006); this one is made of the
// data's own values out of their context, as in telling data from noise by supervised learning (Hastie, Tibshirani and
// Friedman 2009, 14.2.4), and of values beyond them.
import type { Feature, Schema } from '../../model/schema.js';
import { MersenneTwister } from '../mersenne-twister.js';

/**
 * Share of the values that come from anywhere in a range. Values of other rows, one by one quite normal, rank candidates
 * as attacks do; values from anywhere alone reward those that look far out, where attackers are not. On simulated traffic
 * of a shop, ranks by volume and by attacks that are found correlate by 0.7 with few of these, and by 0.2 with nothing
 * else.
 */
const BEYOND_SHARE = 0.2;
/** How far beyond what was seen they go: so many times as much and as little, or so many spans on either side. */
const REACH = 10;
/** Values that are never negative and span more than this ratio are drawn by their logarithm. */
const WIDE_RATIO = 20;
const SHARE_UNIT = '0 to 1';
const RANGE_32 = 2 ** 32;

/**
 * Each is a row in which some features, at least one, are replaced by values of other rows or from anywhere in their
 * range. How many is drawn evenly, then which: attacks are normal in most respects.
 *
 * @param rows [nRows × nFeatures] row-major, at least one, read-only
 * @returns [n × nFeatures] row-major
 */
export function artificialBehaviours(
  { features }: Schema,
  rows: Float64Array,
  n: number,
  seed: number,
): Float64Array {
  const nFeatures = features.length;
  const nRows = rows.length / nFeatures;
  const random = new MersenneTwister(seed);
  const uniform = () => random.nextUint32() / RANGE_32;
  const beyond = features.map((feature, column) =>
    drawOf(feature, sortedColumn(rows, nFeatures, column)),
  );
  const order = Int32Array.from(features.keys());
  const made = new Float64Array(n * nFeatures);
  for (let i = 0; i < n; i++) {
    const from = random.nextBelow(nRows) * nFeatures;
    made.set(rows.subarray(from, from + nFeatures), i * nFeatures);
    const nReplaced = 1 + random.nextBelow(nFeatures);
    for (let k = 0; k < nReplaced; k++) {
      const other = k + random.nextBelow(nFeatures - k);
      [order[k], order[other]] = [order[other], order[k]];
      const column = order[k];
      made[i * nFeatures + column] =
        uniform() < BEYOND_SHARE
          ? beyond[column](uniform())
          : rows[random.nextBelow(nRows) * nFeatures + column];
    }
  }
  return made;
}

/** From a uniform number in [0, 1) to a value of the feature. */
type Draw = (share: number) => number;

function drawOf({ kind, unit }: Feature, sorted: Float64Array): Draw {
  if (kind === 'flag') return (share) => Number(share >= 0.5);
  if (unit === SHARE_UNIT) return (share) => share;
  const [lowest, highest] = [sorted[0], sorted[sorted.length - 1]];
  const lowestPositive = sorted.find((value) => value > 0);
  if (lowest >= 0 && lowestPositive !== undefined) {
    const [low, high] = [lowestPositive / REACH, highest * REACH];
    if (high / low > WIDE_RATIO) return (share) => low * (high / low) ** share;
  }
  const reach = REACH * (highest > lowest ? highest - lowest : Math.abs(highest) || 1);
  return (share) => lowest - reach + share * (highest - lowest + 2 * reach);
}

function sortedColumn(rows: Float64Array, nFeatures: number, column: number): Float64Array {
  return rows.filter((_, i) => i % nFeatures === column).sort();
}
