// Sets a threshold by whole sessions that are taken for normal.
import { AnomalyPredictorError } from '../../errors.js';
import type { Calibration } from '../../model/calibration.js';
import type { SessionRows } from '../../model/learning-rows.js';
import { checkThreshold } from '../../model/stored-model.js';
import { PACKAGE_VERSION } from '../../package-paths.js';
import { binomialInterval } from '../binomial-interval.js';
import type { CalibratedThreshold } from '../calibrate.js';
import { borderAllowing, falsePositiveCurve } from '../threshold.js';
import { type ModelParts, sessionOutputs } from './session-outputs.js';

/** Sessions that it takes to calibrate to a share of `target`. */
export function leastSessions(target: number): number {
  return Math.ceil(1 / target) - 1;
}

/**
 * The threshold at which another session of their kind is flagged with a probability of at most `target`: of n sessions,
 * at most ⌊target · (n + 1)⌋ − 1 lie below (conformal anomaly detection; Laxhammar and Falkman 2010).
 *
 * @param target above 0 and below 1
 * @param sessions that neither trained nor chose, at least `leastSessions` of them
 * @throws AnomalyPredictorError `bad-data-file` where no threshold fits
 */
export function calibrateSessions(
  parts: ModelParts,
  sessions: SessionRows,
  data: Calibration['data'],
  target: number,
): CalibratedThreshold {
  const outputs = sessionOutputs(parts, sessions);
  const n = outputs.length;
  const nDistinct = countDistinctSessions(sessions);
  const { threshold, falsePositives } = borderAllowing(outputs, mostFlagged(target, n));
  try {
    checkThreshold(parts.model, threshold);
  } catch (cause) {
    throw new AnomalyPredictorError(
      'bad-data-file',
      `${data.file}: more than ${target} of its sessions have the lowest score that there is, so that no threshold fits`,
      { file: data.file },
      { cause },
    );
  }
  const calibration: Calibration = {
    calibrator: `anomaly-predictor ${PACKAGE_VERSION}`,
    data,
    rows: n,
    ...(nDistinct < n && { distinctRows: nDistinct }),
    unit: 'session',
    targetFalsePositiveRate: target,
    falsePositiveRate: falsePositives / n,
    interval: binomialInterval((falsePositives / n) * nDistinct, nDistinct),
    previousThreshold: 0,
    curve: falsePositiveCurve(outputs),
  };
  return { threshold, calibration };
}

/** Sessions with equal behaviours are copies of one. */
function countDistinctSessions({ values, ends }: SessionRows): number {
  const nColumns = values.length / ends[ends.length - 1];
  const distinct = new Set<string>();
  let start = 0;
  for (const end of ends) {
    distinct.add(values.subarray(start * nColumns, end * nColumns).join());
    start = end;
  }
  return distinct.size;
}

/** Rounded up where the product is whole but for its last bits. */
export function mostFlagged(target: number, n: number): number {
  return Math.floor(target * (n + 1) + 1e-9) - 1;
}
