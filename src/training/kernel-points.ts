// Points under a kernel as the dual solver sees them: K by scalar products and squared norms, where
// |x − y|² = x·x + y·y − 2 x·y, in libsvm's order of operations (sklearn/svm/src/libsvm/svm.cpp).
import type { KernelFunction, SvmKernel } from '../../native-free-kernels/contract.js';
import { integerPower } from '../../native-free-kernels/one-class-svm.js';
import { fastExp } from './fast-exp.js';

export interface KernelPoints {
  readonly kernel: SvmKernel;
  readonly nFeatures: number;
  /** [nPoints × nFeatures] row-major */
  readonly coordinates: Float64Array;
  /** [nPoints] x·x */
  readonly squaredNorms: Float64Array;
  /** [nPoints] scratch */
  readonly values: Float64Array;
}

/** `rows` is [nRows × nFeatures] row-major and copied. */
export function kernelPoints(
  rows: Float64Array,
  nRows: number,
  nFeatures: number,
  kernel: SvmKernel,
): KernelPoints {
  const points = {
    kernel,
    nFeatures,
    coordinates: rows.slice(0, nRows * nFeatures),
    squaredNorms: new Float64Array(nRows),
    values: new Float64Array(nRows),
  };
  for (let i = 0; i < nRows; i++) {
    productsInto(points, i, i, i + 1);
    points.squaredNorms[i] = points.values[i];
  }
  return points;
}

/** K(xᵢ, xⱼ) for from ≤ j < to into out[j]. */
export function kernelRowInto(
  points: KernelPoints,
  i: number,
  from: number,
  to: number,
  out: Float32Array | Float64Array,
): void {
  const { values } = points;
  computeValues(points, i, from, to);
  for (let j = from; j < to; j++) out[j] = values[j];
}

/** K(xᵢ, xᵢ) of every point, in float64. */
export function kernelDiagonal(points: KernelPoints): Float64Array {
  return points.squaredNorms.map((_, i) => {
    computeValues(points, i, i, i + 1);
    return points.values[i];
  });
}

export function swapPoints(points: KernelPoints, i: number, j: number): void {
  const { nFeatures, coordinates, squaredNorms } = points;
  for (let feature = 0; feature < nFeatures; feature++) {
    swapElements(coordinates, i * nFeatures + feature, j * nFeatures + feature);
  }
  swapElements(squaredNorms, i, j);
}

export function swapElements(
  array: Float64Array | Float32Array | Int32Array,
  i: number,
  j: number,
): void {
  const element = array[i];
  array[i] = array[j];
  array[j] = element;
}

/** K(xᵢ, xⱼ) for from ≤ j < to into points.values[j]. */
function computeValues(points: KernelPoints, i: number, from: number, to: number): void {
  productsInto(points, i, from, to);
  FROM_PRODUCTS[points.kernel.function](points, i, from, to);
}

/** xᵢ·xⱼ for from ≤ j < to into points.values[j]. */
function productsInto(points: KernelPoints, i: number, from: number, to: number): void {
  const { nFeatures, coordinates, values } = points;
  // A short array of its own makes the inner loop twice as fast (Node 20).
  const point = coordinates.slice(i * nFeatures, (i + 1) * nFeatures);
  for (let j = from, at = from * nFeatures; j < to; j++) {
    let sum = 0;
    for (let feature = 0; feature < nFeatures; feature++, at++) {
      sum += point[feature] * coordinates[at];
    }
    values[j] = sum;
  }
}

/** Each turns xᵢ·xⱼ in points.values[j] into K(xᵢ, xⱼ). */
const FROM_PRODUCTS: Record<KernelFunction, typeof computeValues> = {
  rbf: rbfFromProducts,
  linear: () => {},
  poly: polyFromProducts,
  sigmoid: sigmoidFromProducts,
};

function rbfFromProducts(points: KernelPoints, i: number, from: number, to: number): void {
  const { kernel, squaredNorms, values } = points;
  const minusGamma = -kernel.gamma;
  const squaredNorm = squaredNorms[i];
  for (let j = from; j < to; j++) {
    values[j] = fastExp(minusGamma * (squaredNorm + squaredNorms[j] - 2 * values[j]));
  }
}

function polyFromProducts(points: KernelPoints, _i: number, from: number, to: number): void {
  const { kernel, values } = points;
  const { gamma, coef0, degree } = kernel;
  for (let j = from; j < to; j++) values[j] = integerPower(gamma * values[j] + coef0, degree);
}

function sigmoidFromProducts(points: KernelPoints, _i: number, from: number, to: number): void {
  const { kernel, values } = points;
  const { gamma, coef0 } = kernel;
  for (let j = from; j < to; j++) values[j] = Math.tanh(gamma * values[j] + coef0);
}
