import { describe, expect, it } from 'vitest';
import { decimalReader } from '../../src/formats/decimal-mark.js';

describe('numbers with a decimal comma', () => {
  it.each([
    ['0,5', '0.5'],
    [' -12,25 ', '-12.25'],
    [',5e-3', '.5e-3'],
    ['12', '12'],
    ['a,b', 'a,b'],
    ['1.234,5', '1.234,5'],
  ])('%s is %s', (cell, expected) => {
    expect(decimalReader()(cell, 2)).toBe(expected);
  });

  it.each([
    ['0,5', '1.5', 'line 9: "1.5" has another decimal mark than "0,5" on line 2'],
    ['1.5', '1,234', 'line 9: "1,234" has another decimal mark than "1.5" on line 2'],
  ])('are not told apart from thousands where %s and %s stand in one file', (a, b, message) => {
    const read = decimalReader();
    read(a, 2);
    expect(() => read(b, 9)).toThrow(message);
  });
});
