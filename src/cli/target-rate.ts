// The option --target-fpr, which train and calibrate share, and what came of it.
import { AnomalyPredictorError, showValue } from '../errors.js';
import { calibrationCaveat } from '../model/calibration.js';
import type { CalibratedThreshold } from '../training/calibrate.js';
import { formatQuantity, formatShare } from './numbers.js';

export const TARGET_RATE_FLAG = '--target-fpr <share>';

export function parseTargetRate(text: string): number {
  const target = Number(text);
  if (!(text.trim() !== '' && target > 0 && target < 1)) {
    throw new AnomalyPredictorError(
      'bad-option',
      `--target-fpr expected a number between 0 and 1, got ${showValue(text)}`,
      { field: '--target-fpr', value: text },
    );
  }
  return target;
}

export function describeCalibration({ threshold, calibration }: CalibratedThreshold): string {
  const { rows, unit = 'row', data, previousThreshold, falsePositiveRate, interval } = calibration;
  const { low, high } = interval;
  const caveat = calibrationCaveat(calibration);
  return (
    `threshold ${threshold} instead of ${previousThreshold}, set on ${formatQuantity(rows, `normal ${unit}`)} of ${data.file}:\n` +
    `false positive rate ${formatShare(falsePositiveRate)} there, ` +
    `for others like them expected between ${formatShare(low)} and ${formatShare(high)} (95 % interval)` +
    (caveat === undefined ? '' : `\n${caveat}`)
  );
}
