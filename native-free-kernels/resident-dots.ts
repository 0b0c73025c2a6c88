// A One-Class SVM whose kernel is a function of x·s, a whole power or tanh, in the memory of its own
// WebAssembly instance. Sums that are not finite are left to the plain kernels.
import type { OneClassSvm } from './contract.js';
import { decisionInto } from './one-class-svm.js';
import {
  createSupportMemory,
  fillChunks,
  ROWS_PER_BLOCK,
  type SupportMemory,
} from './support-memory.js';

export class ResidentDots {
  readonly #svm: OneClassSvm;
  readonly #memory: SupportMemory;

  constructor(module: WebAssembly.Module, svm: OneClassSvm) {
    this.#svm = svm;
    this.#memory = createSupportMemory(module, svm);
    fillChunks(this.#memory, svm, 1, (coefficient) => coefficient);
  }

  decisionInto(rows: Float64Array, nRows: number, out: Float64Array): void {
    const { nFeatures, intercept } = this.#svm;
    const { rows: block, sums } = this.#memory;
    for (let start = 0; start < nRows; start += ROWS_PER_BLOCK) {
      const nBlock = Math.min(ROWS_PER_BLOCK, nRows - start);
      const from = start * nFeatures;
      for (let i = 0; i < nBlock * nFeatures; i++) block[i] = rows[from + i];
      this.#addAllChunks(nBlock);
      for (let row = 0; row < nBlock; row++) {
        const at = start + row;
        out[at] = sums[2 * row] + sums[2 * row + 1] + intercept;
        if (!Number.isFinite(out[at])) {
          const rowAlone = rows.subarray(at * nFeatures, (at + 1) * nFeatures);
          decisionInto(this.#svm, rowAlone, 1, out.subarray(at));
        }
      }
    }
  }

  #addAllChunks(nRows: number): void {
    const { kernels, passes, rows, sums } = this.#memory;
    const { nFeatures, kernel } = this.#svm;
    const { gamma, coef0, degree } = kernel;
    const [rowsAt, sumsAt] = [rows.byteOffset, sums.byteOffset];
    sums.fill(0, 0, 2 * nRows);
    for (const { chunksAt, nChunks } of passes) {
      if (kernel.function === 'poly') {
        kernels.addPowers(
          chunksAt,
          nChunks,
          rowsAt,
          nRows,
          nFeatures,
          gamma,
          coef0,
          degree,
          sumsAt,
        );
      } else {
        kernels.addTanhs(chunksAt, nChunks, rowsAt, nRows, nFeatures, gamma, coef0, sumsAt);
      }
    }
  }
}
