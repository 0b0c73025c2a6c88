// A One-Class SVM with the kernel exp(−γ |x − s|²) in the memory of its own WebAssembly instance.
// Distances come from |x|² + |s|² − 2 x·s, a third fewer operations than differences, wherever that
// keeps the decision within 1e-12 of the plain kernels'; the other rows go to those.
import type { OneClassSvm } from './contract.js';
import { decisionInto } from './one-class-svm.js';
import { instantiateKernels, type WasmKernels } from './wasm-instance.js';

/** As in assembly/rbf.ts: steps of the exponent per factor of two, and the bits of a step's number. */
const STEPS = 1024;
const EXPONENT_SHIFT = 42n;
const SUPPORT_PER_CHUNK = 4;
const GROUP_ROWS = 4;
const ROWS_PER_BLOCK = 256;
/** Support vectors that stay in the first-level cache while a block of rows passes. */
const BYTES_PER_PASS = 32 * 1024;
const F64 = 8;

/**
 * Half of the error that a decision may have, in units of what is added up for it; the rounding of
 * one operation; and operations besides those per feature.
 */
const ALLOWED_ERROR = 0.5e-12;
const ROUNDING = 2 ** -53;
const OTHER_OPERATIONS = 4;
/** exp(−this) is lost beside any intercept. */
const NEGLIGIBLE_EXPONENT = 800;
/** Squares beyond this are left to the plain kernels, which know infinities. */
const LARGEST_SQUARE = 1e200;

export class ResidentRbf {
  readonly #kernels: WasmKernels;
  readonly #svm: OneClassSvm;
  readonly #minusG: number;
  readonly #nChunks: number;
  readonly #chunkBytes: number;
  readonly #largestSquare: number;
  readonly #farSquare: number;
  readonly #chunksAt: number;
  readonly #rows: Float64Array;
  readonly #rowBiases: Float64Array;
  readonly #sums: Float64Array;

  constructor(module: WebAssembly.Module, svm: OneClassSvm) {
    const { nFeatures, nSupport } = svm;
    this.#svm = svm;
    this.#nChunks = Math.ceil(nSupport / SUPPORT_PER_CHUNK);
    const chunkLength = SUPPORT_PER_CHUNK * (nFeatures + 2);
    this.#chunkBytes = chunkLength * F64;
    const lengths = [
      STEPS,
      this.#nChunks * chunkLength,
      ROWS_PER_BLOCK * nFeatures,
      ROWS_PER_BLOCK,
      2 * ROWS_PER_BLOCK,
    ];
    const { kernels, buffer } = instantiateKernels(module, sum(lengths) * F64);
    this.#kernels = kernels;
    let at = 0;
    const [table, chunks, rows, rowBiases, sums] = lengths.map((length) => {
      const array = new Float64Array(buffer, at, length);
      at += array.byteLength;
      return array;
    });
    this.#chunksAt = chunks.byteOffset;
    this.#rows = rows;
    this.#rowBiases = rowBiases;
    this.#sums = sums;

    fillPowersOfTwo(table);
    this.#minusG = (-svm.kernel.gamma * STEPS) / Math.LN2;
    const farthest = fillChunks(svm, this.#minusG, chunks);
    const { gamma } = svm.kernel;
    this.#largestSquare =
      ALLOWED_ERROR / (ROUNDING * gamma * (nFeatures + OTHER_OPERATIONS)) - farthest;
    this.#farSquare = (Math.sqrt(farthest) + Math.sqrt(NEGLIGIBLE_EXPONENT / gamma)) ** 2;
  }

  decisionInto(rows: Float64Array, nRows: number, out: Float64Array): void {
    const { nFeatures } = this.#svm;
    for (let start = 0; start < nRows; start += ROWS_PER_BLOCK) {
      const nBlock = Math.min(ROWS_PER_BLOCK, nRows - start);
      this.#takeRows(rows, start, nBlock);
      this.#addAllChunks(nBlock);
      for (let row = 0; row < nBlock; row++) {
        if (this.#isPrecise(this.#rowBiases[row])) {
          out[start + row] = this.#sums[2 * row] + this.#sums[2 * row + 1] + this.#svm.intercept;
        } else {
          const at = start + row;
          decisionInto(
            this.#svm,
            rows.subarray(at * nFeatures, (at + 1) * nFeatures),
            1,
            out.subarray(at),
          );
        }
      }
    }
  }

  /** Rows in groups of four, feature by feature. */
  #takeRows(rows: Float64Array, start: number, nRows: number): void {
    const { nFeatures } = this.#svm;
    const groups = this.#rows;
    for (let row = 0, from = start * nFeatures; row < nRows; row++) {
      const lane = row % GROUP_ROWS;
      let at = (row - lane) * nFeatures + lane;
      let square = 0;
      for (let feature = 0; feature < nFeatures; feature++, at += GROUP_ROWS) {
        const value = rows[from++];
        groups[at] = value;
        square += value * value;
      }
      this.#rowBiases[row] = this.#minusG * square;
    }
  }

  #addAllChunks(nRows: number): void {
    this.#sums.fill(0, 0, 2 * nRows);
    const chunksPerPass = Math.ceil(BYTES_PER_PASS / this.#chunkBytes);
    for (let chunk = 0; chunk < this.#nChunks; chunk += chunksPerPass) {
      this.#kernels.addRbf(
        this.#chunksAt + chunk * this.#chunkBytes,
        Math.min(chunksPerPass, this.#nChunks - chunk),
        this.#rows.byteOffset,
        this.#rowBiases.byteOffset,
        nRows,
        this.#svm.nFeatures,
        this.#sums.byteOffset,
      );
    }
  }

  /** Whether a row's decision is exact enough, or all of its kernels vanish. */
  #isPrecise(rowBias: number): boolean {
    const square = rowBias / this.#minusG;
    return square <= this.#largestSquare || (square >= this.#farSquare && square < LARGEST_SQUARE);
  }
}

/** Bits of 2^(j / STEPS), less j where the kernel adds the whole exponent. */
function fillPowersOfTwo(table: Float64Array): void {
  const bits = new BigInt64Array(table.buffer, table.byteOffset, table.length);
  for (let j = 0; j < STEPS; j++) {
    table[j] = 2 ** (j / STEPS);
    bits[j] -= BigInt(j) << EXPONENT_SHIFT;
  }
}

/** Chunks of four: biases, coefficients, features; zero where no support vector is left. Returns the largest |s|². */
function fillChunks(svm: OneClassSvm, minusG: number, chunks: Float64Array): number {
  const { nFeatures, nSupport, supportVectors, coefficients } = svm;
  let largestSquare = 0;
  for (let i = 0; i < nSupport; i++) {
    const lane = i % SUPPORT_PER_CHUNK;
    const start = (i - lane) * (nFeatures + 2) + lane;
    let square = 0;
    for (let feature = 0; feature < nFeatures; feature++) {
      const value = supportVectors[i * nFeatures + feature];
      square += value * value;
      chunks[start + (feature + 2) * SUPPORT_PER_CHUNK] = -2 * minusG * value;
    }
    chunks[start] = minusG * square;
    chunks[start + SUPPORT_PER_CHUNK] = coefficients[i];
    largestSquare = Math.max(largestSquare, square);
  }
  return largestSquare;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
