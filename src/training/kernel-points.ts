// Points under a kernel as the dual solver sees them: K by scalar products and squared norms, where
// |x − y|² = x·x + y·y − 2 x·y, in the order of operations of libsvm (sklearn/svm/src/libsvm/svm.cpp).
import type { SvmKernel } from '../../native-free-kernels/contract.js';
import { dot, integerPower } from '../../native-free-kernels/one-class-svm.js';

export interface KernelPoints {
  readonly kernel: SvmKernel;
  readonly nFeatures: number;
  /** [nPoints × nFeatures] row-major */
  readonly coordinates: Float64Array;
  /** [nPoints] x·x */
  readonly squaredNorms: Float64Array;
}

/** `rows` is [nRows × nFeatures] row-major and copied. */
export function kernelPoints(
  rows: Float64Array,
  nRows: number,
  nFeatures: number,
  kernel: SvmKernel,
): KernelPoints {
  const coordinates = rows.slice(0, nRows * nFeatures);
  const squaredNorms = new Float64Array(nRows);
  for (let i = 0; i < nRows; i++) squaredNorms[i] = dot(coordinates, i, coordinates, i, nFeatures);
  return { kernel, nFeatures, coordinates, squaredNorms };
}

/** K(xᵢ, xᵢ) of every point, in float64. */
export function kernelDiagonal({ kernel, squaredNorms }: KernelPoints): Float64Array {
  return squaredNorms.map((norm) => kernelValue(kernel, norm, norm + norm));
}

/** K(xᵢ, xⱼ) for from ≤ j < to into out[j], rounded to float32. */
export function kernelRowInto(
  points: KernelPoints,
  i: number,
  from: number,
  to: number,
  out: Float32Array,
): void {
  const { kernel, nFeatures, coordinates, squaredNorms } = points;
  const squaredNorm = squaredNorms[i];
  for (let j = from; j < to; j++) {
    const product = dot(coordinates, i, coordinates, j, nFeatures);
    out[j] = kernelValue(kernel, product, squaredNorm + squaredNorms[j]);
  }
}

function kernelValue(kernel: SvmKernel, product: number, sumOfSquaredNorms: number): number {
  switch (kernel.function) {
    case 'rbf':
      return Math.exp(-kernel.gamma * (sumOfSquaredNorms - 2 * product));
    case 'linear':
      return product;
    case 'poly':
      return integerPower(kernel.gamma * product + kernel.coef0, kernel.degree);
    case 'sigmoid':
      return Math.tanh(kernel.gamma * product + kernel.coef0);
  }
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
