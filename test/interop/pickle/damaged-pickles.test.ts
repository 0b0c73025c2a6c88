import { describe, expect, it } from 'vitest';
import { readPickle } from '../../../src/interop/pickle/read-pickle.js';
import { MersenneTwister } from '../../../src/training/mersenne-twister.js';
import { thrownBy } from '../../support/thrown-by.js';
import { mutate, readDamaged } from './mutated-pickles.js';
import { pickleFixture } from './pickle-fixtures.js';

const SMALL = ['value.5.pkl', 'value.4.joblib'];
const LARGER = [
  'randomized-search.pkl',
  'grid-search-of-forests.pkl',
  'value.2.joblib',
  'value.2.pkl',
];

describe('a damaged pickle', () => {
  it.each(SMALL)('is refused when cut off after any number of bytes: %s', (name) => {
    const bytes = pickleFixture(name);
    for (let length = 0; length < bytes.length; length++) {
      expect(thrownBy(() => readPickle(bytes.subarray(0, length))).tag).toBe('bad-model-file');
    }
  });

  it.each(SMALL)('is refused or read with any single bit flipped, at every byte: %s', (name) => {
    const bytes = Uint8Array.from(pickleFixture(name));
    let refused = 0;
    for (let at = 0; at < bytes.length; at++) {
      const bit = 1 << (at % 8);
      bytes[at] ^= bit;
      if (readDamaged(bytes) === 'refused') refused++;
      bytes[at] ^= bit;
    }
    expect(refused).toBeGreaterThan(bytes.length / 4);
    expect(readDamaged(bytes)).toBe('read');
  });

  it.each(LARGER)('is refused or read after random changes: %s', (name) => {
    const random = new MersenneTwister(4);
    const bytes = pickleFixture(name);
    const other = pickleFixture('value.4.pkl');
    const outcomes = Array.from({ length: 1000 }, () => readDamaged(mutate(bytes, other, random)));
    expect(new Set(outcomes)).toContain('refused');
  });
});
