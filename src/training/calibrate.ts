// Sets a detector's threshold by rows that are known to be normal, without training it anew.
import { AnomalyPredictorError } from '../errors.js';
import type { Calibration } from '../model/calibration.js';
import type { Detector } from '../model/detector.js';
import { profileOf } from '../model/profile.js';
import type { ScoringParts } from '../model/scorer.js';
import { checkThreshold } from '../model/stored-model.js';
import { PACKAGE_VERSION } from '../package-paths.js';
import { binomialInterval } from './binomial-interval.js';
import { checkedDetector } from './checked-detector.js';
import { type Dataset, takeRows } from './dataset.js';
import { countDistinct } from './equal-rows.js';
import { scoresOf } from './evaluation.js';
import { borderAllowing, falsePositiveCurve } from './threshold.js';

export interface CalibratedThreshold {
  readonly threshold: number;
  readonly calibration: Calibration;
}

/**
 * The threshold at which at most `target` of the rows of `dataset` at `normal` are called anomalies: the one that finds
 * most among those.
 *
 * @param target above 0 and below 1
 * @param normal rows that are normal and did not train
 * @throws AnomalyPredictorError `bad-data-file`: too few rows, or no such threshold
 */
export function calibrateThreshold(
  parts: ScoringParts,
  dataset: Dataset,
  normal: Int32Array,
  target: number,
): CalibratedThreshold {
  const nRows = normal.length;
  const { file, sha256 } = dataset;
  const leastRows = Math.ceil(1 / target);
  if (nRows < leastRows) {
    throw new AnomalyPredictorError(
      'bad-data-file',
      `${file}: ${nRows} normal rows are too few for a false positive rate of ${target}, which takes at least ${leastRows}`,
      { file, value: nRows },
    );
  }
  const nDistinct = countDistinct(dataset, normal);
  const outputs = scoresOf({ ...parts, threshold: 0 }, dataset, normal).sort();
  const { threshold, falsePositives } = borderAllowing(outputs, Math.floor(target * nRows));
  try {
    checkThreshold(parts.model, threshold);
  } catch (cause) {
    throw new AnomalyPredictorError(
      'bad-data-file',
      `${file}: more than ${target} of its normal rows have the lowest score that there is, so that no threshold fits`,
      { file },
      { cause },
    );
  }
  const calibration: Calibration = {
    calibrator: `anomaly-predictor ${PACKAGE_VERSION}`,
    data: { file, sha256 },
    rows: nRows,
    ...(nDistinct < nRows && { distinctRows: nDistinct }),
    targetFalsePositiveRate: target,
    falsePositiveRate: falsePositives / nRows,
    interval: binomialInterval((falsePositives / nRows) * nDistinct, nDistinct),
    previousThreshold: parts.threshold,
    curve: falsePositiveCurve(outputs),
  };
  return { threshold, calibration };
}

/**
 * The detector with the threshold that `calibrateThreshold` finds, and with the profile of the rows that it holds for.
 * Its metrics, which were those of another threshold, are gone.
 * @throws AnomalyPredictorError as `calibrateThreshold` does, and `unfit-detector` unless by `force`
 */
export function calibrateDetector(
  detector: Detector,
  dataset: Dataset,
  normal: Int32Array,
  target: number,
  force = false,
): Detector & CalibratedThreshold {
  const calibrated = calibrateThreshold(detector, dataset, normal, target);
  const scores = scoresOf({ ...detector, ...calibrated }, dataset, normal);
  const profile = profileOf(takeRows(dataset, normal), normal.length, dataset.nFeatures, scores);
  return {
    ...checkedDetector({ ...detector, ...calibrated, profile, metrics: null }, force),
    calibration: calibrated.calibration,
  };
}
