// Rows of the kernel matrix for the dual solver, computed when asked for and kept in a cache of
// bounded size, the least recently used leaving first (sklearn/svm/src/libsvm/svm.cpp).
import type { SvmKernel } from '../../native-free-kernels/contract.js';
import { kernelDiagonal, kernelPoints, swapElements } from './kernel-points.js';
import { rbfRows } from './rbf-rows.js';
import { bytesPerValue, type KernelRow, plainRows, type RowSource } from './row-source.js';

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
  readonly #source: RowSource;
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
    const points = kernelPoints(rows, nRows, nFeatures, kernel);
    this.diagonal = kernelDiagonal(points);
    const rowBytes = nRows * bytesPerValue(kernel);
    const nCached = Math.min(nRows, Math.max(2, Math.floor(cacheBytes / rowBytes)));
    const source =
      kernel.function === 'rbf'
        ? rbfRows(points.coordinates, points.squaredNorms, nFeatures, kernel.gamma, nCached)
        : undefined;
    this.#source = source ?? plainRows(points, nCached);
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
      this.#source.rowInto(i, row.filled, length, row.values);
      row.filled = length;
    }
    return row.values;
  }

  /** Swaps the points at first[k] and second[k]: `first` ascends, all below `second`, descending. */
  swap(first: readonly number[], second: readonly number[]): void {
    if (first.length === 0) return;
    for (let k = 0; k < first.length; k++) {
      this.#source.swap(first[k], second[k]);
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
    const { cache, rowLength, nCached } = this.#source;
    if (this.#cached.length < nCached) {
      const start = this.#cached.length * rowLength;
      const values = cache.subarray(start, start + this.nRows);
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
