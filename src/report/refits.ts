// What becomes of a training on other rows: on folds of the training part, for bands around curves, and on growing
// shares of it, for the learning curve.
import { AnomalyPredictorError } from '../errors.js';
import { type Dataset, NORMAL, takeLabels } from '../training/dataset.js';
import { evaluateBoth } from '../training/evaluation.js';
import { MersenneTwister } from '../training/mersenne-twister.js';
import { type RefitOptions, refit } from '../training/refit.js';
import { drawn, rowsOf, type Split } from '../training/split.js';
import { type ValidationSplit, validationSplits } from '../training/validation.js';
import { meanAndDeviation } from './figures/fold-band.js';
import type { ScoredRows } from './figures/ranking-curves.js';

const N_FOLDS = 5;
const LEARNING_SHARES = [0.1, 0.25, 0.5, 0.75, 1];
/** Of each share, other rows each time. */
const N_DRAWS = 3;
/** Bound the time: twenty models are fitted to at most so many rows, and judged by as many. */
const MOST_ROWS = 4_000;

export interface Refits {
  /** Empty where there are too few rows. */
  readonly folds: readonly ScoredRows[];
  readonly learning: readonly LearningPoint[];
  /** Rows that the largest of the models were fitted to. */
  readonly rows: number;
}

/** Of models that were fitted to as many rows: mean and standard deviation. */
export interface LearningPoint {
  readonly rows: number;
  readonly averagePrecision: { readonly mean: number; readonly deviation: number };
  /** By the model's own border. */
  readonly f1: { readonly mean: number; readonly deviation: number };
}

/** `test`: rows that judge the learning curve; training has not seen them. */
export async function refitsOf(
  dataset: Dataset,
  { train, test }: Split,
  options: RefitOptions,
): Promise<Refits> {
  const random = new MersenneTwister(options.seed);
  const { learnsAnomalies } = options.method;
  const among = bounded(dataset, train, random);
  const judge = bounded(dataset, test, random);
  const folds = foldsOf(dataset, among, learnsAnomalies, options.seed);
  const learnable = learnsAnomalies ? among : Int32Array.from(rowsOf(dataset, NORMAL, among));
  const draws = LEARNING_SHARES.flatMap((share) =>
    Array.from({ length: N_DRAWS }, () => ({
      share,
      train: share === 1 ? learnable : drawn(dataset, learnable, share, random),
      judge,
    })),
  ).filter(({ train }) => new Set(takeLabels(dataset, train)).size === (learnsAnomalies ? 2 : 1));
  const refitted = await refit(dataset, [...folds, ...draws], options);
  const judged = refitted
    .slice(folds.length)
    .map(({ scores, labels }) => evaluateBoth(scores, labels));
  return {
    folds: refitted.slice(0, folds.length),
    learning: [...new Set(draws.map(({ share }) => share))].map((share) => {
      const metrics = judged.filter((_, i) => draws[i].share === share);
      const sizes = draws.filter((draw) => draw.share === share).map(({ train }) => train.length);
      return {
        rows: Math.round(meanAndDeviation(sizes).mean),
        averagePrecision: meanAndDeviation(metrics.map((one) => one.averagePrecision)),
        f1: meanAndDeviation(metrics.map((one) => one.f1)),
      };
    }),
    rows: learnable.length,
  };
}

function foldsOf(
  dataset: Dataset,
  among: Int32Array,
  learnsAnomalies: boolean,
  seed: number,
): ValidationSplit[] {
  const folds = { kind: 'folds', count: N_FOLDS } as const;
  try {
    return validationSplits(dataset, among, learnsAnomalies, folds, seed);
  } catch (error) {
    if (error instanceof AnomalyPredictorError && error.tag === 'bad-data-file') return [];
    throw error;
  }
}

function bounded(dataset: Dataset, rows: Int32Array, random: MersenneTwister): Int32Array {
  return rows.length <= MOST_ROWS ? rows : drawn(dataset, rows, MOST_ROWS / rows.length, random);
}
