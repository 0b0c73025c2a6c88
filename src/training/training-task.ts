// What crosses between a training and its worker threads.
import type { ErrorData } from '../errors.js';
import type { Bounds } from '../model/bounds.js';
import type { DecisionTree } from '../model/forest-layout.js';
import type { SessionRows } from '../model/learning-rows.js';
import type { ComparedRates } from '../model/metrics.js';
import type { Schema } from '../model/schema.js';
import type { Dataset } from './dataset.js';
import type { Fit, MethodName } from './methods/method.js';
import type { ForestPlan } from './random-forest.js';
import type { Settings } from './settings.js';
import type { NormalVolume } from './unlabelled/normal-volume.js';

/** The rows of a dataset in memory that threads share, so that no task copies them. */
export type SharedRows = Pick<Dataset, 'values' | 'labels' | 'nFeatures'> & {
  readonly schema: Schema;
};

/** A fit on some rows; `settings` are complete. */
export interface FitTask {
  readonly data: SharedRows;
  readonly method: MethodName;
  readonly settings: Settings;
  readonly train: Int32Array;
  readonly seed: number;
}

/** The same, and how well it tells other rows apart. */
export interface JudgeTask extends FitTask {
  readonly judge: Int32Array;
  readonly scoring: string;
}

export interface Judgement {
  readonly score: number;
  readonly metrics: ComparedRates;
  /** Whether it calls normal what lies far outside of the rows that it was fitted to. */
  readonly isBlind: boolean;
  /** In the method's unit. */
  readonly size: number;
}

/** A fit, and how much it calls normal of what might be, where nothing is labelled. */
export interface VolumeTask extends FitTask {
  readonly sessions: SessionRows;
  /** [nArtificial × nFeatures] */
  readonly artificial: Float64Array;
  /** Of the sessions that may be flagged. */
  readonly share: number;
  readonly bounds: Bounds;
}

export interface VolumeJudgement extends NormalVolume {
  /** In the method's unit. */
  readonly size: number;
}

export interface GrowTask {
  readonly plan: ForestPlan;
  readonly treeSeeds: readonly number[];
}

/** By the name of the worker's function. */
export interface TrainingTasks {
  readonly fit: { readonly task: FitTask; readonly result: Fit };
  readonly judge: { readonly task: JudgeTask; readonly result: Judgement };
  readonly volume: { readonly task: VolumeTask; readonly result: VolumeJudgement };
  readonly grow: { readonly task: GrowTask; readonly result: readonly DecisionTree[] };
}

export type TrainingReply<Result> = { readonly result: Result } | { readonly error: ErrorData };
