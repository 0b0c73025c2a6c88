// From a dataset to detectors: split, fit by recipe, evaluate on the rows that the fit did not see.
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import type { Calibration } from '../model/calibration.js';
import type { Detector } from '../model/detector.js';
import { assembleDetector } from '../model/detector-file.js';
import { API_BEHAVIOUR_ENCODER } from '../model/encoder.js';
import type { Metrics } from '../model/metrics.js';
import { profileOf } from '../model/profile.js';
import type { TrainingProvenance } from '../model/provenance.js';
import { API_BEHAVIOUR_SCHEMA } from '../model/schema.js';
import { Scorer, type ScoringParts } from '../model/scorer.js';
import { PACKAGE_VERSION } from '../package-paths.js';
import { calibrateThreshold } from './calibrate.js';
import { ANOMALY, type Dataset, NORMAL, takeLabels, takeRows } from './dataset.js';
import { evaluate } from './evaluation.js';
import type { CandidateResult } from './grid-search.js';
import { hybrid } from './hybrid.js';
import { isolationForest } from './isolation-forest-recipe.js';
import { ocsvm } from './ocsvm.js';
import { ocsvmTuned } from './ocsvm-tuned.js';
import type { FitContext, Fitted, Recipe } from './recipe.js';
import { cutHeldOut, rowsOf, type Split, splitDataset } from './split.js';

/** Of the detectors in models/. */
export const SHIPPED_RECIPES: readonly Recipe[] = [ocsvm, ocsvmTuned, hybrid];
export const RECIPES: readonly Recipe[] = [...SHIPPED_RECIPES, isolationForest];
export const DEFAULT_SEED = 42;

export interface Trained {
  readonly detector: TrainedDetector;
  /** Of a search, best first. */
  readonly candidates: readonly CandidateResult[] | undefined;
}

/** A detector that was evaluated and knows its training data. */
export type TrainedDetector = Detector & {
  readonly metrics: Metrics;
  readonly provenance: TrainingProvenance;
};

/** The same dataset, recipe and seed give the same detector, byte for byte. */
export async function trainDetector(
  recipe: Recipe,
  dataset: Dataset,
  seed: number,
  onProgress: NonNullable<FitContext['onProgress']> = () => {},
  targetFalsePositiveRate?: number,
): Promise<Trained> {
  const split = splitDataset(dataset, seed);
  const fitted = await recipe.fit({ dataset, train: split.train, seed, onProgress });
  const { test, ...border } = borderOf(fitted, dataset, split, seed, targetFalsePositiveRate);
  const metrics = evaluateOn({ ...fitted, ...border }, dataset, test);
  const normal = Int32Array.from(rowsOf(dataset, NORMAL, split.train));
  const provenance = provenanceOf(dataset, { ...split, test }, seed, fitted.parameters);
  const detector = assembleDetector({
    name: recipe.name,
    title: recipe.title,
    schema: API_BEHAVIOUR_SCHEMA,
    encoder: API_BEHAVIOUR_ENCODER,
    transforms: fitted.transforms,
    model: fitted.model,
    ...border,
    metrics,
    profile: profileOf(takeRows(dataset, normal), normal.length, dataset.nFeatures),
    provenance,
  });
  return { detector: { ...detector, metrics, provenance }, candidates: fitted.candidates };
}

/** The threshold, and the rows that judge it: those that set it do not. */
function borderOf(
  fitted: Pick<Fitted, 'transforms' | 'model'>,
  dataset: Dataset,
  split: Split,
  seed: number,
  target: number | undefined,
): { test: Int32Array; threshold: number; calibration?: Calibration } {
  if (target === undefined) return { test: split.test, threshold: 0 };
  const { calibration, test } = cutHeldOut(dataset, split, seed);
  return {
    test,
    ...calibrateThreshold({ ...fitted, threshold: 0 }, dataset, calibration, target),
  };
}

/** Metrics of a detector on the rows of `dataset` at `indices`. */
export function evaluateOn(parts: ScoringParts, dataset: Dataset, indices: Int32Array): Metrics {
  const nRows = indices.length;
  const scores = new Float64Array(nRows);
  const rows = takeRows(dataset, indices);
  new Scorer(plainKernels).scoreInto(parts, rows, nRows, scores, new Float64Array(nRows));
  return evaluate(scores, takeLabels(dataset, indices));
}

function provenanceOf(
  dataset: Dataset,
  { train, test }: Split,
  seed: number,
  parameters: TrainingProvenance['parameters'],
): TrainingProvenance {
  const { file, sha256, nRows, droppedRows } = dataset;
  return {
    origin: 'training',
    trainer: `anomaly-predictor ${PACKAGE_VERSION}`,
    data: { file, sha256, rows: nRows, droppedRows },
    split: {
      seed,
      trainNormal: rowsOf(dataset, NORMAL, train).length,
      trainAnomaly: rowsOf(dataset, ANOMALY, train).length,
      testNormal: rowsOf(dataset, NORMAL, test).length,
      testAnomaly: rowsOf(dataset, ANOMALY, test).length,
    },
    parameters,
  };
}
