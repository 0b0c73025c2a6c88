import { describe, expect, it } from 'vitest';
import { fitStandardScaler } from '../../src/training/standard-scaler.js';
import { thrownBy } from '../support/thrown-by.js';

describe('fitting a standard scaler', () => {
  it('takes the mean and the population standard deviation of each feature', () => {
    const rows = Float64Array.of(1, 10, 3, 30, 5, 20, 7, 20);
    const { mean, scale } = fitStandardScaler(rows, 4, 2);
    expect([...mean]).toEqual([4, 20]);
    expect([...scale]).toEqual([Math.sqrt(5), Math.sqrt(50)]);
  });

  it('leaves a constant feature unscaled, also where its mean is rounded', () => {
    // 0.1 added up 1,000 times is not 100, so the rounded mean leaves a tiny variance.
    const rows = new Float64Array(2000).map((_, i) => (i % 2 === 0 ? 1e9 + 0.1 : 0));
    expect([...fitStandardScaler(rows, 1000, 2).scale]).toEqual([1, 1]);
  });

  it('keeps its digits where the mean is large beside the deviation', () => {
    const rows = Float64Array.of(1e9, 1e9 + 1, 1e9 + 2, 1e9 + 3);
    const { mean, scale } = fitStandardScaler(rows, 4, 1);
    expect(mean[0]).toBe(1e9 + 1.5);
    expect(scale[0]).toBe(Math.sqrt(1.25));
  });

  it('takes a single row as constant', () => {
    const { mean, scale } = fitStandardScaler(Float64Array.of(3, -4), 1, 2);
    expect([...mean]).toEqual([3, -4]);
    expect([...scale]).toEqual([1, 1]);
  });

  it('refuses to fit no rows', () => {
    const error = thrownBy(() => fitStandardScaler(new Float64Array(0), 0, 3));
    expect(error.tag).toBe('bad-data-file');
    expect(error.message).toContain('no rows');
  });
});
