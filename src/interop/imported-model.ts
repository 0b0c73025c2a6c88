// What every reader of other libraries' model files answers, before schema and name make a detector of it.
import type { Transform } from '../../native-free-kernels/contract.js';
import type { Model } from '../model/detector.js';
import type { ImportProvenance } from '../model/provenance.js';

export interface ImportOptions {
  /** One per feature; they win over names in the file. */
  readonly featureNames?: readonly string[];
  /** Label of the anomalous class as text; '-1' by default. */
  readonly anomalyClass?: string;
}

export interface ImportedModel {
  /** In the order in which a row passes them. */
  readonly transforms: readonly Transform[];
  readonly model: Model;
  /** Subtracted from the model's output, as in a detector; 0 where the border is at 0. */
  readonly threshold: number;
  readonly nFeatures: number;
  readonly featureNames: readonly string[] | null;
  /** As in the provenance: class or operators of the model. */
  readonly estimator: string;
  readonly libraryVersion: string | null;
  readonly parameters: ImportProvenance['parameters'];
}
