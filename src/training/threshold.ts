// Thresholds by the false positives that they allow on rows known to be normal. An output at or below the
// threshold is called an anomaly.
import { type Calibration, MOST_CURVE_POINTS } from '../model/calibration.js';

export interface Border {
  readonly threshold: number;
  /** How many of the outputs lie at or below it. */
  readonly falsePositives: number;
}

/** Below the lowest output, as a share of it: what rounding elsewhere cannot bridge. */
const MARGIN = 2 ** -30;

/**
 * The border that lets at most `most` of `outputs` fall below: in the middle of the gap under the first one that must
 * not fall. Equal outputs fall together or not at all.
 *
 * @param outputs of the model for normal rows, ascending; more than `most`
 */
export function borderAllowing(outputs: Float64Array, most: number): Border {
  const above = outputs[most];
  const falsePositives = outputs.indexOf(above);
  if (falsePositives === 0) {
    return { threshold: above - MARGIN * Math.max(1, Math.abs(above)), falsePositives };
  }
  const below = outputs[falsePositives - 1];
  const middle = Math.max(below, below / 2 + above / 2);
  return { threshold: middle < above ? middle : below, falsePositives };
}

/** Thresholds, ascending, each with the share of `outputs` below it: from none of them on, by equal ratios. */
export function falsePositiveCurve(outputs: Float64Array): Calibration['curve'] {
  const nRows = outputs.length;
  const rateByThreshold = new Map<number, number>();
  for (let point = 0; point < MOST_CURVE_POINTS; point++) {
    const most = Math.round(nRows ** (point / (MOST_CURVE_POINTS - 1))) - 1;
    const { threshold, falsePositives } = borderAllowing(outputs, most);
    rateByThreshold.set(threshold, falsePositives / nRows);
  }
  return Array.from(rateByThreshold, ([threshold, falsePositiveRate]) => ({
    threshold,
    falsePositiveRate,
  }));
}
