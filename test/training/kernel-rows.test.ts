import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SvmKernel } from '../../native-free-kernels/contract.js';
import { KernelRows } from '../../src/training/kernel-rows.js';
import { MersenneTwister } from '../../src/training/mersenne-twister.js';
import { randomValues } from '../native-free-kernels/random-models.js';

const N_FEATURES = 2;
const KERNEL: SvmKernel = { function: 'rbf', gamma: 0.3, coef0: 0, degree: 3 };

describe('rows of the kernel matrix', () => {
  it('are the same whatever was asked for, left the cache or changed places before', () => {
    const steps = fc.array(fc.record({ i: fc.nat(), length: fc.nat(), swaps: fc.boolean() }));
    const property = fc.property(fc.nat(), SIZE, SIZE, steps, (seed, nRows, nCached, asked) => {
      const rows = randomValues(new MersenneTwister(seed), nRows * N_FEATURES);
      const kernelRows = new KernelRows(rows, nRows, N_FEATURES, KERNEL, nCached * nRows * 4);
      const rowAt = Array.from({ length: nRows }, (_, row) => row);
      for (const { i: anyI, length: anyLength, swaps } of asked) {
        const i = anyI % nRows;
        const length = 1 + (anyLength % nRows);
        if (swaps) swapPairs(kernelRows, rowAt, i, length);
        const expected = rowAt.slice(0, length).map((row) => naiveRbf(rows, rowAt[i], row));
        expect([...kernelRows.row(i, length).subarray(0, length)]).toEqual(expected);
      }
    });
    fc.assert(property);
  });

  it('are rounded to float32, but not those of a linear kernel', () => {
    const rows = Float64Array.of(0.1, 0.2, 0.3, 0.7);
    const rowOf = (kernel: SvmKernel) => [...new KernelRows(rows, 2, 2, kernel, 1000).row(0, 2)];
    expect(rowOf({ ...KERNEL, function: 'poly', gamma: 1, degree: 1 })).toEqual(
      [0.1 * 0.1 + 0.2 * 0.2, 0.1 * 0.3 + 0.2 * 0.7].map(Math.fround),
    );
    expect(rowOf({ ...KERNEL, function: 'linear' })).toEqual([
      0.1 * 0.1 + 0.2 * 0.2,
      0.1 * 0.3 + 0.2 * 0.7,
    ]);
  });

  it('have their diagonal in float64', () => {
    const kernel = { ...KERNEL, function: 'sigmoid' } as const;
    const { diagonal } = new KernelRows(Float64Array.of(0.1, 0.2, 0.3, 0.7), 2, 2, kernel, 1000);
    expect(diagonal[0]).toBe(Math.tanh(0.3 * (0.1 * 0.1 + 0.2 * 0.2)));
    expect(diagonal[1]).toBe(Math.tanh(0.3 * (0.3 * 0.3 + 0.7 * 0.7)));
  });
});

const SIZE = fc.integer({ min: 1, max: 12 });

/** Swaps `first`, first + 1, … with the positions from the end down, at most `n` of them. */
function swapPairs(kernelRows: KernelRows, rowAt: number[], first: number, n: number): void {
  const low: number[] = [];
  const high: number[] = [];
  for (let i = first, j = rowAt.length - 1; i < j && low.length < n; i++, j--) {
    low.push(i);
    high.push(j);
    [rowAt[i], rowAt[j]] = [rowAt[j], rowAt[i]];
  }
  kernelRows.swap(low, high);
}

/** By norms, as the solver's kernel: differences would round otherwise. */
function naiveRbf(rows: Float64Array, row: number, other: number): number {
  const [a, b] = rows.subarray(row * N_FEATURES);
  const [c, d] = rows.subarray(other * N_FEATURES);
  const squaredDistance = a * a + b * b + (c * c + d * d) - 2 * (a * c + b * d);
  return Math.fround(Math.exp(-KERNEL.gamma * squaredDistance));
}
