import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SvmKernel } from '../../native-free-kernels/contract.js';
import { kernelPoints } from '../../src/training/kernel-points.js';
import { MersenneTwister } from '../../src/training/mersenne-twister.js';
import { rbfRows } from '../../src/training/rbf-rows.js';
import { plainRows, type RowSource } from '../../src/training/row-source.js';
import { randomValues } from '../native-free-kernels/random-models.js';

const MOST_FEATURES = 5;
const N_CACHED = 3;

/** From exponents that are all near 0, some above it for rounding, to such whose exp is 0 in float32. */
const SIZES = fc.constantFrom(1e-9, 1, 30, 1e8, 1e160);

function sourcesOf(rows: Float64Array, nRows: number, nFeatures: number): [RowSource, RowSource] {
  const kernel: SvmKernel = { function: 'rbf', gamma: 0.3, coef0: 0, degree: 3 };
  const points = kernelPoints(rows, nRows, nFeatures, kernel);
  const fast = rbfRows(rows, points.squaredNorms, nFeatures, kernel.gamma, N_CACHED);
  if (fast === undefined) throw new Error('WebAssembly lacks SIMD here');
  return [fast, plainRows(points, N_CACHED)];
}

const rowAt = ({ cache, rowLength }: RowSource, slot: number, nRows: number) =>
  cache.subarray(slot * rowLength, slot * rowLength + nRows);

describe('rows of an RBF kernel matrix by WebAssembly', () => {
  it('are those of the plain code to the last bit, from any point to any other', () => {
    const property = fc.property(
      fc.nat(),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: MOST_FEATURES }),
      SIZES,
      fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { minLength: 1, maxLength: 5 }),
      (seed, nRows, nFeatures, size, asked) => {
        const rows = randomValues(new MersenneTwister(seed), nRows * nFeatures).map(
          (value) => 1 + size * value,
        );
        const [fast, plain] = sourcesOf(rows, nRows, nFeatures);
        for (const [anyI, anyFrom, anyTo] of asked) {
          const i = anyI % nRows;
          const from = anyFrom % nRows;
          const to = from + 1 + (anyTo % (nRows - from));
          for (const source of [fast, plain]) {
            source.rowInto(i, from, to, rowAt(source, 1, nRows));
            source.swap(from, i);
          }
          expect([...rowAt(fast, 1, nRows).subarray(from, to)]).toEqual([
            ...rowAt(plain, 1, nRows).subarray(from, to),
          ]);
        }
      },
    );
    fc.assert(property, { numRuns: 300 });
  });

  it('leave the row behind them alone', () => {
    const nRows = 13;
    const [fast] = sourcesOf(randomValues(new MersenneTwister(1), nRows * 2), nRows, 2);
    fast.rowInto(2, 0, nRows, rowAt(fast, 1, nRows));
    const before = [...rowAt(fast, 1, nRows)];
    fast.rowInto(3, 0, nRows, rowAt(fast, 0, nRows));
    expect([...rowAt(fast, 1, nRows)]).toEqual(before);
  });

  it('are as many as there is memory for', () => {
    const rows = Float64Array.of(1, 2);
    expect(rbfRows(rows, Float64Array.of(1, 4), 1, 1, 2)?.nCached).toBe(2);
    // 100 million points, of which not a single row fits.
    expect(rbfRows(rows, new Float64Array(1e8), 9, 1, 2)).toBeUndefined();
  });
});
