// A recipe: how a detector is fitted, and what its model card says about it.
import type { Transform } from '../../native-free-kernels/contract.js';
import type { Model } from '../model/detector.js';
import type { TrainingProvenance } from '../model/provenance.js';
import type { Dataset } from './dataset.js';
import type { CandidateResult } from './grid-search.js';

export interface Recipe {
  /** The detector's name. */
  readonly name: string;
  readonly title: string;
  /** How it is trained, in a sentence or two. */
  readonly method: string;
  /** What it cannot do, a sentence each. */
  readonly limits: readonly string[];
  fit(context: FitContext): Promise<Fitted>;
}

export interface FitContext {
  readonly dataset: Dataset;
  /** Indices of the rows that may be used, ascending. */
  readonly train: Int32Array;
  readonly seed: number;
  /** Called as the parts of a long fit are done. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Fitted {
  readonly transforms: readonly Transform[];
  readonly model: Model;
  readonly parameters: TrainingProvenance['parameters'];
  /** Of a search, best first. */
  readonly candidates?: readonly CandidateResult[];
}
