// Trains a One-Class SVM as scikit-learn's OneClassSVM does (sklearn/svm/_classes.py, over libsvm),
// from options to the model that the kernels read.
import {
  KERNEL_FUNCTIONS,
  type KernelFunction,
  type OneClassSvm,
  type SvmKernel,
} from '../../native-free-kernels/contract.js';
import { AnomalyPredictorError } from '../errors.js';
import { KernelRows } from './kernel-rows.js';
import { pairwiseSum } from './pairwise-sum.js';
import { solveDual } from './smo-solver.js';
import { expectOption } from './trainer-input.js';

export interface OneClassSvmOptions {
  /** @default 'rbf' */
  readonly kernel?: KernelFunction;
  /**
   * Above 0; 'scale' is 1 / (nFeatures · variance of all values), 'auto' is 1 / nFeatures.
   * @default 'scale'
   */
  readonly gamma?: number | 'scale' | 'auto';
  /** Of 'poly' and 'sigmoid'. @default 0 */
  readonly coef0?: number;
  /** Of 'poly': a whole number, 0 or more. @default 3 */
  readonly degree?: number;
  /**
   * Above 0, at most 1: bounds the share of training rows outside, and of support vectors.
   * @default 0.5
   */
  readonly nu?: number;
  /**
   * Largest violation of the optimality conditions that may remain, in units of the score.
   * @default 1e-6
   */
  readonly tolerance?: number;
  /** Memory for rows of the kernel matrix; at least two are kept. @default 200 MiB */
  readonly cacheBytes?: number;
  /** Steps of the solver before it gives up; whole, at least 1. @default 10,000,000 */
  readonly maxIterations?: number;
}

/** As in scikit-learn, but for the tolerance: its 1e-3 leaves scores near 0 on the wrong side. */
export const DEFAULT_ONE_CLASS_SVM_OPTIONS: Required<OneClassSvmOptions> = Object.freeze({
  kernel: 'rbf',
  gamma: 'scale',
  coef0: 0,
  degree: 3,
  nu: 0.5,
  tolerance: 1e-6,
  cacheBytes: 200 * 2 ** 20,
  maxIterations: 10_000_000,
});

/**
 * `rows` is [nRows × nFeatures] row-major, scaled, finite, read-only. Support vectors keep the
 * order of the rows. The same rows and options give the same model, bit by bit.
 * Throws `bad-option` for an option out of its range, or when the tolerance is not reached in
 * `maxIterations`; `bad-data-file` when there is no row.
 */
export function trainOneClassSvm(
  rows: Float64Array,
  nRows: number,
  nFeatures: number,
  options: OneClassSvmOptions = {},
): OneClassSvm {
  const filled = { ...DEFAULT_ONE_CLASS_SVM_OPTIONS, ...options };
  checkOptions(filled);
  if (nRows < 1) {
    throw new AnomalyPredictorError('bad-data-file', 'One-Class SVM: no rows to train on');
  }
  const kernel: SvmKernel = {
    function: filled.kernel,
    gamma: gammaOf(filled.gamma, rows, nRows, nFeatures),
    coef0: filled.coef0,
    degree: filled.degree,
  };
  const kernelRows = new KernelRows(rows, nRows, nFeatures, kernel, filled.cacheBytes);
  const { alpha, rho } = solveDual(kernelRows, filled.nu, filled.tolerance, filled.maxIterations);
  return supportOnly(kernel, rows, nFeatures, alpha, -rho);
}

function supportOnly(
  kernel: SvmKernel,
  rows: Float64Array,
  nFeatures: number,
  alpha: Float64Array,
  intercept: number,
): OneClassSvm {
  const coefficients = alpha.filter((value) => value > 0);
  const nSupport = coefficients.length;
  const supportVectors = new Float64Array(nSupport * nFeatures);
  for (let row = 0, at = 0; row < alpha.length; row++) {
    if (alpha[row] <= 0) continue;
    supportVectors.set(rows.subarray(row * nFeatures, (row + 1) * nFeatures), at);
    at += nFeatures;
  }
  return { kernel, nFeatures, nSupport, supportVectors, coefficients, intercept };
}

function gammaOf(
  gamma: number | 'scale' | 'auto',
  rows: Float64Array,
  nRows: number,
  nFeatures: number,
): number {
  if (typeof gamma === 'number') return gamma;
  const variance = gamma === 'scale' ? populationVariance(rows.slice(0, nRows * nFeatures)) : 1;
  return variance === 0 ? 1 : 1 / (nFeatures * variance);
}

/** Of all values together; overwrites them. */
function populationVariance(values: Float64Array): number {
  const mean = pairwiseSum(values) / values.length;
  for (let i = 0; i < values.length; i++) {
    const deviation = values[i] - mean;
    values[i] = deviation * deviation;
  }
  return pairwiseSum(values) / values.length;
}

function checkOptions(options: Required<OneClassSvmOptions>): void {
  const { kernel, gamma, coef0, degree, nu, tolerance, cacheBytes, maxIterations } = options;
  expectOption(
    'kernel',
    kernel,
    KERNEL_FUNCTIONS.includes(kernel),
    `one of ${KERNEL_FUNCTIONS.join(', ')}`,
  );
  expectOption(
    'gamma',
    gamma,
    gamma === 'scale' || gamma === 'auto' || isAboveZero(gamma),
    "'scale', 'auto' or a number above 0",
  );
  expectOption('coef0', coef0, Number.isFinite(coef0), 'a finite number');
  expectOption(
    'degree',
    degree,
    Number.isInteger(degree) && degree >= 0,
    'a whole number, 0 or more',
  );
  expectOption('nu', nu, isAboveZero(nu) && nu <= 1, 'a number above 0, at most 1');
  expectOption('tolerance', tolerance, isAboveZero(tolerance), 'a number above 0');
  expectOption('cacheBytes', cacheBytes, isAboveZero(cacheBytes), 'a number above 0');
  expectOption(
    'maxIterations',
    maxIterations,
    Number.isInteger(maxIterations) && maxIterations >= 1,
    'a whole number, 1 or more',
  );
}

function isAboveZero(value: unknown): boolean {
  return Number.isFinite(value) && (value as number) > 0;
}
