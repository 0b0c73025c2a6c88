// Splits of the training part on which candidates are fitted and judged: stratified, alike rows on one side.
import { AnomalyPredictorError } from '../errors.js';
import { ANOMALY, type Dataset, NORMAL } from './dataset.js';
import { MersenneTwister } from './mersenne-twister.js';
import { dealFolds, divide, rowsOf } from './split.js';

/** Folds, each of which judges once, or so many random splits. */
export interface Validation {
  readonly kind: 'folds' | 'holdouts';
  readonly count: number;
}

/** Row indices of one fit and its judgement. */
export interface ValidationSplit {
  readonly train: Int32Array;
  readonly judge: Int32Array;
}

/** Share of the rows that trains when the rest is held out. */
const HOLDOUT_TRAINING_SHARE = 0.7;

/**
 * @param among rows that may be used
 * @param learnsAnomalies where not, nothing is trained on labelled anomalies, so that all of them judge each time
 * @throws AnomalyPredictorError 'bad-data-file' where a split would lack a class
 */
export function validationSplits(
  dataset: Dataset,
  among: Int32Array,
  learnsAnomalies: boolean,
  validation: Validation,
  seed: number,
): ValidationSplit[] {
  const parts = validation.kind === 'folds' ? foldsOf : holdoutsOf;
  const ofClass = (label: number) =>
    parts(dataset, rowsOf(dataset, label, among), validation.count, seed);
  const normal = ofClass(NORMAL);
  const allAnomalies = rowsOf(dataset, ANOMALY, among);
  const anomalies = learnsAnomalies
    ? ofClass(ANOMALY)
    : normal.map(() => ({ train: [], judge: allAnomalies }));
  return normal.map(({ train, judge }, i) => {
    const hasAll =
      train.length > 0 &&
      judge.length > 0 &&
      anomalies[i].judge.length > 0 &&
      (anomalies[i].train.length > 0 || !learnsAnomalies);
    if (!hasAll) {
      throw new AnomalyPredictorError(
        'bad-data-file',
        `too few rows of a class for ${validation.count} ${validation.kind}`,
      );
    }
    return {
      train: Int32Array.from([...train, ...anomalies[i].train]),
      judge: Int32Array.from([...judge, ...anomalies[i].judge]),
    };
  });
}

export function describeValidation({ kind, count }: Validation): string {
  return kind === 'folds'
    ? `${count} folds`
    : `${count} random splits, each with ${HOLDOUT_TRAINING_SHARE * 100} % for training,`;
}

interface Part {
  readonly train: readonly number[];
  readonly judge: readonly number[];
}

function foldsOf(dataset: Dataset, rows: readonly number[], count: number, seed: number): Part[] {
  const folds = dealFolds(dataset, rows, count, seed);
  return folds.map((judge, heldOut) => ({
    train: folds.flatMap((fold, i) => (i === heldOut ? [] : [...fold])),
    judge: [...judge],
  }));
}

function holdoutsOf(
  dataset: Dataset,
  rows: readonly number[],
  count: number,
  seed: number,
): Part[] {
  const random = new MersenneTwister(seed);
  return Array.from({ length: count }, () => {
    const [train, judge] = divide(dataset, rows, HOLDOUT_TRAINING_SHARE, random);
    return { train, judge };
  });
}
