// A One-Class SVM with the kernel exp(−γ |x − s|²) in the memory of its own WebAssembly instance.
// Distances come from |x|² + |s|² − 2 x·s, a third fewer operations than differences, wherever that
// keeps the decision within 1e-12 of the plain kernels'; the other rows go to those.
import type { OneClassSvm } from './contract.js';
import { decisionInto } from './one-class-svm.js';
import {
  createSupportMemory,
  fillChunks,
  LN2_OF_STEP,
  ROWS_PER_BLOCK,
  type SupportMemory,
} from './support-memory.js';

const GROUP_ROWS = 4;

/**
 * Half of the error that a decision may have, in units of what is added up for it; the rounding of
 * one operation; and operations besides those per feature.
 */
const ALLOWED_ERROR = 0.5e-12;
const ROUNDING = 2 ** -53;
const OTHER_OPERATIONS = 6;
/** γ (|x|² + |s|²) up to here bounds γ |x − s|² to twice this: its exp is a normal float64. */
const LARGEST_EXPONENT = 345;
/** exp(−this) is lost beside any intercept. */
const NEGLIGIBLE_EXPONENT = 800;
/** Squares beyond this are left to the plain kernels, which know infinities. */
const LARGEST_SQUARE = 1e200;

export class ResidentRbf {
  readonly #svm: OneClassSvm;
  readonly #memory: SupportMemory;
  readonly #minusG: number;
  readonly #largestSquare: number;
  readonly #farSquare: number;

  /** `svm`: of positive coefficients, which join the exponents as logarithms. */
  constructor(module: WebAssembly.Module, svm: OneClassSvm) {
    this.#svm = svm;
    this.#memory = createSupportMemory(module, svm);
    const { gamma } = svm.kernel;
    this.#minusG = -gamma / LN2_OF_STEP;
    const farthest = this.#fillChunks();
    const preciseExponent = ALLOWED_ERROR / (ROUNDING * (svm.nFeatures + OTHER_OPERATIONS));
    this.#largestSquare = Math.min(preciseExponent, LARGEST_EXPONENT) / gamma - farthest;
    this.#farSquare = (Math.sqrt(farthest) + Math.sqrt(NEGLIGIBLE_EXPONENT / gamma)) ** 2;
  }

  decisionInto(rows: Float64Array, nRows: number, out: Float64Array): void {
    const { nFeatures, intercept } = this.#svm;
    const { rowBiases, sums } = this.#memory;
    for (let start = 0; start < nRows; start += ROWS_PER_BLOCK) {
      const nBlock = Math.min(ROWS_PER_BLOCK, nRows - start);
      this.#takeRows(rows, start, nBlock);
      this.#addAllChunks(nBlock);
      for (let row = 0; row < nBlock; row++) {
        const at = start + row;
        const square = rowBiases[row] / this.#minusG;
        if (square <= this.#largestSquare) {
          out[at] = sums[2 * row] + sums[2 * row + 1] + intercept;
        } else if (square >= this.#farSquare && square < LARGEST_SQUARE) {
          out[at] = intercept;
        } else {
          const rowAlone = rows.subarray(at * nFeatures, (at + 1) * nFeatures);
          decisionInto(this.#svm, rowAlone, 1, out.subarray(at));
        }
      }
    }
  }

  /** Rows in groups of four, feature by feature. */
  #takeRows(rows: Float64Array, start: number, nRows: number): void {
    const { nFeatures } = this.#svm;
    const { rows: groups, rowBiases } = this.#memory;
    for (let row = 0, from = start * nFeatures; row < nRows; row++) {
      const lane = row % GROUP_ROWS;
      let at = (row - lane) * nFeatures + lane;
      let square = 0;
      for (let feature = 0; feature < nFeatures; feature++, at += GROUP_ROWS) {
        const value = rows[from++];
        groups[at] = value;
        square += value * value;
      }
      rowBiases[row] = this.#minusG * square;
    }
  }

  #addAllChunks(nRows: number): void {
    const { kernels, passes, rows, rowBiases, sums } = this.#memory;
    const { nFeatures } = this.#svm;
    sums.fill(0, 0, 2 * nRows);
    for (const { chunksAt, nChunks } of passes) {
      kernels.addRbf(
        chunksAt,
        nChunks,
        rows.byteOffset,
        rowBiases.byteOffset,
        nRows,
        nFeatures,
        sums.byteOffset,
      );
    }
  }

  /** Returns the largest |s|² + |ln coefficient| / γ. */
  #fillChunks(): number {
    const { kernel, nFeatures, supportVectors } = this.#svm;
    let farthest = 0;
    fillChunks(this.#memory, this.#svm, -2 * this.#minusG, (coefficient, i) => {
      let square = 0;
      for (let at = i * nFeatures; at < (i + 1) * nFeatures; at++) {
        square += supportVectors[at] * supportVectors[at];
      }
      const logarithm = Math.log(coefficient);
      farthest = Math.max(farthest, square + Math.abs(logarithm) / kernel.gamma);
      return this.#minusG * square + logarithm / LN2_OF_STEP;
    });
    return farthest;
  }
}
