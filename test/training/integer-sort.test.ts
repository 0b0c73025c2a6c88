import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortKeys } from '../../src/training/integer-sort.js';

describe('sorting places', () => {
  it.each([
    { limit: 10, longest: 300 },
    { limit: 300, longest: 300 },
    { limit: 70_000, longest: 300 },
    { limit: 2 ** 31 - 1, longest: 300 },
    { limit: 70_000, longest: 40 },
  ])('sorts up to $longest keys below $limit and leaves the rest alone', ({ limit, longest }) => {
    const keys = fc.array(fc.nat(limit - 1), { maxLength: longest, size: 'max' });
    const property = fc.property(keys, fc.array(fc.nat(), { maxLength: 5 }), (sorted, behind) => {
      const array = Int32Array.from([...sorted, ...behind]);
      sortKeys(array, sorted.length, limit, new Int32Array(sorted.length));
      const expected = sorted.toSorted((a, b) => a - b);
      expect([...array]).toEqual([...expected, ...behind]);
    });
    fc.assert(property);
  });
});
