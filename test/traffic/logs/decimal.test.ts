import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimalAt } from '../../../src/traffic/logs/decimal.js';

function decimalOf(text: string): number {
  return decimalAt(Buffer.from(`7${text}.7`), 1, 1 + text.length);
}

describe('decimal numbers in bytes', () => {
  it('are what Number makes of them, to the last bit', () => {
    const digits = fc.stringMatching(/^\d{1,20}$/);
    const decimals = fc
      .tuple(digits, fc.option(digits))
      .map(([whole, fraction]) => (fraction === null ? whole : `${whole}.${fraction}`));
    fc.assert(
      fc.property(decimals, (text) => {
        expect(decimalOf(text)).toBe(Number(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(['', '.', '1.', '.5', '-1', '+1', '1e3', '1.2.3', '0x1', ' 1', '1a', 'Infinity'])(
    'are none of %j',
    (text) => {
      expect(decimalOf(text)).toBeNaN();
    },
  );
});
