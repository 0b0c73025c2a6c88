// Where rows of a kernel matrix come from: points in an order that changes, and the memory that rows are kept in.
import type { SvmKernel } from '../../native-free-kernels/contract.js';
import { type KernelPoints, kernelRowInto, swapPoints } from './kernel-points.js';

/**
 * Rounded to float32, as libsvm does, but for the linear kernel: its matrix has at most nFeatures
 * dimensions, and the rounding errors become the rest of them. On 1,106 rows of API behaviour, a
 * tolerance of 1e-6 is then beyond 10⁷ steps, and 1e-10 takes libsvm 10⁹; in float64 it takes 184.
 */
export type KernelRow = Float32Array | Float64Array;

export interface RowSource {
  /** How many rows are kept. */
  readonly nCached: number;
  /** At least as many as there are points. */
  readonly rowLength: number;
  /** [nCached × rowLength], in one piece: thousands of arrays would burden the garbage collector. */
  readonly cache: KernelRow;
  /** K(xᵢ, xⱼ) for from ≤ j < to into out[j], a row of the cache; what lies beyond is undefined then. */
  rowInto(i: number, from: number, to: number, out: KernelRow): void;
  swap(i: number, j: number): void;
}

export function bytesPerValue(kernel: SvmKernel): number {
  return kernel.function === 'linear'
    ? Float64Array.BYTES_PER_ELEMENT
    : Float32Array.BYTES_PER_ELEMENT;
}

/** In plain TypeScript, for any kernel. */
export function plainRows(points: KernelPoints, nCached: number): RowSource {
  const rowLength = points.squaredNorms.length;
  const Values = points.kernel.function === 'linear' ? Float64Array : Float32Array;
  return {
    nCached,
    rowLength,
    cache: new Values(nCached * rowLength),
    rowInto: (i, from, to, out) => kernelRowInto(points, i, from, to, out),
    swap: (i, j) => swapPoints(points, i, j),
  };
}
