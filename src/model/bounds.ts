// The range outside of which a row is an anomaly whatever the model says: trees see no difference between a value just
// beyond what they were grown on and one a thousand times as large.
import type { DetectorParts, Model } from './detector.js';
import { isolationScore } from './path-length.js';
import type { Tensor } from './safetensors.js';
import type { Schema } from './schema.js';
import { badDetector, type Taker } from './tensor-taker.js';

/** Of unscaled features, inclusive; infinite where a feature has no bound. */
export interface Bounds {
  /** [nFeatures] */
  readonly low: Float64Array;
  /** [nFeatures], not below `low` */
  readonly high: Float64Array;
}

type BoundedParts = Pick<DetectorParts, 'bounds' | 'model' | 'threshold'>;

const SHARE_UNIT = '0 to 1';

/** Features whose values may grow without end: no flags, no shares. */
export function unboundedFeatures({ features }: Schema): number[] {
  return [...features.keys()].filter(
    (i) => features[i].kind !== 'flag' && features[i].unit !== SHARE_UNIT,
  );
}

/** The largest magnitude of each column; 1 where all values are 0. `rows`: [nRows × nFeatures] row-major */
export function largestMagnitudes(rows: Float64Array, nFeatures: number): Float64Array {
  const largest = new Float64Array(nFeatures);
  for (let at = 0; at < rows.length; at++) {
    largest[at % nFeatures] = Math.max(largest[at % nFeatures], Math.abs(rows[at]));
  }
  return largest.map((magnitude) => magnitude || 1);
}

/** Bounds of the features that may grow without end, `largest` on either side of 0: [nFeatures] */
export function boundsAround(schema: Schema, largest: Float64Array): Bounds {
  const high = new Float64Array(largest.length).fill(Number.POSITIVE_INFINITY);
  for (const feature of unboundedFeatures(schema)) high[feature] = largest[feature];
  return { low: high.map((bound) => -bound), high };
}

/** Puts the lowest score that there is where a row lies outside of the bounds. `rows`: [nRows × nFeatures] unscaled */
export function lowerOutside(
  { low, high }: Bounds,
  rows: Float64Array,
  nRows: number,
  lowestScore: number,
  scores: Float64Array,
): void {
  const nFeatures = low.length;
  for (let row = 0, at = 0; row < nRows; row++) {
    for (let feature = 0; feature < nFeatures; feature++, at++) {
      if (rows[at] < low[feature] || rows[at] > high[feature]) scores[row] = lowestScore;
    }
  }
}

/** The least that a model puts out, or less; far from its data an RBF kernel puts out just that. */
export function lowestOutput(model: Model): number {
  switch (model.type) {
    case 'forest':
      return -1;
    case 'isolation-forest':
      return isolationScore(0, model.averagePathLength) - model.offset;
    case 'one-class-svm':
      return model.svm.kernel.function === 'rbf' ? model.svm.intercept : -Number.MAX_VALUE;
  }
}

export function boundsTensors(bounds: Bounds | undefined): [string, Tensor][] {
  if (bounds === undefined) return [];
  return Object.entries({ low: bounds.low, high: bounds.high }).map(([name, data]) => [
    `bounds.${name}`,
    { dtype: 'F64', shape: [data.length], data },
  ]);
}

export function readBounds(nFeatures: number, take: Taker): { bounds?: Bounds } {
  if (!take.has('bounds.low') && !take.has('bounds.high')) return {};
  const array = (name: string) => take(`bounds.${name}`, 'F64', [nFeatures]);
  return { bounds: { low: array('low'), high: array('high') } };
}

/** @throws AnomalyPredictorError 'bad-detector-file' that names the place and the values */
export function checkBounds({ bounds, model, threshold }: BoundedParts): void {
  if (bounds === undefined) return;
  bounds.low.forEach((low, i) => {
    const high = bounds.high[i];
    if (!(low <= high)) throw badDetector(`bounds.low[${i}] is ${low}, bounds.high[${i}] ${high}`);
  });
  const lowest = lowestOutput(model) - threshold;
  if (lowest > 0) throw badDetector(`the score of rows outside of its bounds is ${lowest}`);
}
