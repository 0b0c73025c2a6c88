// A One-Class SVM detector's fitted parts from unscaled normal rows: its own scaler, then the machine.
import type { Transform } from '../../native-free-kernels/contract.js';
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import type { Model } from '../model/detector.js';
import { type OneClassSvmOptions, trainOneClassSvm } from './one-class-svm.js';
import { fitStandardScaler } from './standard-scaler.js';

/** For the limits on model cards. */
export const SUPPORT_VECTORS_ARE_ROWS =
  'The support vectors in the file are training rows in scaled form: who may not see those must not get the file.';

export type FittedOneClassSvm = {
  readonly transforms: readonly Transform[];
  readonly model: Model & { type: 'one-class-svm' };
};

/** `rows`: [nRows × nFeatures] row-major, unscaled, normal behaviour only. */
export function fitOneClassSvm(
  rows: Float64Array,
  nRows: number,
  nFeatures: number,
  options: OneClassSvmOptions,
): FittedOneClassSvm {
  const scaler = fitStandardScaler(rows, nRows, nFeatures);
  const scaled = new Float64Array(rows.length);
  plainKernels.transformInto(scaler, rows, nRows, scaled);
  const svm = trainOneClassSvm(scaled, nRows, nFeatures, options);
  const decisions = new Float64Array(nRows);
  plainKernels.decisionInto(svm, scaled, nRows, decisions);
  return {
    transforms: [scaler],
    model: { type: 'one-class-svm', svm, riskScale: spread(decisions) },
  };
}

/** Standard deviation of the training rows' scores, the unit in which the risk is measured; 1 if all are equal. */
function spread(decisions: Float64Array): number {
  const mean = decisions.reduce((sum, value) => sum + value, 0) / decisions.length;
  const variance =
    decisions.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / decisions.length;
  return variance > 0 ? Math.sqrt(variance) : 1;
}
