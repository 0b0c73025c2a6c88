import { describe, expect, it } from 'vitest';
import type { Feature, Schema } from '../../../src/model/schema.js';
import { artificialBehaviours } from '../../../src/training/unlabelled/artificial-behaviours.js';

const feature = (name: string, changes: Partial<Feature> = {}): Feature => ({
  name,
  title: '',
  description: '',
  unit: '',
  kind: 'number',
  example: 0,
  ...changes,
});
const SCHEMA: Schema = {
  features: [
    feature('gap'),
    feature('share', { unit: '0 to 1' }),
    feature('flag', { kind: 'flag' }),
    feature('difference'),
    feature('constant'),
  ],
};
const N_FEATURES = SCHEMA.features.length;
const N_ROWS = 50;
/** Values of a row tell which row it is. */
const ROWS = Float64Array.from({ length: N_ROWS }, (_, i) => i).reduce(
  (rows, i) => {
    rows.set([0.01 * 1.2 ** i, 0.2 + i / 1_000, 1, i - 25, 7], i * N_FEATURES);
    return rows;
  },
  new Float64Array(N_ROWS * N_FEATURES),
);
const N = 4_000;
const MADE = artificialBehaviours(SCHEMA, ROWS, N, 3);

const column = (rows: Float64Array, which: number) =>
  rows.filter((_, i) => i % N_FEATURES === which);

describe('artificial behaviours', () => {
  it('are as many as asked for, all finite, the same for the same seed', () => {
    expect(MADE).toHaveLength(N * N_FEATURES);
    expect(MADE.every(Number.isFinite)).toBe(true);
    expect(artificialBehaviours(SCHEMA, ROWS, N, 3)).toEqual(MADE);
    expect(artificialBehaviours(SCHEMA, ROWS, N, 4)).not.toEqual(MADE);
  });

  it.each([
    ['ten times beyond what a heavy-tailed feature was', 0, 0.001, 0.1 * 1.2 ** 49, false],
    ['over the whole of a share', 1, 0, 1, false],
    ['over both values of a flag', 2, 0, 1, true],
    ['ten spans beyond a feature that may be negative', 3, -25 - 490, 24 + 490, false],
    ['around a constant feature', 4, 0.7, 70, false],
  ])('go %s, and no further', (_, which, low, high, isExact) => {
    const values = column(MADE, which);
    const [least, most] = [
      values.reduce((a, b) => Math.min(a, b)),
      values.reduce((a, b) => Math.max(a, b)),
    ];
    expect(least).toBeGreaterThanOrEqual(low * (low > 0 ? 1 - 1e-12 : 1));
    expect(most).toBeLessThanOrEqual(high * (1 + 1e-12));
    const reach = (high - low) * (isExact ? 0 : 0.1);
    expect(most).toBeGreaterThan(high - reach - 1e-9);
    expect(least).toBeLessThan(low + reach + 1e-9);
  });

  it('are mostly made of values that were seen, out of their context', () => {
    const seen = new Set(column(ROWS, 0));
    const gaps = column(MADE, 0);
    const share = gaps.filter((gap) => seen.has(gap)).length / N;
    expect(share).toBeGreaterThan(0.8);
    const inContext = gaps.filter((gap, i) => {
      const row = Math.round(Math.log(gap / 0.01) / Math.log(1.2));
      return MADE[i * N_FEATURES + 3] === row - 25;
    });
    expect(inContext.length / N).toBeLessThan(0.5);
  });

  it('can be made of a single row', () => {
    const made = artificialBehaviours(SCHEMA, ROWS.slice(0, N_FEATURES), 100, 1);
    expect(made.every(Number.isFinite)).toBe(true);
  });
});
