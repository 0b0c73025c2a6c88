// Which rows of a file may judge a detector, or set its threshold: on the file that it was trained on, only such as
// training did not see.
import type { DetectorParts } from '../model/detector.js';
import { type Dataset, NORMAL } from './dataset.js';
import type { JudgingRows } from './evaluation.js';
import { cutHeldOut, rowsOf, splitDataset } from './split.js';

/** Those that judge: where the detector's threshold was set on rows of its training file, without these. */
export function judgingRows(detector: DetectorParts, dataset: Dataset): JudgingRows {
  const seed = trainingSeed(detector, dataset);
  if (seed === undefined) return { rows: allOf(dataset), train: undefined };
  const split = splitDataset(dataset, seed);
  const isCalibratedOnIt = detector.calibration?.data.sha256 === dataset.sha256;
  const { test } = isCalibratedOnIt ? cutHeldOut(dataset, split, seed) : split;
  return { rows: test, train: split.train };
}

/** Those normal rows that may set the threshold. */
export function calibrationRows(detector: DetectorParts, dataset: Dataset): JudgingRows {
  const seed = trainingSeed(detector, dataset);
  if (seed === undefined) {
    return { rows: Int32Array.from(rowsOf(dataset, NORMAL)), train: undefined };
  }
  const split = splitDataset(dataset, seed);
  const { calibration } = cutHeldOut(dataset, split, seed);
  return { rows: calibration, train: split.train };
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
