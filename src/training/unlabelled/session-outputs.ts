// What a model says of whole sessions: the lowest of its outputs for their behaviours, as one of them is enough to flag
// a session.
import { plainKernels } from '../../../native-free-kernels/plain-kernels.js';
import type { SessionRows } from '../../model/learning-rows.js';
import { Scorer, type ScoringParts } from '../../model/scorer.js';

/** What a model without a threshold of its own makes of rows. */
export type ModelParts = Omit<ScoringParts, 'threshold'>;

/** Ascending, [nSessions]. */
export function sessionOutputs(parts: ModelParts, { values, ends }: SessionRows): Float64Array {
  const outputs = outputsOf(parts, values);
  const lowest = new Float64Array(ends.length).fill(Number.POSITIVE_INFINITY);
  let row = 0;
  ends.forEach((end, session) => {
    for (; row < end; row++) if (outputs[row] < lowest[session]) lowest[session] = outputs[row];
  });
  return lowest.sort();
}

/** `rows`: [nRows × nFeatures] row-major, unscaled, read-only */
export function outputsOf(parts: ModelParts, rows: Float64Array): Float64Array {
  const { model } = parts;
  const nRows = rows.length / (model.type === 'one-class-svm' ? model.svm : model.forest).nFeatures;
  const outputs = new Float64Array(nRows);
  new Scorer(plainKernels).scoresInto({ ...parts, threshold: 0 }, rows, nRows, outputs);
  return outputs;
}
