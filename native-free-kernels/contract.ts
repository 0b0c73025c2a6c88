// What every set of kernels computes, and the flat, immutable models that they read.
// Kernels trust their input: files, requests and options are validated where they enter.

/** One step between a row as it came and the model; all keep the number of features. */
export type Transform =
  | StandardScaler
  | MinMaxScaler
  | Normalizer
  | Float32Scaler
  | Log1p
  | QuantileMap;

/** (x − mean) / scale per feature, as scikit-learn's StandardScaler and RobustScaler: it divides, never multiplies by 1/scale. */
export interface StandardScaler {
  readonly type: 'standard';
  readonly nFeatures: number;
  /** [nFeatures] mean, or another centre */
  readonly mean: Float64Array;
  /** [nFeatures] population standard deviation, or another spread; 1 for a constant feature. */
  readonly scale: Float64Array;
}

/** x · factor + offset per feature, clipped, as scikit-learn's MinMaxScaler. */
export interface MinMaxScaler {
  readonly type: 'min-max';
  readonly nFeatures: number;
  /** [nFeatures] */
  readonly factor: Float64Array;
  /** [nFeatures] */
  readonly offset: Float64Array;
  /** −Infinity where nothing is clipped */
  readonly lowest: number;
  /** Infinity where nothing is clipped */
  readonly highest: number;
}

export const NORMS = ['l1', 'l2', 'max'] as const;

/** Each row divided by its norm; a row of zeros stays. */
export interface Normalizer {
  readonly type: 'normalize';
  readonly nFeatures: number;
  readonly norm: (typeof NORMS)[number];
}

/** (x − offset) · factor per feature with every operation rounded to float32, as ONNX's Scaler. */
export interface Float32Scaler {
  readonly type: 'float32';
  readonly nFeatures: number;
  /** [nFeatures] float32 values */
  readonly offset: Float64Array;
  /** [nFeatures] float32 values */
  readonly factor: Float64Array;
}

/** sign(x) · log(1 + |x|) of some features: NumPy's log1p, continued below 0 as an odd function. Others stay. */
export interface Log1p {
  readonly type: 'log1p';
  readonly nFeatures: number;
  /** [nColumns] features that it applies to, ascending */
  readonly columns: Int32Array;
}

/**
 * Some features to their share in a distribution, 0 to 1, as scikit-learn's QuantileTransformer with uniform output:
 * linear between quantiles, in the middle of equal ones, 0 and 1 beyond the ends. Others stay.
 */
export interface QuantileMap {
  readonly type: 'quantile';
  readonly nFeatures: number;
  /** [nColumns] features that it applies to, ascending */
  readonly columns: Int32Array;
  /** Of each column, at least 2: at the shares 0, 1 / (nQuantiles − 1) … 1. */
  readonly nQuantiles: number;
  /** [nColumns × nQuantiles] row-major, ascending per column */
  readonly quantiles: Float64Array;
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
  /** [nSupport] dual coefficients α: positive for One-Class SVMs, of either sign otherwise */
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
  /**
   * [nNodes] what a tree says of the rows at the node. Classifier: fraction of anomalies among the training rows,
   * 0 to 1. Isolation forest: path length, at least 0.
   */
  readonly leafValue: Float64Array;
  /** [nNodes] weighted number of training rows that came to the node, positive; where it is known. */
  readonly cover?: Float64Array;
}

/**
 * One implementation of all kernels. `rows` is [nRows × nFeatures] row-major and never written;
 * `out` belongs to the caller, and only the elements named below are written.
 */
export interface Kernels {
  readonly name: string;
  /** Transformed rows into out[0 … nRows × nFeatures). `out` may be `rows` itself. */
  transformInto(transform: Transform, rows: Float64Array, nRows: number, out: Float64Array): void;
  /** Decision function into out[0 … nRows): positive is normal, unbounded. */
  decisionInto(svm: OneClassSvm, rows: Float64Array, nRows: number, out: Float64Array): void;
  /** Mean value of the reached leaves, one per tree, into out[0 … nRows). */
  meanLeafValueInto(forest: Forest, rows: Float64Array, nRows: number, out: Float64Array): void;
  /**
   * What kernels of the same kind on other threads need to score with the memory that these take for `forest`;
   * undefined where they take none. It can be posted to a thread.
   */
  share(forest: Forest): WebAssembly.Memory | undefined;
  /** Takes over for `forest` what other kernels have shared of the same one. */
  join(forest: Forest, shared: WebAssembly.Memory): void;
}
