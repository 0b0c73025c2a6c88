// The WebAssembly twins of the plain kernels, for what they speed up: support vector machines but linear
// ones, and forests. Two divisions at a time do not pay for copying rows to be scaled there and back.
import type { Forest, Kernels, OneClassSvm } from './contract.js';
import { plainKernels } from './plain-kernels.js';
import { ResidentDots } from './resident-dots.js';
import { ResidentForest } from './resident-forest.js';
import { ResidentRbf } from './resident-rbf.js';
import { ResidentSignedRbf } from './resident-signed-rbf.js';

/** Kernels for one thread. `module`: compiled from kernels.wasm. */
export function createWasmKernels(module: WebAssembly.Module): Kernels {
  const residentSvm = once((svm: OneClassSvm) => {
    if (svm.kernel.function !== 'rbf') return new ResidentDots(module, svm);
    const isPositive = svm.coefficients.every((coefficient) => coefficient > 0);
    return isPositive ? new ResidentRbf(module, svm) : new ResidentSignedRbf(module, svm);
  });
  const residentByForest = new WeakMap<Forest, ResidentForest | undefined>();

  function residentOf(forest: Forest): ResidentForest | undefined {
    let resident = residentByForest.get(forest);
    if (resident === undefined && !residentByForest.has(forest)) {
      resident = ResidentForest.of(module, forest);
      residentByForest.set(forest, resident);
    }
    return resident;
  }

  return Object.freeze({
    name: 'wasm',
    transformInto: plainKernels.transformInto,

    decisionInto(svm: OneClassSvm, rows: Float64Array, nRows: number, out: Float64Array) {
      if (svm.kernel.function === 'linear') plainKernels.decisionInto(svm, rows, nRows, out);
      else residentSvm(svm).decisionInto(rows, nRows, out);
    },

    meanLeafValueInto(forest: Forest, rows: Float64Array, nRows: number, out: Float64Array) {
      const resident = residentOf(forest);
      if (resident === undefined) plainKernels.meanLeafValueInto(forest, rows, nRows, out);
      else resident.meanLeafValueInto(rows, nRows, out);
    },

    share: (forest: Forest) => residentOf(forest)?.memory,

    join(forest: Forest, shared: WebAssembly.Memory) {
      const resident = ResidentForest.join(module, forest, shared);
      if (resident !== undefined) residentByForest.set(forest, resident);
    },
  });
}

/** What `make` makes of a model, once for each that is in use. */
function once<Model extends object, Made>(make: (model: Model) => Made): (model: Model) => Made {
  const madeOf = new WeakMap<Model, Made>();
  return (model) => {
    let made = madeOf.get(model);
    if (made === undefined) {
      made = make(model);
      madeOf.set(model, made);
    }
    return made;
  };
}
