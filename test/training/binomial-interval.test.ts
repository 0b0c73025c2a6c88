import { describe, expect, it } from 'vitest';
import { binomialInterval } from '../../src/training/binomial-interval.js';

describe('the interval of a share that was counted', () => {
  // The score method in Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %i in %i is as published', (count, n, low, high) => {
    const interval = binomialInterval(count, n);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });
});
