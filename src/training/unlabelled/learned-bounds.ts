// Bounds on the features of traffic: at twice the largest that trained, farther where other sessions go beyond.
import { type Bounds, boundsAround, largestMagnitudes } from '../../model/bounds.js';
import type { SessionRows } from '../../model/learning-rows.js';
import type { Schema } from '../../model/schema.js';

const FACTOR = 2;

/**
 * Bounds beyond which at most `most` of the sessions ever go.
 *
 * @param training [n × nFeatures] row-major
 * @param sessions that did not train
 */
export function learnedBounds(
  schema: Schema,
  training: Float64Array,
  sessions: SessionRows,
  most: number,
): Bounds {
  const factors = new Float64Array(schema.features.length).fill(FACTOR);
  const largest = largestMagnitudes(training, factors.length);
  for (;;) {
    const bounds = boundsAround(
      schema,
      largest.map((magnitude, feature) => factors[feature] * magnitude),
    );
    const { nBeyond, worst } = sessionsBeyond(bounds, sessions);
    if (nBeyond <= most) return bounds;
    factors[worst] *= 2;
  }
}

/** How many sessions ever go beyond, and the feature by which most do. */
function sessionsBeyond({ low, high }: Bounds, { values, ends }: SessionRows) {
  const nFeatures = low.length;
  const byFeature = new Int32Array(nFeatures);
  let nBeyond = 0;
  let start = 0;
  for (const end of ends) {
    const isBeyond = Array.from(low.keys(), (feature) => {
      for (let at = start * nFeatures + feature; at < end * nFeatures; at += nFeatures) {
        if (values[at] < low[feature] || values[at] > high[feature]) return true;
      }
      return false;
    });
    isBeyond.forEach((is, feature) => {
      byFeature[feature] += Number(is);
    });
    nBeyond += Number(isBeyond.includes(true));
    start = end;
  }
  return { nBeyond, worst: byFeature.indexOf(Math.max(...byFeature)) };
}
