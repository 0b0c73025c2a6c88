// Rows of an RBF kernel matrix by rbf-row.wasm, compiled from assembly/, in whose memory points and rows are: the same
// bits as by kernel-points.ts.
//
//   table of roots │ points, feature by feature │ squared norms │ rows of the kernel matrix
import { readFileSync } from 'node:fs';
import { ROOTS_OF_2 } from './fast-exp.js';
import { swapElements } from './kernel-points.js';
import type { RowSource } from './row-source.js';

/** The export of assembly/rbf-row.ts; addresses are in bytes. */
interface RbfRow {
  rbfRow(
    points: number,
    stride: number,
    nFeatures: number,
    norms: number,
    minusGamma: number,
    i: number,
    from: number,
    to: number,
    out: number,
  ): void;
}

const F64 = 8;
const F32 = 4;
const PAGE_BYTES = 64 * 1024;
const MOST_BYTES = 2 ** 32 - PAGE_BYTES;
/** Room for what is computed beyond the points that were asked for; a multiple of it keeps rows on 64 bytes. */
const PADDING = 16;
/** The exponent's place in a float64, in 256ths. */
const EXPONENT_SHIFT = 52n - 8n;

const bytes = readFileSync(new URL('./rbf-row.wasm', import.meta.url));
const module = WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : undefined;

/**
 * Undefined where WebAssembly lacks SIMD, or the memory that it can have.
 *
 * @param rows [nRows × nFeatures] row-major; copied
 * @param squaredNorms [nRows] x·x; copied
 * @param mostCached rows of the kernel matrix that are kept; fewer where there is no memory for them
 */
export function rbfRows(
  rows: Float64Array,
  squaredNorms: Float64Array,
  nFeatures: number,
  gamma: number,
  mostCached: number,
): RowSource | undefined {
  const nRows = squaredNorms.length;
  const stride = PADDING * Math.ceil((nRows + PADDING) / PADDING);
  const pointsAt = ROOTS_OF_2.length * F64;
  const normsAt = pointsAt + nFeatures * stride * F64;
  const cacheAt = normsAt + stride * F64;
  const rowLength = stride;
  const nCached = Math.min(mostCached, Math.floor((MOST_BYTES - cacheAt) / (rowLength * F32)));
  if (module === undefined || nCached < 2) return undefined;

  const nBytes = cacheAt + nCached * rowLength * F32;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(nBytes / PAGE_BYTES) });
  const { buffer } = memory;
  fillTable(new BigUint64Array(buffer, 0, ROOTS_OF_2.length));
  const points = new Float64Array(buffer, pointsAt, nFeatures * stride);
  for (let row = 0, at = 0; row < nRows; row++) {
    for (let feature = 0; feature < nFeatures; feature++, at++) {
      points[feature * stride + row] = rows[at];
    }
  }
  const norms = new Float64Array(buffer, normsAt, nRows);
  norms.set(squaredNorms);
  const instance = new WebAssembly.Instance(module, { env: { memory, exp: Math.exp } });
  const { rbfRow } = instance.exports as unknown as RbfRow;
  return {
    nCached,
    cache: new Float32Array(buffer, cacheAt, nCached * rowLength),
    rowLength,
    rowInto: (i, from, to, out) =>
      rbfRow(pointsAt, stride * F64, nFeatures, normsAt, -gamma, i, from, to, out.byteOffset),
    swap(i, j) {
      for (let start = 0; start < points.length; start += stride) {
        swapElements(points, start + i, start + j);
      }
      swapElements(norms, i, j);
    },
  };
}

/** Entry j: the bits of 2^(j / 256), from which j at the exponent's place is taken. */
function fillTable(table: BigUint64Array): void {
  const roots = new BigUint64Array(ROOTS_OF_2.buffer);
  for (let j = 0; j < table.length; j++) {
    table[j] = roots[j] - (BigInt(j) << EXPONENT_SHIFT);
  }
}
