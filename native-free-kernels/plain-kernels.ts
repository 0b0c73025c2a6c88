// The kernels in plain TypeScript over typed arrays: the reference that every faster twin must match.
import type { Kernels } from './contract.js';
import { anomalyProbabilityInto } from './forest.js';
import { decisionInto } from './one-class-svm.js';
import { scaleInto } from './standard-scaler.js';

export const plainKernels: Kernels = Object.freeze({
  name: 'plain',
  scaleInto,
  decisionInto,
  anomalyProbabilityInto,
  share: () => undefined,
  join: () => {},
});
