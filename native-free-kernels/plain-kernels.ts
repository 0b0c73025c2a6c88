// The kernels in plain TypeScript over typed arrays: the reference that every faster twin must match.
import type { Kernels } from './contract.js';
import { meanLeafValueInto } from './forest.js';
import { decisionInto } from './one-class-svm.js';
import { transformInto } from './transform.js';

export const plainKernels: Kernels = Object.freeze({
  name: 'plain',
  transformInto,
  decisionInto,
  meanLeafValueInto,
  share: () => undefined,
  join: () => {},
});
