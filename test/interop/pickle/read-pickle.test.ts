import { describe, expect, it } from 'vitest';
import { readPickle } from '../../../src/interop/pickle/read-pickle.js';
import { expectedValue, pickleFixture, plainOf } from './pickle-fixtures.js';

const PROTOCOLS = [2, 3, 4, 5];

describe('a Python pickle', () => {
  it.each(PROTOCOLS)(
    'of protocol %i gives every value and array as Python wrote it',
    (protocol) => {
      const value = readPickle(pickleFixture(`value.${protocol}.pkl`));
      expect(plainOf(value)).toEqual(expectedValue());
    },
  );

  it.each(PROTOCOLS)('of joblib and protocol %i gives the same', (protocol) => {
    const value = readPickle(pickleFixture(`value.${protocol}.joblib`));
    expect(plainOf(value)).toEqual(expectedValue());
  });
});
