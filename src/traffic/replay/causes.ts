// Why sessions scored as low as they did.
import type { Kernels } from '../../../native-free-kernels/contract.js';
import type { FeatureContribution } from '../../model/contribution-text.js';
import type { Detector } from '../../model/detector.js';
import { explainedFeatures, explainInto, isExplainable } from '../../model/explanation.js';
import { Scorer } from '../../model/scorer.js';
import { isOutOfRange } from '../../model/training-range.js';

const MOST_CAUSES = 3;

/**
 * The causes of each of `rows`, [nFeatures] and unscaled, those out of the training range included; null where the
 * detector cannot tell.
 */
export function causesOf(
  detector: Detector,
  kernels: Kernels,
  rows: readonly Float64Array[],
): (readonly FeatureContribution[] | null)[] {
  if (!isExplainable(detector)) return rows.map(() => null);
  const scorer = new Scorer(kernels);
  const features = explainedFeatures(detector);
  const contributions = new Float64Array(features.length);
  const errors = new Float64Array(features.length);
  return rows.map((row) => {
    explainInto(scorer, detector, row, 1, { contributions, errors, baseline: new Float64Array(1) });
    return features
      .map((feature, i) => ({ ...feature, value: row[i], contribution: contributions[i] }))
      .sort((a, b) => a.contribution - b.contribution)
      .filter(
        (cause, i) =>
          (i < MOST_CAUSES && cause.contribution < 0) || isOutOfRange(cause.value, cause),
      );
  });
}
