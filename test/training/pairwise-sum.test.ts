import { describe, expect, it } from 'vitest';
import { pairwiseSum } from '../../src/training/pairwise-sum.js';

describe('pairwise sum', () => {
  it('adds up every value once, whatever their number', () => {
    for (let n = 0; n <= 600; n++) {
      const values = Float64Array.from({ length: n }, (_, i) => i + 1);
      expect(pairwiseSum(values)).toBe((n * (n + 1)) / 2);
    }
  });

  it('keeps its error small over a million terms', () => {
    const values = new Float64Array(1_000_000).fill(0.1);
    expect(Math.abs(pairwiseSum(values) - 100_000)).toBeLessThan(1e-9);
  });
});
