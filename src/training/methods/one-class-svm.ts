// One-Class SVM: learns normal rows alone.
import { plainKernels } from '../../../native-free-kernels/plain-kernels.js';
import {
  DEFAULT_ONE_CLASS_SVM_OPTIONS,
  type OneClassSvmOptions,
  trainOneClassSvm,
} from '../one-class-svm.js';
import type { Settings } from '../settings.js';
import { type Method, transformRows } from './method.js';

const MIB = 2 ** 20;
const { cacheBytes, maxIterations: _, ...DEFAULTS } = DEFAULT_ONE_CLASS_SVM_OPTIONS;

export const oneClassSvm: Method = {
  name: 'one-class-svm',
  learnsAnomalies: false,
  defaults: { ...DEFAULTS, cacheMiB: cacheBytes / MIB, transform: 'standard' },
  // The linear kernel takes minutes for the last digits.
  searchDefaults: { tolerance: 1e-4 },
  sizeUnit: 'support vectors',
  async fit(training, settings) {
    const { transforms, rows } = transformRows(training, settings);
    const { nRows, nFeatures } = training;
    const trained = trainOneClassSvm(rows, nRows, nFeatures, optionsOf(settings));
    const decisions = new Float64Array(nRows);
    plainKernels.decisionInto(trained, rows, nRows, decisions);
    const lift = liftOfEqualRows(decisions, Number(settings.tolerance));
    const svm = { ...trained, intercept: trained.intercept + lift };
    const model = { type: 'one-class-svm', svm, riskScale: spread(decisions) } as const;
    return { transforms, model, size: svm.nSupport };
  },
  parameters: (given, { size }) => ({ ...given, supportVectors: size }),
};

function optionsOf(settings: Settings): OneClassSvmOptions {
  const { cacheMiB, ...options } = settings;
  return { ...(options as OneClassSvmOptions), cacheBytes: Number(cacheMiB) * MIB };
}

/** Rows on the border that are more than this share of all are one behaviour, not some odd rows. */
const MAX_BORDER_SHARE = 0.02;

/**
 * The amount by which the border has to go down where a large group of equal rows lies on it. The group's support
 * vectors are free, so that its exact score is 0 (Schölkopf et al. 2001): ν counts it as normal, but the solver's
 * tolerance and rounding decide its sign.
 */
function liftOfEqualRows(decisions: Float64Array, tolerance: number): number {
  const countByDecision = new Map<number, number>();
  for (const decision of decisions) {
    if (decision > 0 || decision < -tolerance) continue;
    countByDecision.set(decision, (countByDecision.get(decision) ?? 0) + 1);
  }
  let lift = 0;
  for (const [decision, count] of countByDecision) {
    if (count > MAX_BORDER_SHARE * decisions.length) lift = Math.max(lift, tolerance - decision);
  }
  return lift;
}

/** Standard deviation of the training rows' scores, the unit in which the risk is measured; 1 if all are equal. */
function spread(decisions: Float64Array): number {
  const mean = decisions.reduce((sum, value) => sum + value, 0) / decisions.length;
  const variance =
    decisions.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / decisions.length;
  return variance > 0 ? Math.sqrt(variance) : 1;
}
