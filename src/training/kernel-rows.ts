// Rows of the kernel matrix for the dual solver, computed when asked for and kept in a cache of
// bounded size, the least recently used leaving first (sklearn/svm/src/libsvm/svm.cpp).
import type { SvmKernel } from '../../native-free-kernels/contract.js';
import {
  type KernelPoints,
  kernelDiagonal,
  kernelPoints,
  kernelRowInto,
  swapElements,
  swapPoints,
} from './kernel-points.js';

/**
 * Rounded to float32, as libsvm does, but for the linear kernel: its matrix has at most nFeatures
 * dimensions, and the rounding errors become the rest of them. On 1,106 rows of API behaviour, a
 * tolerance of 1e-6 is then beyond 10⁷ steps, and 1e-10 takes libsvm 10⁹; in float64 it takes 184.
 */
export type KernelRow = Float32Array | Float64Array;

interface CachedRow {
  /** [nRows], of which the first `filled` are computed */
  readonly values: KernelRow;
  filled: number;
  position: number;
  lastUse: number;
}

/** The solver reorders the points as it shrinks its problem: a position is where a point is now. */
export class KernelRows {
  readonly nRows: number;
  /** [nRows] K(xᵢ, xᵢ) in float64 */
  readonly diagonal: Float64Array;
  readonly #points: KernelPoints;
  readonly #maxCached: number;
  /** [maxCached × nRows], in one piece: thousands of arrays would burden the garbage collector. */
  readonly #memory: KernelRow;
  readonly #cached: CachedRow[] = [];
  readonly #cachedAt: (CachedRow | undefined)[];
  #uses = 0;

  /**
   * `rows` is [nRows × nFeatures] row-major and copied.
   * Two rows of the matrix are kept even where `cacheBytes` has no room for them.
   */
  constructor(
    rows: Float64Array,
    nRows: number,
    nFeatures: number,
    kernel: SvmKernel,
    cacheBytes: number,
  ) {
    this.nRows = nRows;
    this.#points = kernelPoints(rows, nRows, nFeatures, kernel);
    this.diagonal = kernelDiagonal(this.#points);
    const Values = kernel.function === 'linear' ? Float64Array : Float32Array;
    const rowBytes = nRows * Values.BYTES_PER_ELEMENT;
    this.#maxCached = Math.min(nRows, Math.max(2, Math.floor(cacheBytes / rowBytes)));
    this.#memory = new Values(this.#maxCached * nRows);
    this.#cachedAt = new Array<CachedRow | undefined>(nRows).fill(undefined);
  }

  /**
   * K(xᵢ, xⱼ) for the positions j < `length`; what lies beyond is undefined.
   * The array is good until two other rows have been asked for, or points swapped.
   */
  row(i: number, length: number): KernelRow {
    const row = this.#cachedAt[i] ?? this.#takeRow(i);
    row.lastUse = ++this.#uses;
    if (row.filled < length) {
      kernelRowInto(this.#points, i, row.filled, length, row.values);
      row.filled = length;
    }
    return row.values;
  }

  /** Swaps the points at first[k] and second[k]: `first` ascends, all below `second`, descending. */
  swap(first: readonly number[], second: readonly number[]): void {
    if (first.length === 0) return;
    for (let k = 0; k < first.length; k++) {
      swapPoints(this.#points, first[k], second[k]);
      swapElements(this.diagonal, first[k], second[k]);
      this.#swapCachedAt(first[k], second[k]);
    }
    // Row by row, not pair by pair, so that each cached row passes through memory once.
    for (const row of this.#cached) {
      if (row.filled > second[0]) {
        for (let k = 0; k < first.length; k++) swapElements(row.values, first[k], second[k]);
      } else {
        row.filled = Math.min(row.filled, first[0]);
      }
    }
  }

  #swapCachedAt(i: number, j: number): void {
    const atI = this.#cachedAt[i];
    const atJ = this.#cachedAt[j];
    this.#cachedAt[i] = atJ;
    this.#cachedAt[j] = atI;
    if (atJ) atJ.position = i;
    if (atI) atI.position = j;
  }

  #takeRow(position: number): CachedRow {
    let row: CachedRow;
    if (this.#cached.length < this.#maxCached) {
      const start = this.#cached.length * this.nRows;
      const values = this.#memory.subarray(start, start + this.nRows);
      row = { values, filled: 0, position, lastUse: 0 };
      this.#cached.push(row);
    } else {
      row = this.#cached.reduce((oldest, other) =>
        other.lastUse < oldest.lastUse ? other : oldest,
      );
      this.#cachedAt[row.position] = undefined;
      row.position = position;
      row.filled = 0;
    }
    this.#cachedAt[position] = row;
    return row;
  }
}
