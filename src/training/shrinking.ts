// Shrinking for the dual solver, after LIBSVM (Fan, Chen, Lin, JMLR 6, 2005, section 4, and
// sklearn/svm/src/libsvm/svm.cpp): points that will stay at their bound are left out for a while.
import { addScaled, type DualProblem } from './dual-problem.js';
import { swapElements } from './kernel-points.js';

/** Moves points that can rest behind the active ones; once, near the solution, wakes all first. */
export function shrink(dual: DualProblem): void {
  const { alpha, gradient, activeSize } = dual;
  let maxAscent = Number.NEGATIVE_INFINITY;
  let maxDescent = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < activeSize; i++) {
    if (alpha[i] < 1 && -gradient[i] >= maxAscent) maxAscent = -gradient[i];
    if (alpha[i] > 0 && gradient[i] >= maxDescent) maxDescent = gradient[i];
  }
  if (!dual.wasUnshrunk && maxAscent + maxDescent <= dual.tolerance * 10) {
    dual.wasUnshrunk = true;
    activateAll(dual);
  }
  moveRestingBehindActive(dual, maxAscent, maxDescent);
}

/** Makes every point active again, with its gradient computed anew. */
export function activateAll(dual: DualProblem): void {
  const { n, kernelRows, alpha, gradient, boundGradient, activeSize } = dual;
  if (activeSize === n) return;
  gradient.set(boundGradient.subarray(activeSize), activeSize);
  let nFree = 0;
  for (let i = 0; i < activeSize; i++) if (isFree(alpha[i])) nFree++;
  // Whichever takes fewer kernel values: rows of the resting points, or rows of the free ones.
  if (nFree * n > 2 * activeSize * (n - activeSize)) {
    for (let i = activeSize; i < n; i++) {
      const row = kernelRows.row(i, activeSize);
      for (let j = 0; j < activeSize; j++) if (isFree(alpha[j])) gradient[i] += alpha[j] * row[j];
    }
  } else {
    for (let i = 0; i < activeSize; i++) {
      if (isFree(alpha[i])) addScaled(gradient, kernelRows.row(i, n), alpha[i], activeSize, n);
    }
  }
  dual.activeSize = n;
}

/**
 * Fills the gaps that resting points leave from the end, so the order of the points, on which ties
 * and sums depend, becomes libsvm's.
 */
function moveRestingBehindActive(dual: DualProblem, maxAscent: number, maxDescent: number): void {
  const { kernelRows, alpha, gradient, boundGradient, rowAt } = dual;
  const resting: number[] = [];
  const waking: number[] = [];
  let activeSize = dual.activeSize;
  for (let i = 0; i < activeSize; i++) {
    if (!canRest(alpha[i], gradient[i], maxAscent, maxDescent)) continue;
    activeSize--;
    while (
      activeSize > i &&
      canRest(alpha[activeSize], gradient[activeSize], maxAscent, maxDescent)
    ) {
      activeSize--;
    }
    if (activeSize > i) {
      resting.push(i);
      waking.push(activeSize);
    }
  }
  for (let k = 0; k < resting.length; k++) {
    for (const array of [alpha, gradient, boundGradient, rowAt]) {
      swapElements(array, resting[k], waking[k]);
    }
  }
  kernelRows.swap(resting, waking);
  dual.activeSize = activeSize;
}

/** Whether a point at a bound is farther on its side of it than any pair still to be optimised. */
function canRest(alpha: number, gradient: number, maxAscent: number, maxDescent: number): boolean {
  if (alpha >= 1) return -gradient > maxAscent;
  if (alpha <= 0) return gradient > maxDescent;
  return false;
}

function isFree(alpha: number): boolean {
  return alpha > 0 && alpha < 1;
}
