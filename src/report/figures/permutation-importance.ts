// What a detector's ranking loses when one feature's values change places between rows (Breiman 2001): the more, the
// more it relies on the feature. Of features that say the same, each may seem to matter little.
import { plainKernels } from '../../../native-free-kernels/plain-kernels.js';
import { Scorer, type ScoringParts } from '../../model/scorer.js';
import { evaluateBoth } from '../../training/evaluation.js';
import { MersenneTwister } from '../../training/mersenne-twister.js';
import { meanAndDeviation } from './fold-band.js';

export interface Importance {
  /** Index of the feature. */
  readonly feature: number;
  /** Drop of the average precision: mean and standard deviation over the shuffles. */
  readonly mean: number;
  readonly deviation: number;
}

const N_SHUFFLES = 5;

/**
 * Most important first; the same seed gives the same.
 * @param rows [nRows × nFeatures] row-major, unscaled, of both classes
 */
export function permutationImportances(
  parts: ScoringParts,
  rows: Float64Array,
  labels: Int8Array,
  seed: number,
): Importance[] {
  const nRows = labels.length;
  const nFeatures = rows.length / nRows;
  const scorer = new Scorer(plainKernels);
  const scores = new Float64Array(nRows);
  const averagePrecision = (values: Float64Array) => {
    scorer.scoresInto(parts, values, nRows, scores);
    return evaluateBoth(scores, labels).averagePrecision;
  };
  const whole = averagePrecision(rows);
  const random = new MersenneTwister(seed);
  return Array.from({ length: nFeatures }, (_, feature) => {
    const drops = Array.from({ length: N_SHUFFLES }, () => {
      const shuffled = rows.slice();
      for (let last = nRows - 1; last > 0; last--) {
        const a = last * nFeatures + feature;
        const b = random.nextBelow(last + 1) * nFeatures + feature;
        [shuffled[a], shuffled[b]] = [shuffled[b], shuffled[a]];
      }
      return whole - averagePrecision(shuffled);
    });
    return { feature, ...meanAndDeviation(drops) };
  }).sort((a, b) => b.mean - a.mean);
}
