// State of the One-Class SVM's dual problem while it is solved:
// minimise ½ αᵀKα, 0 ≤ αᵢ ≤ 1, Σ αᵢ = ν n (Schölkopf et al., 2001, scaled as libsvm does).
import type { KernelRows } from './kernel-rows.js';
import type { KernelRow } from './row-source.js';

/**
 * Arrays are by position, [n]. Shrinking moves points that hardly leave their bound to the end:
 * the first `activeSize` are optimised, and only their gradients are kept up to date.
 */
export interface DualProblem {
  readonly n: number;
  readonly kernelRows: KernelRows;
  readonly tolerance: number;
  readonly alpha: Float64Array;
  /** Kα */
  readonly gradient: Float64Array;
  /** The part of the gradient that stems from αⱼ = 1, up to date for all points. */
  readonly boundGradient: Float64Array;
  /** Index of the training row at a position. */
  readonly rowAt: Int32Array;
  activeSize: number;
  /** Whether all points have been active again, which happens once, near the solution. */
  wasUnshrunk: boolean;
}

/** The starting point of libsvm: the first ⌊ν n⌋ points at 1, the next at what is left. */
export function createDualProblem(
  kernelRows: KernelRows,
  nu: number,
  tolerance: number,
): DualProblem {
  const n = kernelRows.nRows;
  const alpha = new Float64Array(n);
  // Summed as libsvm sums it: a rounding more or less would make another starting point.
  let left = 0;
  for (let i = 0; i < n; i++) left += nu;
  for (let i = 0; i < n && left > 0; i++) {
    alpha[i] = Math.min(1, left);
    left -= alpha[i];
  }
  const boundGradient = new Float64Array(n);
  let i = 0;
  for (; i < n && alpha[i] === 1; i++) addScaled(boundGradient, kernelRows.row(i, n), 1, 0, n);
  const gradient = boundGradient.slice();
  if (i < n && alpha[i] > 0) addScaled(gradient, kernelRows.row(i, n), alpha[i], 0, n);
  return {
    n,
    kernelRows,
    tolerance,
    alpha,
    gradient,
    boundGradient,
    rowAt: Int32Array.from(alpha.keys()),
    activeSize: n,
    wasUnshrunk: false,
  };
}

/** sums[j] += factor · row[j] for from ≤ j < to. */
export function addScaled(
  sums: Float64Array,
  row: KernelRow,
  factor: number,
  from: number,
  to: number,
): void {
  for (let j = from; j < to; j++) sums[j] += factor * row[j];
}
