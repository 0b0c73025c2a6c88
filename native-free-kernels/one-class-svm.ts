// Decision function of a One-Class SVM, Σ αᵢ K(x, svᵢ) + intercept, for the four kernels of
// libsvm (sklearn/svm/src/libsvm/svm.cpp). One loop per kernel keeps each free of branches and calls.
import type { KernelFunction, OneClassSvm } from './contract.js';

export function decisionInto(
  svm: OneClassSvm,
  rows: Float64Array,
  nRows: number,
  out: Float64Array,
): void {
  DECISIONS[svm.kernel.function](svm, rows, nRows, out);
}

const DECISIONS: Record<KernelFunction, typeof decisionInto> = {
  rbf: rbfInto,
  linear: linearInto,
  poly: polyInto,
  sigmoid: sigmoidInto,
};

/** K(x, y) = exp(−γ |x − y|²), by direct differences: the norm trick loses digits for near points. */
function rbfInto(svm: OneClassSvm, rows: Float64Array, nRows: number, out: Float64Array): void {
  const { nFeatures, nSupport, supportVectors, coefficients, intercept } = svm;
  const minusGamma = -svm.kernel.gamma;
  for (let row = 0; row < nRows; row++) {
    const rowStart = row * nFeatures;
    let sum = 0;
    for (let i = 0, at = 0; i < nSupport; i++) {
      let squaredDistance = 0;
      for (let feature = 0; feature < nFeatures; feature++, at++) {
        const difference = rows[rowStart + feature] - supportVectors[at];
        squaredDistance += difference * difference;
      }
      sum += coefficients[i] * Math.exp(minusGamma * squaredDistance);
    }
    out[row] = sum + intercept;
  }
}

/** K(x, y) = x·y, so that Σ αᵢ (x·svᵢ) = x·w. */
function linearInto(svm: OneClassSvm, rows: Float64Array, nRows: number, out: Float64Array): void {
  const { nFeatures, intercept } = svm;
  const weights = weightsOf(svm);
  for (let row = 0; row < nRows; row++) {
    out[row] = dot(rows, row, weights, 0, nFeatures) + intercept;
  }
}

const knownWeights = new WeakMap<OneClassSvm, Float64Array>();

/** [nFeatures] w = Σ αᵢ svᵢ of a linear machine, summed once. */
function weightsOf(svm: OneClassSvm): Float64Array {
  const known = knownWeights.get(svm);
  if (known !== undefined) return known;
  const { nFeatures, nSupport, supportVectors, coefficients } = svm;
  const weights = new Float64Array(nFeatures);
  for (let i = 0, at = 0; i < nSupport; i++) {
    for (let feature = 0; feature < nFeatures; feature++, at++) {
      weights[feature] += coefficients[i] * supportVectors[at];
    }
  }
  knownWeights.set(svm, weights);
  return weights;
}

/** K(x, y) = (γ x·y + coef0)^degree */
function polyInto(svm: OneClassSvm, rows: Float64Array, nRows: number, out: Float64Array): void {
  const { nFeatures, nSupport, supportVectors, coefficients, intercept } = svm;
  const { gamma, coef0, degree } = svm.kernel;
  for (let row = 0; row < nRows; row++) {
    let sum = 0;
    for (let i = 0; i < nSupport; i++) {
      const base = gamma * dot(rows, row, supportVectors, i, nFeatures) + coef0;
      sum += coefficients[i] * integerPower(base, degree);
    }
    out[row] = sum + intercept;
  }
}

/** K(x, y) = tanh(γ x·y + coef0) */
function sigmoidInto(svm: OneClassSvm, rows: Float64Array, nRows: number, out: Float64Array): void {
  const { nFeatures, nSupport, supportVectors, coefficients, intercept } = svm;
  const { gamma, coef0 } = svm.kernel;
  for (let row = 0; row < nRows; row++) {
    let sum = 0;
    for (let i = 0; i < nSupport; i++) {
      const argument = gamma * dot(rows, row, supportVectors, i, nFeatures) + coef0;
      sum += coefficients[i] * Math.tanh(argument);
    }
    out[row] = sum + intercept;
  }
}

/** x·y of two rows of flat matrices with `nFeatures` columns. */
function dot(
  a: Float64Array,
  rowOfA: number,
  b: Float64Array,
  rowOfB: number,
  nFeatures: number,
): number {
  const startOfA = rowOfA * nFeatures;
  const startOfB = rowOfB * nFeatures;
  let sum = 0;
  for (let feature = 0; feature < nFeatures; feature++) {
    sum += a[startOfA + feature] * b[startOfB + feature];
  }
  return sum;
}

/** By repeated squaring in libsvm's order, so that roundings agree with it. */
export function integerPower(base: number, exponent: number): number {
  let power = 1;
  for (let square = base, left = exponent; left > 0; left >>= 1, square *= square) {
    if (left & 1) power *= square;
  }
  return power;
}
