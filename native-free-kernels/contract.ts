// What every set of kernels computes, and the flat, immutable models that they read.
// Kernels trust their input: files, requests and options are validated where they enter.

/** (x − mean) / scale per feature, as scikit-learn's StandardScaler: it divides, never multiplies by 1/scale. */
export interface StandardScaler {
  readonly nFeatures: number;
  /** [nFeatures] */
  readonly mean: Float64Array;
  /** [nFeatures] population standard deviation; 1 for a constant feature. */
  readonly scale: Float64Array;
}

export const KERNEL_FUNCTIONS = ['rbf', 'linear', 'poly', 'sigmoid'] as const;
export type KernelFunction = (typeof KERNEL_FUNCTIONS)[number];

/** K(x, y) of a support vector machine; `gamma`, `coef0` and `degree` count only where the formula has them. */
export interface SvmKernel {
  readonly function: KernelFunction;
  readonly gamma: number;
  readonly coef0: number;
  /** Whole number, at least 0. */
  readonly degree: number;
}

/** decision(x) = Σ coefficients[i] · K(x, supportVectors[i]) + intercept. */
export interface OneClassSvm {
  readonly kernel: SvmKernel;
  readonly nFeatures: number;
  readonly nSupport: number;
  /** [nSupport × nFeatures] row-major */
  readonly supportVectors: Float64Array;
  /** [nSupport] dual coefficients α, positive */
  readonly coefficients: Float64Array;
  /** −ρ */
  readonly intercept: number;
}

/**
 * Binary trees in one array of nodes; node `i` sends a row left to `child[i]` when
 * `float32(row[feature[i]]) <= threshold[i]`, else right to `child[i] + 1`.
 * A leaf is its own child, with an infinite threshold.
 */
export interface Forest {
  readonly nFeatures: number;
  readonly nTrees: number;
  readonly nNodes: number;
  /** [nTrees] index of each tree's root */
  readonly roots: Int32Array;
  /** [nNodes] */
  readonly child: Int32Array;
  /** [nNodes] 0 for leaves */
  readonly feature: Int32Array;
  /** [nNodes] +Infinity for leaves */
  readonly threshold: Float32Array;
  /** [nNodes] fraction of anomalies among the training rows at the node, 0 to 1 */
  readonly anomalyFraction: Float64Array;
}

/**
 * One implementation of all kernels. `rows` is [nRows × nFeatures] row-major and never written;
 * `out` belongs to the caller, and only the elements named below are written.
 */
export interface Kernels {
  readonly name: string;
  /** Standard scores into out[0 … nRows × nFeatures). `out` may be `rows` itself. */
  scaleInto(scaler: StandardScaler, rows: Float64Array, nRows: number, out: Float64Array): void;
  /** Decision function into out[0 … nRows): positive is normal, unbounded. */
  decisionInto(svm: OneClassSvm, rows: Float64Array, nRows: number, out: Float64Array): void;
  /** Mean anomaly fraction of the reached leaves into out[0 … nRows): 0 to 1, higher is more anomalous. */
  anomalyProbabilityInto(
    forest: Forest,
    rows: Float64Array,
    nRows: number,
    out: Float64Array,
  ): void;
  /**
   * What kernels of the same kind on other threads need to score with the memory that these take for `forest`;
   * undefined where they take none. It can be posted to a thread.
   */
  share(forest: Forest): WebAssembly.Memory | undefined;
  /** Takes over for `forest` what other kernels have shared of the same one. */
  join(forest: Forest, shared: WebAssembly.Memory): void;
}
