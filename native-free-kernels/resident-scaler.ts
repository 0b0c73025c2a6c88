// A StandardScaler in the memory of its own WebAssembly instance. Two divisions at a time pay for copying
// the rows there and back: 1.5 times the plain kernel's speed, were the copies free 2.8 times.
// The other transforms do not divide by scales, and are left to the plain kernels.
import type { StandardScaler } from './contract.js';
import { allocate, instantiate, type WasmKernels } from './wasm-instance.js';

const F64 = 8;
/** Even: the kernel takes rows in pairs. A block of them stays in the cache. */
const ROWS_PER_BLOCK = 256;
/** Fewer numbers than this are scaled sooner than copied (Node 20). */
const LEAST_VALUES = 512;

export class ResidentScaler {
  readonly #kernels: WasmKernels;
  readonly #nFeatures: number;
  readonly #rows: Float64Array;

  /** Whether so many rows are scaled faster here than by the plain kernel. */
  static paysFor({ nFeatures }: StandardScaler, nRows: number): boolean {
    return nRows * nFeatures >= LEAST_VALUES;
  }

  constructor(module: WebAssembly.Module, { nFeatures, mean, scale }: StandardScaler) {
    this.#nFeatures = nFeatures;
    const pairs = Float64Array.of(...mean, ...mean, ...scale, ...scale);
    const nValues = ROWS_PER_BLOCK * nFeatures;
    const memory = allocate(pairs.byteLength + nValues * F64);
    this.#kernels = instantiate(module, memory);
    new Float64Array(memory.buffer, 0, pairs.length).set(pairs);
    this.#rows = new Float64Array(memory.buffer, pairs.byteLength, nValues);
  }

  /** As the plain kernel, to the last bit. */
  transformInto(rows: Float64Array, nRows: number, out: Float64Array): void {
    const nFeatures = this.#nFeatures;
    const pairBytes = 2 * nFeatures * F64;
    for (let start = 0; start < nRows; start += ROWS_PER_BLOCK) {
      const nBlock = Math.min(ROWS_PER_BLOCK, nRows - start);
      const block = rows.subarray(start * nFeatures, (start + nBlock) * nFeatures);
      this.#rows.set(block);
      const nPairs = Math.ceil(nBlock / 2);
      this.#kernels.scalePairs(this.#rows.byteOffset, nPairs, 0, pairBytes, pairBytes);
      out.set(this.#rows.subarray(0, block.length), start * nFeatures);
    }
  }
}
