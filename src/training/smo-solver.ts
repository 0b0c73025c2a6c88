// Sequential minimal optimisation for the One-Class SVM's dual problem with working sets by second
// order information (Fan, Chen, Lin, JMLR 6, 2005), step by step as sklearn/svm/src/libsvm/svm.cpp.
import { AnomalyPredictorError } from '../errors.js';
import { addScaled, createDualProblem, type DualProblem } from './dual-problem.js';
import type { KernelRows } from './kernel-rows.js';
import { activateAll, shrink } from './shrinking.js';

interface DualSolution {
  /** [nRows] 0 to 1, by training row */
  readonly alpha: Float64Array;
  /** Σ αᵢ K(xᵢ, x) on the boundary */
  readonly rho: number;
}

/** Stands in for a curvature that is not positive (libsvm's TAU). */
const LEAST_CURVATURE = 1e-12;
const MAX_ITERATIONS_BETWEEN_SHRINKING = 1000;

/**
 * Solves min ½ αᵀKα, 0 ≤ αᵢ ≤ 1, Σ αᵢ = ν n, until the optimality conditions are violated by less
 * than `tolerance`. Throws `bad-option` when `maxIterations` steps are not enough.
 */
export function solveDual(
  kernelRows: KernelRows,
  nu: number,
  tolerance: number,
  maxIterations: number,
): DualSolution {
  const dual = createDualProblem(kernelRows, nu, tolerance);
  const shrinkEvery = Math.min(dual.n, MAX_ITERATIONS_BETWEEN_SHRINKING);
  let untilShrink = shrinkEvery + 1;
  for (let nIterations = 0; ; nIterations++) {
    if (--untilShrink === 0) {
      untilShrink = shrinkEvery;
      shrink(dual);
    }
    let i = steepest(dual);
    let j = bestPartner(dual, i);
    if (j < 0) {
      activateAll(dual);
      i = steepest(dual);
      j = bestPartner(dual, i);
      if (j < 0) return solution(dual);
      untilShrink = 1;
    }
    if (nIterations === maxIterations) {
      throw new AnomalyPredictorError(
        'bad-option',
        `option "maxIterations": tolerance ${tolerance} not reached in ${maxIterations} steps`,
        { field: 'maxIterations', value: String(maxIterations) },
      );
    }
    optimisePair(dual, i, j);
  }
}

/** The point below its upper bound whose α most wants to grow, or −1; the last one wins a tie. */
function steepest(dual: DualProblem): number {
  const { alpha, gradient, activeSize } = dual;
  let maxAscent = Number.NEGATIVE_INFINITY;
  let best = -1;
  for (let i = 0; i < activeSize; i++) {
    if (alpha[i] < 1 && -gradient[i] >= maxAscent) {
      maxAscent = -gradient[i];
      best = i;
    }
  }
  return best;
}

/** The point above its lower bound that with `i` lowers the objective most; −1 at the optimum. */
function bestPartner(dual: DualProblem, i: number): number {
  if (i < 0) return -1;
  const { alpha, gradient, activeSize, kernelRows } = dual;
  const { diagonal } = kernelRows;
  const row = kernelRows.row(i, activeSize);
  const maxAscent = -gradient[i];
  const diagonalOfI = diagonal[i];
  let maxDescent = Number.NEGATIVE_INFINITY;
  let minChange = Number.POSITIVE_INFINITY;
  let best = -1;
  for (let j = 0; j < activeSize; j++) {
    if (alpha[j] <= 0) continue;
    const descent = gradient[j];
    if (descent >= maxDescent) maxDescent = descent;
    const violation = maxAscent + descent;
    if (violation > 0) {
      const curvature = diagonalOfI + diagonal[j] - 2 * row[j];
      const change = -(violation * violation) / (curvature > 0 ? curvature : LEAST_CURVATURE);
      if (change <= minChange) {
        minChange = change;
        best = j;
      }
    }
  }
  return maxAscent + maxDescent < dual.tolerance ? -1 : best;
}

/** Moves weight between two points to the optimum of their sub-problem, within their bounds. */
function optimisePair(dual: DualProblem, i: number, j: number): void {
  const { kernelRows, alpha, gradient, activeSize } = dual;
  const rowOfI = kernelRows.row(i, activeSize);
  const rowOfJ = kernelRows.row(j, activeSize);
  const curvature = kernelRows.diagonal[i] + kernelRows.diagonal[j] - 2 * rowOfI[j];
  const delta = (gradient[i] - gradient[j]) / (curvature > 0 ? curvature : LEAST_CURVATURE);
  const oldAlphaOfI = alpha[i];
  const oldAlphaOfJ = alpha[j];
  const sum = oldAlphaOfI + oldAlphaOfJ;
  let alphaOfI = oldAlphaOfI - delta;
  let alphaOfJ = oldAlphaOfJ + delta;
  if (sum > 1) {
    if (alphaOfI > 1) {
      alphaOfI = 1;
      alphaOfJ = sum - 1;
    }
    if (alphaOfJ > 1) {
      alphaOfJ = 1;
      alphaOfI = sum - 1;
    }
  } else {
    if (alphaOfJ < 0) {
      alphaOfJ = 0;
      alphaOfI = sum;
    }
    if (alphaOfI < 0) {
      alphaOfI = 0;
      alphaOfJ = sum;
    }
  }
  alpha[i] = alphaOfI;
  alpha[j] = alphaOfJ;
  const changeOfI = alphaOfI - oldAlphaOfI;
  const changeOfJ = alphaOfJ - oldAlphaOfJ;
  for (let k = 0; k < activeSize; k++) {
    gradient[k] += rowOfI[k] * changeOfI + rowOfJ[k] * changeOfJ;
  }
  updateBoundGradient(dual, i, oldAlphaOfI);
  updateBoundGradient(dual, j, oldAlphaOfJ);
}

function updateBoundGradient(dual: DualProblem, i: number, oldAlpha: number): void {
  const { n, kernelRows, alpha, boundGradient } = dual;
  const wasAtUpper = oldAlpha >= 1;
  const isAtUpper = alpha[i] >= 1;
  if (wasAtUpper !== isAtUpper) {
    addScaled(boundGradient, kernelRows.row(i, n), isAtUpper ? 1 : -1, 0, n);
  }
}

function solution(dual: DualProblem): DualSolution {
  const { n, alpha, rowAt } = dual;
  const alphaByRow = new Float64Array(n);
  for (let i = 0; i < n; i++) alphaByRow[rowAt[i]] = alpha[i];
  return { alpha: alphaByRow, rho: offset(dual) };
}

/** Mean gradient of the free points; with none, the middle of what the points at bounds allow. */
function offset({ n, alpha, gradient }: DualProblem): number {
  let nFree = 0;
  let sum = 0;
  let lowest = Number.NEGATIVE_INFINITY;
  let highest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < n; i++) {
    if (alpha[i] >= 1) lowest = Math.max(lowest, gradient[i]);
    else if (alpha[i] <= 0) highest = Math.min(highest, gradient[i]);
    else {
      nFree++;
      sum += gradient[i];
    }
  }
  return nFree > 0 ? sum / nFree : (highest + lowest) / 2;
}
