import { describe, expect, it } from 'vitest';
import { fastExp } from '../../src/training/fast-exp.js';

describe('exp on its way to float32', () => {
  it('has a relative error below 5e-16 wherever float32 is not 0', () => {
    let worst = 0;
    for (let i = 0; i <= 1_040_000; i++) {
      const x = -i / 1e4;
      worst = Math.max(worst, Math.abs(fastExp(x) / Math.exp(x) - 1));
    }
    expect(worst).toBeLessThan(5e-16);
  });

  it('is 0 where float32 is', () => {
    for (const x of [-104.1, -1e4, -1e300, Number.NEGATIVE_INFINITY]) {
      expect(Math.fround(fastExp(x))).toBe(Math.fround(Math.exp(x)));
    }
  });

  it('is Math.exp itself above 0 and for what is not a number', () => {
    for (const x of [0, 1e-13, 5, 1e4, Number.NaN]) expect(fastExp(x)).toBe(Math.exp(x));
  });
});
