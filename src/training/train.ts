// From a dataset to detectors: split, fit by recipe, evaluate on the rows that the fit did not see.
import { AnomalyPredictorError } from '../errors.js';
import type { BehaviourSchema } from '../formats/behaviour-blocks.js';
import type { Calibration } from '../model/calibration.js';
import type { Detector } from '../model/detector.js';
import { API_BEHAVIOUR_ENCODER } from '../model/encoder.js';
import type { Metrics } from '../model/metrics.js';
import { type Profile, profileOf, withAnomalies } from '../model/profile.js';
import type { TrainingProvenance } from '../model/provenance.js';
import { API_BEHAVIOUR_SCHEMA, type Schema } from '../model/schema.js';
import type { ScoringParts } from '../model/scorer.js';
import type { TrafficSettings } from '../model/traffic-settings.js';
import { PACKAGE_VERSION } from '../package-paths.js';
import { calibrateThreshold } from './calibrate.js';
import { checkedDetector } from './checked-detector.js';
import { ANOMALY, type Dataset, NORMAL, takeRows } from './dataset.js';
import { allNormalRowsEqual } from './dataset-faults.js';
import { evaluateOn, scoresOf } from './evaluation.js';
import type { Fit } from './methods/method.js';
import { hybrid } from './recipes/hybrid.js';
import { isolationForest } from './recipes/isolation-forest.js';
import { ocsvm } from './recipes/ocsvm.js';
import { ocsvmTuned } from './recipes/ocsvm-tuned.js';
import type { Recipe } from './recipes/recipe.js';
import { type CandidateResult, search } from './search.js';
import type { SearchPlan } from './search-plan.js';
import type { Settings } from './settings.js';
import { sharedArray } from './shared-array.js';
import { cutHeldOut, rowsOf, type Split, splitDataset } from './split.js';
import { TrainingPool } from './training-pool.js';
import { trainingRows } from './training-rows.js';
import type { SharedRows } from './training-task.js';
import { withUsualExamples } from './usual-examples.js';
import { whatCounts } from './what-counts.js';

/** Of the detectors in models/. */
export const SHIPPED_RECIPES: readonly Recipe[] = [ocsvm, ocsvmTuned, hybrid];
export const RECIPES: readonly Recipe[] = [...SHIPPED_RECIPES, isolationForest];
export const DEFAULT_SEED = 42;
/** What the dataset's file has. */
export const API_BEHAVIOUR: BehaviourSchema = {
  schema: API_BEHAVIOUR_SCHEMA,
  encoder: API_BEHAVIOUR_ENCODER,
};

export interface TrainOptions {
  /** The features of the dataset, and the columns that they were read from. @default `API_BEHAVIOUR` */
  readonly behaviours?: BehaviourSchema | undefined;
  /** How the traffic was read, where the rows are behaviours of live traffic. */
  readonly traffic?: TrafficSettings | undefined;
  /** Over those of the recipe; the recipe's search leaves them alone. */
  readonly settings?: Settings | undefined;
  /** In place of the recipe's. */
  readonly search?: SearchPlan | undefined;
  /** Sets the threshold by half of the normal rows held out. @default no threshold but the model's own border */
  readonly targetFalsePositiveRate?: number | undefined;
  /** Makes a detector that fails its checks nevertheless, with a mark. */
  readonly force?: boolean | undefined;
  /** @default number of processors */
  readonly workers?: number | undefined;
  /** Ends the training, which throws `Interrupted`. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** Called as the parts of a long training are done; `what` they are: fits of a search, trees. */
export type OnProgress = (done: number, total: number, what: 'fits' | 'trees') => void;

export interface Trained {
  readonly detector: TrainedDetector;
  /** What it was trained with, of what makes a difference; the method's defaults are left out. */
  readonly settings: Settings;
  /** Of a search, best first. */
  readonly candidates: readonly CandidateResult[] | undefined;
}

/** A detector that was evaluated and knows its training data. */
export type TrainedDetector = Detector & {
  readonly metrics: Metrics;
  readonly provenance: TrainingProvenance;
};

/**
 * The same dataset, recipe, seed, settings and search give the same detector, byte for byte, on any number of workers.
 * @throws Interrupted; AnomalyPredictorError 'bad-option', 'bad-data-file' or 'unfit-detector'
 */
export async function trainDetector(
  recipe: Recipe,
  dataset: Dataset,
  seed: number,
  options: TrainOptions = {},
): Promise<Trained> {
  const fault = allNormalRowsEqual(dataset);
  if (fault !== undefined) {
    const { file } = dataset;
    throw new AnomalyPredictorError('bad-data-file', `${file}: ${fault}`, { file });
  }
  const { behaviours = API_BEHAVIOUR, traffic, onProgress = () => {} } = options;
  const split = splitDataset(dataset, seed);
  const { method } = recipe;
  const data = shareRows(dataset, behaviours.schema);
  const pool = new TrainingPool(options);
  let chosen: Settings = { ...recipe.settings, ...options.settings };
  let candidates: readonly CandidateResult[] | undefined;
  let fit: Fit;
  try {
    const plan = searchOf(recipe, options);
    if (plan !== undefined) {
      candidates = await search(method, chosen, plan, {
        dataset,
        data,
        among: split.train,
        seed,
        pool,
        onProgress: (done, total) => onProgress(done, total, 'fits'),
      });
      chosen = { ...chosen, ...candidates[0].candidate };
    }
    chosen = whatCounts(chosen, method.defaults);
    fit = await fitFinally(recipe, chosen, { dataset, data, split, seed, pool, onProgress });
  } finally {
    await pool.close();
  }
  const { transforms, model } = fit;
  const { targetFalsePositiveRate } = options;
  const { test, ...border } = borderOf(fit, dataset, split, seed, targetFalsePositiveRate);
  const metrics = evaluateOn({ ...fit, ...border }, dataset, { rows: test, train: split.train });
  const normal = Int32Array.from(rowsOf(dataset, NORMAL, split.train));
  const heldOut = Int32Array.from(rowsOf(dataset, NORMAL, split.test));
  const scored = heldOut.length > 0 ? heldOut : normal;
  const scores = scoresOf({ ...fit, ...border }, dataset, scored);
  const complete = { ...method.defaults, ...chosen };
  const parameters = method.parameters(chosen, fit, complete, seed);
  const provenance = provenanceOf(dataset, { ...split, test }, seed, parameters);
  const profile = knowingAnomalies(
    profileOf(takeRows(dataset, normal), normal.length, dataset.nFeatures, scores),
    dataset,
    { ...fit, ...border },
  );
  const { schema, encoder } = behaviours;
  const parts = {
    name: recipe.name,
    title: recipe.title,
    schema: isOfDataset(options) ? schema : withUsualExamples(schema, profile),
    encoder,
    transforms,
    model,
    ...border,
    metrics,
    profile,
    provenance,
    ...(traffic && { traffic }),
  };
  const detector = checkedDetector(parts, options.force);
  return { detector: { ...detector, metrics, provenance }, settings: chosen, candidates };
}

/** True of the kind of rows that made the shipped detectors, whose schema has the examples of that kind. */
export function isOfDataset({ behaviours = API_BEHAVIOUR, traffic }: TrainOptions): boolean {
  return behaviours === API_BEHAVIOUR && traffic === undefined;
}

/** The profile with all labelled anomalies of the dataset, of which some may have trained. */
function knowingAnomalies(profile: Profile, dataset: Dataset, parts: ScoringParts): Profile {
  const anomalies = Int32Array.from(rowsOf(dataset, ANOMALY));
  const scores = scoresOf(parts, dataset, anomalies);
  const nNormal = dataset.nRows - anomalies.length;
  return withAnomalies(profile, nNormal, takeRows(dataset, anomalies), scores);
}

/** What is fixed by an option is not searched. */
function searchOf(recipe: Recipe, options: TrainOptions): SearchPlan | undefined {
  const plan = options.search ?? recipe.search;
  if (plan === undefined) return undefined;
  const tries = Object.entries(plan.tries).filter(
    ([option]) => options.settings?.[option] === undefined,
  );
  return tries.length === 0 ? undefined : { ...plan, tries: Object.fromEntries(tries) };
}

interface FitContext {
  readonly dataset: Dataset;
  readonly data: SharedRows;
  readonly split: Split;
  readonly seed: number;
  readonly pool: TrainingPool;
  readonly onProgress: OnProgress;
}

/** On all rows that train. The trees of a forest grow on all threads. */
async function fitFinally(
  { method }: Recipe,
  chosen: Settings,
  { dataset, data, split, seed, pool, onProgress }: FitContext,
): Promise<Fit> {
  const settings = { ...method.defaults, ...chosen };
  const train = method.learnsAnomalies
    ? split.train
    : Int32Array.from(rowsOf(dataset, NORMAL, split.train));
  if (method.name !== 'random-forest') {
    return pool.run('fit', { data, method: method.name, settings, train, seed });
  }
  return method.fit(trainingRows(data, train), settings, seed, (plan) =>
    pool.grow(plan, (done, total) => onProgress(done, total, 'trees')),
  );
}

export function shareRows({ values, labels, nFeatures }: Dataset, schema: Schema): SharedRows {
  return { values: sharedArray(values), labels: sharedArray(labels), nFeatures, schema };
}

/** The threshold, and the rows that judge it: those that set it do not. */
function borderOf(
  fit: Fit,
  dataset: Dataset,
  split: Split,
  seed: number,
  target: number | undefined,
): { test: Int32Array; threshold: number; calibration?: Calibration } {
  if (target === undefined) return { test: split.test, threshold: 0 };
  const { calibration, test } = cutHeldOut(dataset, split, seed);
  return { test, ...calibrateThreshold({ ...fit, threshold: 0 }, dataset, calibration, target) };
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
