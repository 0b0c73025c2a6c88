// A way to learn: from rows and settings to transforms and a model.
import type { Transform } from '../../../native-free-kernels/contract.js';
import { plainKernels } from '../../../native-free-kernels/plain-kernels.js';
import type { Model } from '../../model/detector.js';
import type { DecisionTree } from '../../model/forest-layout.js';
import type { TrainingProvenance } from '../../model/provenance.js';
import { fitColumnTransforms } from '../column-transforms.js';
import type { ForestPlan } from '../random-forest.js';
import { columnTransformsOf, type Settings } from '../settings.js';

export type MethodName = 'one-class-svm' | 'random-forest' | 'isolation-forest';

export interface Method {
  readonly name: MethodName;
  /** Whether labelled anomalies are trained on; else they only judge. */
  readonly learnsAnomalies: boolean;
  /** Of every option. */
  readonly defaults: Settings;
  /** What is enough to tell candidates apart. */
  readonly searchDefaults: Settings;
  /** What a model's size is counted in. */
  readonly sizeUnit: string;
  /** `settings` are complete. */
  fit(rows: TrainingRows, settings: Settings, seed: number, grow: GrowForest): Promise<Fit>;
  /** What a detector tells of its settings, of which `given` are worth telling. */
  parameters(
    given: Settings,
    fit: Fit,
    settings: Settings,
    seed: number,
  ): TrainingProvenance['parameters'];
}

export interface TrainingRows {
  /** [nRows × nFeatures] row-major, unscaled, read-only */
  readonly values: Float64Array;
  /** [nRows] NORMAL or ANOMALY */
  readonly labels: Int8Array;
  readonly nRows: number;
  readonly nFeatures: number;
  readonly featureNames: readonly string[];
}

export interface Fit {
  readonly transforms: readonly Transform[];
  readonly model: Model;
  /** In the method's unit. */
  readonly size: number;
}

export type GrowForest = (plan: ForestPlan) => Promise<readonly DecisionTree[]>;

/** Fits the transforms that `settings` ask for, and passes the rows through them. */
export function transformRows(
  { values, nRows, nFeatures, featureNames }: TrainingRows,
  settings: Settings,
): { transforms: readonly Transform[]; rows: Float64Array } {
  const kinds = columnTransformsOf(settings, featureNames);
  const transforms = fitColumnTransforms(values, nRows, nFeatures, kinds);
  const rows = values.slice();
  for (const transform of transforms) plainKernels.transformInto(transform, rows, nRows, rows);
  return { transforms, rows };
}
