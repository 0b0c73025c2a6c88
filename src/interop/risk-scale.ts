// In what unit the risk of an imported support vector machine is measured: its file has no rows to tell their spread.

/** Risk of a row that is like no support vector, where the RBF kernel is 0: 1 / (1 + e^−4) = 0.98. */
const SCALES_IN_INTERCEPT = 4;

/** ρ is in the unit of the decisions. */
export function riskScaleOf(intercept: number): number {
  return Math.abs(intercept) / SCALES_IN_INTERCEPT || 1;
}
