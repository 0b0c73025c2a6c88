// Worker thread of the grid search: fits one candidate without one fold and judges it on that fold.
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import { Scorer } from '../model/scorer.js';
import { ANOMALY, NORMAL } from './dataset.js';
import { evaluate } from './evaluation.js';
import { fitOneClassSvm } from './fit-one-class-svm.js';
import type { FoldResult, FoldTask } from './grid-search.js';

/** Enough to rank candidates; the linear kernel takes minutes for the last digits. */
const SEARCH_TOLERANCE = 1e-4;

const scorer = new Scorer(plainKernels);

export function judgeFold({ data, candidate, heldOutFold }: FoldTask): FoldResult {
  const { nFeatures, folds, anomalies } = data;
  const training = concatenate(folds.filter((_, fold) => fold !== heldOutFold));
  const fitted = fitOneClassSvm(training, training.length / nFeatures, nFeatures, {
    ...candidate,
    tolerance: SEARCH_TOLERANCE,
  });

  const heldOut = folds[heldOutFold];
  const rows = concatenate([heldOut, anomalies]);
  const nRows = rows.length / nFeatures;
  const labels = new Int8Array(nRows).fill(ANOMALY).fill(NORMAL, 0, heldOut.length / nFeatures);
  const scores = new Float64Array(nRows);
  scorer.scoreInto({ ...fitted, threshold: 0 }, rows, nRows, scores, new Float64Array(nRows));
  return { metrics: evaluate(scores, labels), nSupport: fitted.model.svm.nSupport };
}

function concatenate(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
