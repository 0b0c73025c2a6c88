// A detector that passed its checks, or bears the mark of those that it failed.
import { AnomalyPredictorError } from '../errors.js';
import type { Detector, DetectorParts } from '../model/detector.js';
import { checkDetector } from '../model/detector-checks.js';
import { assembleDetector } from '../model/detector-file.js';

/**
 * @param force whether a detector that fails is made nevertheless, with a mark
 * @throws AnomalyPredictorError `unfit-detector` that says what to do
 */
export function checkedDetector(parts: DetectorParts, force = false): Detector {
  const { failedChecks: _, ...unmarked } = parts;
  const [first, ...others] = checkDetector(parts);
  if (first === undefined) return assembleDetector(unmarked);
  const failures = [first, ...others];
  if (force) {
    return assembleDetector({ ...unmarked, failedChecks: failures.map(({ check }) => check) });
  }
  const reasons = failures.map(({ reason, remedy }) => `${reason}; ${remedy}`);
  throw new AnomalyPredictorError(
    'unfit-detector',
    `detector "${parts.name}" is not fit for use: ${reasons.join('. ')}. --force writes it nevertheless`,
    { model: parts.name, value: failures.map(({ check }) => check).join(', ') },
  );
}
