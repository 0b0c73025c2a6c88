// Which rows of a file may judge a detector, or set its threshold: on the file that it was trained on, only such as
// training did not see.
import type { DetectorParts } from '../model/detector.js';
import { type Dataset, NORMAL } from './dataset.js';
import { cutHeldOut, rowsOf, splitDataset } from './split.js';

export interface UnseenRows {
  /** Indices of the rows, ascending. */
  readonly rows: Int32Array;
  /** Whether the file is the one that the detector was trained on. */
  readonly trainedOnIt: boolean;
}

/** Those that judge: where the detector's threshold was set on rows of its training file, without these. */
export function judgingRows(detector: DetectorParts, dataset: Dataset): UnseenRows {
  const seed = trainingSeed(detector, dataset);
  if (seed === undefined) return { rows: allOf(dataset), trainedOnIt: false };
  const split = splitDataset(dataset, seed);
  const isCalibratedOnIt = detector.calibration?.data.sha256 === dataset.sha256;
  const { test } = isCalibratedOnIt ? cutHeldOut(dataset, split, seed) : split;
  return { rows: test, trainedOnIt: true };
}

/** Those normal rows that may set the threshold. */
export function calibrationRows(detector: DetectorParts, dataset: Dataset): UnseenRows {
  const seed = trainingSeed(detector, dataset);
  if (seed === undefined) {
    return { rows: Int32Array.from(rowsOf(dataset, NORMAL)), trainedOnIt: false };
  }
  const { calibration } = cutHeldOut(dataset, splitDataset(dataset, seed), seed);
  return { rows: calibration, trainedOnIt: true };
}

/** Of the split of `dataset` that trained `detector`; undefined where another file did. */
function trainingSeed({ provenance }: DetectorParts, { sha256 }: Dataset): number | undefined {
  return provenance.origin === 'training' && provenance.data.sha256 === sha256
    ? provenance.split.seed
    : undefined;
}

function allOf({ labels }: Dataset): Int32Array {
  return Int32Array.from(labels.keys());
}
