// Behaviours that might be, drawn evenly from all that there could be: the smaller the share of them that a detector
// calls normal, the closer it fits what it has seen.
import type { Feature, Schema } from '../../model/schema.js';
import { MersenneTwister } from '../mersenne-twister.js';

/** How far beyond what was seen a feature may go: so many times as much and as little, or so many spans on either side. */
const REACH = 10;
/** Values that are never negative and span more than this ratio are drawn by their logarithm. */
const WIDE_RATIO = 20;
const SHARE_UNIT = '0 to 1';
const RANGE_32 = 2 ** 32;

/**
 * Each is a training row in which some features, at least one, are replaced by values from anywhere in their range: the
 * number of them is drawn evenly, then which ones. Rows in which all are replaced alone would lie far from everything
 * that is normal, and tell no detectors apart; attacks are normal in most respects.
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
  const draws = features.map((feature, column) =>
    drawOf(feature, columnOf(rows, nFeatures, column)),
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
      made[i * nFeatures + order[k]] = draws[order[k]](uniform());
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

function columnOf(rows: Float64Array, nFeatures: number, column: number): Float64Array {
  const nRows = rows.length / nFeatures;
  return Float64Array.from({ length: nRows }, (_, row) => rows[row * nFeatures + column]).sort();
}
