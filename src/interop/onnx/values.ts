// What the importer knows of a tensor that flows through the graph. Rows are not known, so most tensors are functions
// of them: scaled rows, a function of the leaf that a row reaches in one tree, a score, a function of a score's sign.
import type { OneClassSvm, Transform } from '../../../native-free-kernels/contract.js';
import type { ElementType } from './format.js';

export type Value = Rows | Constant | LeafTable | Score | SignTable | Unused;

/** The model's input, or some of its columns, after transforms. */
export interface Rows {
  readonly kind: 'rows';
  readonly elementType: ElementType;
  readonly nFeatures: number;
  /** In the order in which a row passes them; each takes all features. */
  readonly transforms: readonly Transform[];
  /** Features of the input that the tensor's columns are. */
  readonly columns: Int32Array;
  /** Every number is a float32. */
  readonly isFloat32: boolean;
  /** The rounding that makes it so is not among the transforms. */
  readonly roundingIsDue: boolean;
}

export interface Constant {
  readonly kind: 'constant';
  readonly elementType: ElementType;
  readonly dimensions: readonly number[];
  readonly values: Float64Array | readonly string[];
}

/** One tree's questions, in scikit-learn's numbering, on the features of the input. */
export interface Tree {
  readonly rows: Rows;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly feature: Int32Array;
  readonly threshold: Float64Array;
  /** Nodes without children, in the order of a `LeafTable`'s cells. */
  readonly leaves: Int32Array;
}

/** A number for each leaf of one tree: that of the leaf that the row reaches. */
export interface LeafTable {
  readonly kind: 'leaf-table';
  readonly elementType: ElementType;
  readonly tree: Tree;
  /** One per leaf. */
  readonly cells: Float64Array;
}

/** factor · base + offset */
export interface Score {
  readonly kind: 'score';
  readonly elementType: ElementType;
  readonly base: ScoreBase;
  readonly factor: number;
  readonly offset: number;
}

export type ScoreBase = SvmDecision | MeanLeafValue | PowerOfTwo;

export interface SvmDecision {
  readonly type: 'svm';
  readonly transforms: readonly Transform[];
  readonly svm: OneClassSvm;
}

/** Mean over the trees of the values of the leaves that the row reaches. */
export interface MeanLeafValue {
  readonly type: 'mean-leaf-value';
  readonly members: readonly Pick<LeafTable, 'tree' | 'cells'>[];
}

export interface PowerOfTwo {
  readonly type: 'power-of-two';
  readonly exponent: Score & { readonly base: MeanLeafValue };
}

/** Three values: where the score is below 0, at 0 and above 0. */
export interface SignTable {
  readonly kind: 'sign-table';
  readonly elementType: ElementType;
  readonly score: Score;
  readonly cells: readonly (number | string)[];
}

/** What is computed beside the labels from a classifier's scores. */
export interface Unused {
  readonly kind: 'unused';
}
