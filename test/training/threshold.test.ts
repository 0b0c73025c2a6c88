import { describe, expect, it } from 'vitest';
import { MersenneTwister } from '../../src/training/mersenne-twister.js';
import { borderAllowing, falsePositiveCurve } from '../../src/training/threshold.js';

const random = new MersenneTwister(3);
/** Some distinct, some equal, as forests give them. */
const SAMPLES = [1, 2, 3, 5, 20, 1_000].flatMap((levels) =>
  [1, 2, 7, 150].map((n) =>
    Float64Array.from({ length: n }, () => random.nextBelow(levels) / levels - 0.4).sort(),
  ),
);
const nAtOrBelow = (outputs: Float64Array, threshold: number) =>
  outputs.filter((output) => output - threshold <= 0).length;

describe('a threshold by the false positives that it allows', () => {
  it('lies in the middle between the last output that falls and the first that does not', () => {
    const outputs = Float64Array.of(-3, -1, 0, 2);
    expect(borderAllowing(outputs, 1)).toEqual({ threshold: -2, falsePositives: 1 });
    expect(borderAllowing(outputs, 2)).toEqual({ threshold: -0.5, falsePositives: 2 });
  });

  it('never calls more rows an anomaly than allowed, and as many as equal outputs let it', () => {
    for (const outputs of SAMPLES) {
      for (let most = 0; most < outputs.length; most++) {
        const { threshold, falsePositives } = borderAllowing(outputs, most);
        expect(nAtOrBelow(outputs, threshold)).toBe(falsePositives);
        expect(falsePositives).toBeLessThanOrEqual(most);
        // Any higher threshold that changes something lets too many fall.
        expect(nAtOrBelow(outputs, outputs[falsePositives])).toBeGreaterThan(most);
      }
    }
  });

  it('tells neighbouring numbers apart, and the largest ones', () => {
    const next = 1 + Number.EPSILON;
    expect(borderAllowing(Float64Array.of(1, next), 1)).toEqual({
      threshold: 1,
      falsePositives: 1,
    });
    const far = Float64Array.of(-Number.MAX_VALUE, Number.MAX_VALUE);
    expect(borderAllowing(far, 1)).toEqual({ threshold: 0, falsePositives: 1 });
  });
});

describe('the curve of false positive rates', () => {
  it('rises from none to nearly all, with a bounded number of points that are true', () => {
    for (const outputs of SAMPLES) {
      const curve = falsePositiveCurve(outputs);
      expect(curve.length).toBeLessThanOrEqual(64);
      expect(curve[0].falsePositiveRate).toBe(0);
      curve.forEach(({ threshold, falsePositiveRate }, i) => {
        expect(falsePositiveRate).toBe(nAtOrBelow(outputs, threshold) / outputs.length);
        if (i > 0) expect(threshold).toBeGreaterThan(curve[i - 1].threshold);
      });
    }
    const many = Float64Array.from({ length: 100_000 }, (_, i) => i);
    const rates = falsePositiveCurve(many).map((point) => point.falsePositiveRate);
    expect(rates.length).toBeGreaterThan(50);
    expect(rates.at(-1)).toBeGreaterThan(0.99);
  });
});
