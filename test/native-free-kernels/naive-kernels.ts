// What kernels compute, written for the eye: matrices where the formula has them, one row at a time.
import { Matrix } from 'ml-matrix';
import type { OneClassSvm, SvmKernel, Transform } from '../../native-free-kernels/contract.js';
import type { DecisionTree } from '../../src/model/forest-layout.js';

export function naiveTransform(transform: Transform, row: readonly number[]): number[] {
  switch (transform.type) {
    case 'standard': {
      const { mean, scale } = transform;
      return row.map((value, i) => (value - mean[i]) / scale[i]);
    }
    case 'min-max': {
      const { factor, offset, lowest, highest } = transform;
      const scaled = row.map((value, i) => value * factor[i] + offset[i]);
      return scaled.map((value) => Math.max(lowest, Math.min(value, highest)));
    }
    case 'normalize': {
      const sizes = row.map(Math.abs);
      const norm = {
        l1: sizes.reduce((sum, size) => sum + size),
        l2: Math.sqrt(sizes.reduce((sum, size) => sum + size * size, 0)),
        max: Math.max(...sizes),
      }[transform.norm];
      return row.map((value) => (norm === 0 ? value : value / norm));
    }
    case 'float32': {
      const { offset, factor } = transform;
      const centred = Float32Array.from(row).map((value, i) => value - offset[i]);
      return [...centred.map((value, i) => value * factor[i])];
    }
    case 'log1p':
      return row.map((value, i) =>
        transform.columns.includes(i) ? Math.sign(value) * Math.log1p(Math.abs(value)) : value,
      );
    case 'quantile': {
      const { columns, quantiles, nQuantiles } = transform;
      return row.map((value, i) => {
        const at = columns.indexOf(i);
        if (at < 0) return value;
        return naiveShare(quantiles.slice(at * nQuantiles, (at + 1) * nQuantiles), value);
      });
    }
  }
}

/** By numpy.interp from both ends, as scikit-learn has it. */
function naiveShare(quantiles: Float64Array, value: number): number {
  const { length } = quantiles;
  if (value === quantiles[0]) return 0;
  if (value === quantiles[length - 1]) return 1;
  const step = 1 / (length - 1);
  const shares = quantiles.map((_, i) => (i === length - 1 ? 1 : i * step));
  const mirrored = (values: Float64Array) => values.toReversed().map((other) => -other);
  return (
    0.5 *
    (interpolate(value, quantiles, shares) -
      interpolate(-value, mirrored(quantiles), mirrored(shares)))
  );
}

/** numpy.interp: `xs` ascend, of equal ones the last counts. */
function interpolate(x: number, xs: Float64Array, ys: Float64Array): number {
  const at = xs.findLastIndex((other) => other <= x);
  if (at < 0) return ys[0];
  if (at === xs.length - 1 || xs[at] === x) return ys[at];
  const slope = (ys[at + 1] - ys[at]) / (xs[at + 1] - xs[at]);
  return slope * (x - xs[at]) + ys[at];
}

export interface NaiveDecision {
  readonly score: number;
  /** Size of what was added up: rounding errors are in proportion to it. */
  readonly magnitude: number;
}

export function naiveDecision(svm: OneClassSvm, row: readonly number[]): NaiveDecision {
  const { nSupport, nFeatures, intercept } = svm;
  const x = Matrix.columnVector([...row]);
  const vectors = Matrix.from1DArray(nSupport, nFeatures, [...svm.supportVectors]);
  const coefficients = Matrix.rowVector([...svm.coefficients]);
  const kernels = Matrix.columnVector(
    vectors.to2DArray().map((vector) => naiveKernel(svm.kernel, x, Matrix.columnVector(vector))),
  );
  const bounds = Matrix.columnVector(
    vectors.to2DArray().map((vector) => kernelBound(svm.kernel, x, Matrix.columnVector(vector))),
  );
  return {
    score: coefficients.mmul(kernels).get(0, 0) + intercept,
    magnitude: Matrix.abs(coefficients).mmul(bounds).get(0, 0) + Math.abs(intercept),
  };
}

function naiveKernel(kernel: SvmKernel, x: Matrix, y: Matrix): number {
  const { gamma, coef0, degree } = kernel;
  switch (kernel.function) {
    case 'rbf':
      return Math.exp(-gamma * Matrix.sub(x, y).norm('frobenius') ** 2);
    case 'linear':
      return x.dot(y);
    case 'poly':
      return (gamma * x.dot(y) + coef0) ** degree;
    case 'sigmoid':
      return Math.tanh(gamma * x.dot(y) + coef0);
  }
}

/** At least |K(x, y)|, and as large as what cancels out in it. */
function kernelBound(kernel: SvmKernel, x: Matrix, y: Matrix): number {
  const { gamma, coef0, degree } = kernel;
  const dot = Matrix.abs(x).dot(Matrix.abs(y));
  switch (kernel.function) {
    case 'rbf':
      return 1;
    case 'linear':
      return dot;
    case 'poly':
      return (gamma * dot + Math.abs(coef0)) ** degree;
    case 'sigmoid':
      return 1 + gamma * dot + Math.abs(coef0);
  }
}

/** With scikit-learn's own trees and float64 thresholds, not with their layout. */
export function naiveAnomalyProbability(
  trees: readonly DecisionTree[],
  row: readonly number[],
): number {
  const fractions = trees.map((tree) => {
    let node = 0;
    while (tree.left[node] !== -1) {
      const goesLeft = Math.fround(row[tree.feature[node]]) <= tree.threshold[node];
      node = goesLeft ? tree.left[node] : tree.right[node];
    }
    return tree.leafValue[node];
  });
  return fractions.reduce((sum, fraction) => sum + fraction, 0) / trees.length;
}
