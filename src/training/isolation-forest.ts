// Isolation forest (Liu, Ting and Zhou, 2008) with the choices of scikit-learn's IsolationForest: trees
// of random questions, each grown on a few rows and no deeper than their mean, tell odd rows early.
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import { AnomalyPredictorError } from '../errors.js';
import type { IsolationForestModel } from '../model/detector.js';
import { layOutForest } from '../model/forest-layout.js';
import { averagePathLength, isolationScore, pathLengthTree } from '../model/path-length.js';
import { IsolationTreeGrower } from './isolation-tree.js';
import { MersenneTwister } from './mersenne-twister.js';
import { percentile } from './percentile.js';
import {
  checkFloat32Rows,
  checkWhole,
  expectOption,
  INT32_MAX,
  LARGEST_SEED,
} from './trainer-input.js';

export interface IsolationForestOptions {
  /** @default 100 */
  readonly nTrees?: number;
  /** Rows that each tree is grown on, drawn without replacement; at least 2. @default 256, or all of fewer rows */
  readonly maxSamples?: number;
  /**
   * Share of the training rows to call anomalies, above 0 and at most 0.5; 'auto' puts the border at the score of
   * −0.5, where a row takes as many questions as rows without structure take on average.
   * @default 'auto'
   */
  readonly contamination?: number | 'auto';
  /** Whole number from 0 to 2³² − 1. */
  readonly seed: number;
}

export const DEFAULT_ISOLATION_FOREST_OPTIONS = Object.freeze({
  nTrees: 100,
  maxSamples: 256,
  contamination: 'auto',
} as const satisfies Omit<IsolationForestOptions, 'seed'>);

const AUTO_OFFSET = -0.5;

/**
 * The same rows and options give the same forest; the seed draws other trees than scikit-learn's of
 * the same distribution.
 *
 * @param rows [nRows × nFeatures] row-major, read-only; finite also in float32
 * @throws AnomalyPredictorError 'bad-option' for an option out of range, 'bad-data-file' for rows
 *   that no forest can be trained on
 */
export function trainIsolationForest(
  rows: Float64Array,
  nRows: number,
  nFeatures: number,
  options: IsolationForestOptions,
): IsolationForestModel {
  if (nRows < 2) {
    const message = `an isolation forest needs at least 2 rows, got ${nRows}`;
    throw new AnomalyPredictorError('bad-data-file', message);
  }
  const { nTrees, seed, contamination } = { ...DEFAULT_ISOLATION_FOREST_OPTIONS, ...options };
  const maxSamples =
    options.maxSamples ?? Math.min(DEFAULT_ISOLATION_FOREST_OPTIONS.maxSamples, nRows);
  checkWhole('nTrees', nTrees, 1, INT32_MAX);
  checkWhole('maxSamples', maxSamples, 2, nRows);
  checkWhole('seed', seed, 0, LARGEST_SEED);
  checkContamination(contamination);
  checkFloat32Rows(rows, nRows, nFeatures);

  const random = new MersenneTwister(seed);
  const grower = new IsolationTreeGrower(rows, nRows, nFeatures, maxSamples, random);
  const trees = Array.from({ length: nTrees }, () => {
    const { nRowsAt, ...tree } = grower.grow();
    return pathLengthTree(tree, nRowsAt);
  });
  const forest = layOutForest(trees, nFeatures);
  const average = averagePathLength(maxSamples);
  const offset =
    contamination === 'auto'
      ? AUTO_OFFSET
      : percentile(scoresOf(forest, average, rows, nRows), contamination);
  return { type: 'isolation-forest', forest, averagePathLength: average, offset };
}

function scoresOf(
  forest: IsolationForestModel['forest'],
  average: number,
  rows: Float64Array,
  nRows: number,
): Float64Array {
  const pathLengths = new Float64Array(nRows);
  plainKernels.meanLeafValueInto(forest, rows, nRows, pathLengths);
  return pathLengths.map((pathLength) => isolationScore(pathLength, average));
}

function checkContamination(contamination: number | 'auto'): void {
  expectOption(
    'contamination',
    contamination,
    contamination === 'auto' || (contamination > 0 && contamination <= 0.5),
    "'auto' or a number above 0, at most 0.5",
  );
}
