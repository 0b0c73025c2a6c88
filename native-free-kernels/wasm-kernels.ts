// The WebAssembly twins of the plain kernels, for what they speed up: RBF machines and forests.
import type { Forest, Kernels, OneClassSvm } from './contract.js';
import { plainKernels } from './plain-kernels.js';
import { ResidentForest } from './resident-forest.js';
import { ResidentRbf } from './resident-rbf.js';

/** Kernels for one thread. `module`: compiled from kernels.wasm. */
export function createWasmKernels(module: WebAssembly.Module): Kernels {
  const rbfBySvm = new WeakMap<OneClassSvm, ResidentRbf>();
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
      if (svm.kernel.function !== 'rbf') return plainKernels.decisionInto(svm, rows, nRows, out);
      let resident = rbfBySvm.get(svm);
      if (resident === undefined) {
        resident = new ResidentRbf(module, svm);
        rbfBySvm.set(svm, resident);
      }
      resident.decisionInto(rows, nRows, out);
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
