import { describe, expect, it } from 'vitest';
import { binOf, cutsOf, distributionsOf, placeOfBin } from '../../src/model/distribution.js';
import { MersenneTwister } from '../../src/training/mersenne-twister.js';

const random = new MersenneTwister(5);
/** Share of the rows by bin, of one column. */
function sharesOf(values: Float64Array): number[] {
  const { counts } = distributionsOf(values, values.length, 1);
  expect(counts.reduce((sum, count) => sum + count)).toBe(values.length);
  return Array.from(counts, (count) => count / values.length).filter((share) => share > 0);
}

function isThere(place: string, value: number, limit: number, other: number): boolean {
  switch (place) {
    case 'at':
      return value === limit;
    case 'below':
      return value < limit;
    case 'up':
      return value <= limit;
    case 'above':
      return value > limit;
    default:
      return value > limit && value <= other;
  }
}

describe('the distribution of a column', () => {
  it('has a tenth of the rows in each bin where values differ', () => {
    const shares = sharesOf(Float64Array.from({ length: 5_000 }, () => random.nextUint32() ** 2));
    expect(shares).toHaveLength(10);
    for (const share of shares) expect(share).toBeCloseTo(0.1, 3);
  });

  it('has the values of a flag in bins of their own, also one that nearly all rows have', () => {
    expect(sharesOf(Float64Array.from({ length: 100 }, (_, i) => Number(i < 15)))).toEqual([
      0.85, 0.15,
    ]);
    expect(sharesOf(Float64Array.from({ length: 100 }, (_, i) => Number(i < 3)))).toEqual([
      0.97, 0.03,
    ]);
  });

  it('tells a constant from what is below and above it by more than its rounding to float32', () => {
    for (const constant of [1, 0, -2.5, Number.MIN_VALUE, -Number.MIN_VALUE, 1e300]) {
      const { quantiles } = distributionsOf(new Float64Array(7).fill(constant), 7, 1);
      const cuts = cutsOf(quantiles);
      const step = Math.max(Math.abs(constant) * 2 ** -21, Number.MIN_VALUE);
      const rounding = Math.abs(constant) * 2 ** -24;
      for (const same of [constant - rounding, constant + rounding]) {
        expect(binOf(cuts, 0, same)).toBe(1);
      }
      const bins = [constant - step, constant, constant + step].map((x) => binOf(cuts, 0, x));
      expect(bins).toEqual([0, 1, 2]);
      expect([0, 1, 2].map((bin) => placeOfBin(cuts, 0, bin))).toEqual([
        `below ${constant}`,
        `at ${constant}`,
        `above ${constant}`,
      ]);
    }
  });

  it('says in words what lies in each bin, whatever the columns look like', () => {
    for (let round = 0; round < 200; round++) {
      const levels = 1 + random.nextBelow(18);
      const rows = Float64Array.from({ length: 3 * (1 + random.nextBelow(60)) }, () =>
        Math.round(random.nextBelow(levels) - levels / 2),
      );
      const { quantiles, counts } = distributionsOf(rows, rows.length / 3, 3);
      const cuts = cutsOf(quantiles);
      const expected = new Int32Array(counts.length);
      rows.forEach((value, at) => {
        const bin = binOf(cuts, at % 3, value);
        const [limit, other] =
          placeOfBin(cuts, at % 3, bin)
            .match(/-?[\d.]+/g)
            ?.map(Number) ?? [];
        const place = placeOfBin(cuts, at % 3, bin).split(' ')[0];
        expect(isThere(place, value, limit, other)).toBe(true);
        expected[(at % 3) * (counts.length / 3) + bin]++;
      });
      expect(counts).toEqual(expected);
    }
  });
});
