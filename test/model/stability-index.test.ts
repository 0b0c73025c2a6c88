import { describe, expect, it } from 'vitest';
import { stabilityIndex } from '../../src/model/stability-index.js';
import { MersenneTwister } from '../../src/training/mersenne-twister.js';

/** The index of counts against counts of rows that all speak for themselves. */
function indexOf(expected: Int32Array, observed: Int32Array) {
  const [m, n] = [expected, observed].map((counts) => counts.reduce((sum, count) => sum + count));
  const shares = Float64Array.from(expected, (count) => count / m);
  const { psi, level } = stabilityIndex(shares, m, observed, n);
  return { psi, level };
}

const random = new MersenneTwister(11);
/** `n` rows drawn into ten equally likely bins. */
function draw(n: number): Int32Array {
  const counts = new Int32Array(12);
  for (let row = 0; row < n; row++) counts[random.nextBelow(10)]++;
  return counts;
}

describe('the population stability index', () => {
  it('is the sum of (p − q) · ln(p / q) over the bins', () => {
    const expected = Int32Array.of(500_000, 300_000, 200_000);
    const observed = Int32Array.of(300_000, 300_000, 400_000);
    const { psi } = indexOf(expected, observed);
    expect(psi).toBeCloseTo(-0.2 * Math.log(0.3 / 0.5) + 0.2 * Math.log(0.4 / 0.2), 5);
  });

  it('is finite where a bin was or is empty, and 0 where all rows are alike', () => {
    const [left, right] = [Int32Array.of(100, 0), Int32Array.of(0, 1_000)];
    expect(indexOf(left, right)).toMatchObject({ level: 'much' });
    expect(Number.isFinite(indexOf(left, right).psi)).toBe(true);
    expect(indexOf(right, right)).toEqual({ psi: 0, level: 'none' });
  });

  it.each([10, 30, 100, 1_000, 10_000])('takes %i rows of the same population for it', (n) => {
    const levels = Array.from({ length: 300 }, () => indexOf(draw(774), draw(n)).level);
    expect(levels).not.toContain('much');
    expect(levels.filter((level) => level === 'some').length).toBeLessThanOrEqual(3);
  });

  it('allows for more chance where rows depend on each other', () => {
    const [even, moved] = [
      new Float64Array(10).fill(0.1),
      Int32Array.of(240, ...new Array(8).fill(90), 40),
    ];
    const [alone, dependent] = [1_000, 100].map((n) => stabilityIndex(even, 1_000, moved, n));
    expect(dependent.psi).toBe(alone.psi);
    expect(dependent.change).toBeLessThan(alone.change);
  });

  it('sees with more rows what might be chance with few', () => {
    const moved = (n: number) => Int32Array.of(0.24 * n, ...new Array(8).fill(0.09 * n), 0.04 * n);
    const even = (n: number) => new Int32Array(10).fill(n / 10);
    expect(indexOf(even(1_000), moved(100)).level).toBe('none');
    expect(indexOf(even(1_000), moved(10_000)).level).toBe('some');
  });
});
