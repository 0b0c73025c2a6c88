// Why a row has its score: a signed part for every feature, which add up to the score less the detector's baseline.
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import {
  prepareTreeShap,
  type TreeShap,
  treeShapInto,
} from '../../native-free-kernels/tree-shap.js';
import { AnomalyPredictorError } from '../errors.js';
import { baselineShapleyInto, MOST_EXACT_FEATURES, mixedRowsFor } from './baseline-shapley.js';
import type { DetectorParts } from './detector.js';
import { normalRangesOf } from './profile.js';
import type { Scorer } from './scorer.js';
import { featuresOutOfRange, type TrainingRange, trainingRangeOf } from './training-range.js';

/**
 * `tree-shap`: path-dependent Shapley values of a forest; its baseline is the score that is expected of the training
 * rows. `exact-shapley`: against a usual behaviour, whose score is the baseline. `sampled-shapley`: the same with more
 * than 12 features, of which an estimate is given with its standard error.
 */
export type ExplanationMethod = 'tree-shap' | 'exact-shapley' | 'sampled-shapley';

/** Where `explainInto` puts what it finds. */
export interface Contributions {
  /** [nRows × nFeatures] row-major; positive speaks for normal, negative for an anomaly */
  readonly contributions: Float64Array;
  /** [nRows × nFeatures] standard errors; 0 where a contribution is exact */
  readonly errors: Float64Array;
  /** [1] */
  readonly baseline: Float64Array;
}

/** The explanation of a batch: contributions of a row sum to its score less the baseline. */
export interface Explanation {
  readonly method: ExplanationMethod;
  readonly baseline: number;
  readonly features: readonly ExplainedFeature[];
  /** [nRows × nFeatures] row-major; positive speaks for normal, negative for an anomaly */
  readonly contributions: Float64Array;
  /** [nRows × nFeatures] standard errors of the contributions, where they are sampled */
  readonly errors?: Float64Array;
  /** By row: names of the features that are out of the training range, where the detector knows that. */
  readonly outOfRange: readonly (readonly string[])[];
}

export interface ExplainedFeature extends TrainingRange {
  readonly name: string;
  /** Of nine in ten normal training rows; null where the detector does not know. */
  readonly low: number | null;
  readonly high: number | null;
  /** Outside of which a row is an anomaly whatever the model says; only where the feature has one. */
  readonly bounds?: FeatureBounds;
}

export interface FeatureBounds {
  readonly low: number | null;
  readonly high: number | null;
}

export type ExplainableParts = Pick<
  DetectorParts,
  'name' | 'schema' | 'transforms' | 'model' | 'threshold' | 'profile' | 'bounds'
>;

export function isExplainable(detector: ExplainableParts): boolean {
  return weightedForestOf(detector) !== undefined || normalRangesOf(detector) !== undefined;
}

/** @throws AnomalyPredictorError `not-explainable`: the detector does not know what is usual */
export function explanationMethod(detector: ExplainableParts): ExplanationMethod {
  if (weightedForestOf(detector) !== undefined) return 'tree-shap';
  requireRanges(detector);
  return detector.schema.features.length <= MOST_EXACT_FEATURES
    ? 'exact-shapley'
    : 'sampled-shapley';
}

/** What `explainInto` has found, with what it is about. `rows`: [nRows × nFeatures] that were explained */
export function explanationOf(
  detector: ExplainableParts,
  { contributions, errors, baseline }: Contributions,
  rows: Float64Array,
): Explanation {
  const method = explanationMethod(detector);
  const nFeatures = detector.schema.features.length;
  return {
    method,
    baseline: baseline[0],
    features: explainedFeatures(detector),
    contributions,
    ...(method === 'sampled-shapley' && { errors }),
    outOfRange: Array.from({ length: rows.length / nFeatures }, (_, row) =>
      featuresOutOfRange(detector, rows.subarray(row * nFeatures, (row + 1) * nFeatures)),
    ),
  };
}

export function explainedFeatures(detector: ExplainableParts): ExplainedFeature[] {
  const ranges = normalRangesOf(detector);
  return detector.schema.features.map(({ name }, feature) => ({
    name,
    low: ranges?.low[feature] ?? null,
    high: ranges?.high[feature] ?? null,
    ...trainingRangeOf(detector, feature),
    ...boundsOf(detector, feature),
  }));
}

function boundsOf({ bounds }: ExplainableParts, feature: number): { bounds?: FeatureBounds } {
  if (bounds === undefined) return {};
  const [low, high] = [bounds.low[feature], bounds.high[feature]].map((bound) =>
    Number.isFinite(bound) ? bound : null,
  );
  return low === null && high === null ? {} : { bounds: { low, high } };
}

/** Nodes of a forest that are visited in about the time in which a row is scored. */
const NODES_PER_ROW = 10;

/** How many rows could be scored in about the time in which one is explained. */
export function rowsPerExplanation(detector: ExplainableParts): number {
  return explanationMethod(detector) === 'tree-shap' && detector.model.type === 'forest'
    ? Math.ceil(detector.model.forest.nNodes / NODES_PER_ROW)
    : mixedRowsFor(detector.schema.features.length);
}

/**
 * Explains `nRows` rows. `rows`: [nRows × nFeatures] row-major, finite, unscaled, read-only.
 * @throws AnomalyPredictorError `not-explainable`
 */
export function explainInto(
  scorer: Scorer,
  detector: ExplainableParts,
  rows: Float64Array,
  nRows: number,
  out: Contributions,
): void {
  const shap = treeShapOf(detector);
  if (shap === undefined) explainAgainstUsual(scorer, detector, rows, nRows, out);
  else explainByTrees(shap, detector, rows, nRows, out);
}

/** P(normal) − P(anomaly) = 1 − 2 · mean leaf value. What a row passes before the trees keeps its features apart. */
function explainByTrees(
  shap: TreeShap,
  { transforms, threshold }: ExplainableParts,
  rows: Float64Array,
  nRows: number,
  { contributions, baseline }: Contributions,
): void {
  const transformed = transforms.length === 0 ? rows : rows.slice();
  for (const transform of transforms) {
    plainKernels.transformInto(transform, transformed, nRows, transformed);
  }
  treeShapInto(shap, transformed, nRows, contributions);
  // A difference has no −0.
  for (let at = 0; at < nRows * shap.nFeatures; at++) contributions[at] = 0 - 2 * contributions[at];
  baseline[0] = 1 - 2 * shap.expectedValue - threshold;
}

function explainAgainstUsual(
  scorer: Scorer,
  detector: ExplainableParts,
  rows: Float64Array,
  nRows: number,
  { contributions, errors, baseline }: Contributions,
): void {
  const { usual } = requireRanges(detector);
  const nFeatures = usual.length;
  for (let row = 0; row < nRows; row++) {
    const [start, end] = [row * nFeatures, (row + 1) * nFeatures];
    baselineShapleyInto(
      (mixed, nMixed, scores) => scorer.scoresInto(detector, mixed, nMixed, scores),
      rows.subarray(start, end),
      usual,
      contributions.subarray(start, end),
      errors.subarray(start, end),
    );
  }
  scorer.scoresInto(detector, usual, 1, baseline);
}

function requireRanges(detector: ExplainableParts) {
  const ranges = normalRangesOf(detector);
  if (ranges === undefined) {
    throw new AnomalyPredictorError(
      'not-explainable',
      `detector "${detector.name}" cannot explain its scores: its file says neither what normal rows look like nor ` +
        'how many training rows came to the nodes of its trees',
      { model: detector.name },
    );
  }
  return ranges;
}

/** Made ready once per thread, and with the thread's own scratch memory. */
const shapByModel = new WeakMap<DetectorParts['model'], TreeShap>();

function treeShapOf(detector: ExplainableParts): TreeShap | undefined {
  const forest = weightedForestOf(detector);
  if (forest === undefined) return undefined;
  let shap = shapByModel.get(detector.model);
  if (shap === undefined) {
    shap = prepareTreeShap(forest);
    shapByModel.set(detector.model, shap);
  }
  return shap;
}

/**
 * The forest where its contributions are those of the detector's features: not of an isolation forest, whose score is
 * no sum over trees, not behind a transform that mixes features, and not within bounds, which are none of the trees'.
 */
function weightedForestOf({ model, transforms, bounds }: ExplainableParts) {
  if (model.type !== 'forest' || bounds !== undefined) return undefined;
  if (transforms.some(({ type }) => type === 'normalize')) {
    return undefined;
  }
  const { cover } = model.forest;
  return cover && { ...model.forest, cover };
}
