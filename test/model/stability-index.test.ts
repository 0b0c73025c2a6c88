import { describe, expect, it } from 'vitest';
import { stabilityIndex } from '../../src/model/stability-index.js';
import { MersenneTwister } from '../../src/training/mersenne-twister.js';

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
    const { psi } = stabilityIndex(expected, observed);
    expect(psi).toBeCloseTo(-0.2 * Math.log(0.3 / 0.5) + 0.2 * Math.log(0.4 / 0.2), 5);
  });

  it('is finite where a bin was or is empty, and 0 where all rows are alike', () => {
    const [left, right] = [Int32Array.of(100, 0), Int32Array.of(0, 1_000)];
    expect(stabilityIndex(left, right)).toMatchObject({ level: 'much' });
    expect(Number.isFinite(stabilityIndex(left, right).psi)).toBe(true);
    expect(stabilityIndex(right, right)).toEqual({ psi: 0, level: 'none' });
  });

  it.each([10, 30, 100, 1_000, 10_000])('takes %i rows of the same population for it', (n) => {
    const levels = Array.from({ length: 300 }, () => stabilityIndex(draw(774), draw(n)).level);
    expect(levels).not.toContain('much');
    expect(levels.filter((level) => level === 'some').length).toBeLessThanOrEqual(3);
  });

  it('sees with more rows what might be chance with few', () => {
    const moved = (n: number) => Int32Array.of(0.24 * n, ...new Array(8).fill(0.09 * n), 0.04 * n);
    const even = (n: number) => new Int32Array(10).fill(n / 10);
    expect(stabilityIndex(even(1_000), moved(100)).level).toBe('none');
    expect(stabilityIndex(even(1_000), moved(10_000)).level).toBe('some');
  });
});
