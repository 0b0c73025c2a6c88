// What test/fixtures/isolation-forest.json holds, by scikit-learn 1.2.1.
import { readFixture } from './fixture.js';

export interface IsolationForests {
  readonly forests: readonly TrainedIsolationForest[];
  readonly spread: ScoreSpread;
}

export interface TrainedIsolationForest {
  readonly title: string;
  readonly nFeatures: number;
  /** Rows that each tree was grown on. */
  readonly maxSamples: number;
  readonly contamination: number | 'auto';
  readonly offset: number;
  /** score_samples of all training rows. */
  readonly trainingScores: readonly number[];
  readonly trees: readonly {
    readonly left: readonly number[];
    readonly right: readonly number[];
    /** An index into `features`. */
    readonly feature: readonly number[];
    readonly threshold: readonly number[];
    readonly nRowsAt: readonly number[];
    /** Features of the forest that the tree was grown on. */
    readonly features: readonly number[];
  }[];
  /** [nRows × nFeatures] */
  readonly rows: readonly number[];
  /** score_samples, decision_function and predict of each of `rows`. */
  readonly scores: readonly number[];
  readonly decisions: readonly number[];
  readonly predictions: readonly number[];
}

/** How forests of `nSeeds` seeds and otherwise default options differ on one data set. */
export interface ScoreSpread {
  readonly nFeatures: number;
  readonly nSeeds: number;
  /** [nRows × nFeatures] that the forests are grown on. */
  readonly rows: readonly number[];
  /** [nProbes × nFeatures] */
  readonly probes: readonly number[];
  /** Of each probe. */
  readonly isOdd: readonly boolean[];
  /** score_samples of each probe. */
  readonly scores: { readonly mean: readonly number[]; readonly deviation: readonly number[] };
  /** A forest's mean number of nodes. */
  readonly nodesPerTree: Spread;
  /** How well a forest tells the odd probes from the others. */
  readonly rocAuc: Spread;
  /** With 32 rows a tree and a contamination of 0.1. */
  readonly offset: Spread;
}

export interface Spread {
  readonly mean: number;
  /** Population standard deviation over the seeds. */
  readonly deviation: number;
}

export function readIsolationForests(): IsolationForests {
  return readFixture('isolation-forest.json');
}
