// `--force` of the commands that make detectors, and what is said of a detector that was written by it.
import type { Detector } from '../model/detector.js';
import { failedChecksText } from '../model/detector-checks.js';

export const FORCE_FLAG = '--force';
export const FORCE_DESCRIPTION = 'write a detector that fails its checks nevertheless, with a mark';

/** To stderr, where the detector has such a mark. */
export function warnOfFailedChecks(detector: Pick<Detector, 'name' | 'failedChecks'>): void {
  const text = failedChecksText(detector);
  if (text !== undefined) process.stderr.write(`warning: ${detector.name}: ${text}\n`);
}
