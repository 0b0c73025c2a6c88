import { describe, expect, it } from 'vitest';
import type { Transform } from '../../native-free-kernels/contract.js';
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import { type ColumnTransform, fitColumnTransforms } from '../../src/training/column-transforms.js';
import { fitStandardScaler } from '../../src/training/standard-scaler.js';
import { readFixture } from '../support/fixture.js';

interface Fixture {
  readonly nFeatures: number;
  readonly rows: readonly number[];
  readonly probes: readonly number[];
  readonly transformed: Readonly<
    Record<Exclude<ColumnTransform, 'none' | 'log'>, readonly number[]>
  >;
}

const FIXTURE = readFixture<Fixture>('column-transforms.json');
const { nFeatures: N_FEATURES, transformed: EXPECTED } = FIXTURE;
const ROWS = Float64Array.from(FIXTURE.rows);
const N_ROWS = ROWS.length / N_FEATURES;
const PROBES = Float64Array.from(FIXTURE.probes);

const LOGS: readonly ColumnTransform[] = ['log', 'log', 'log', 'log'];

const fitted = (...kinds: ColumnTransform[]) =>
  fitColumnTransforms(ROWS, N_ROWS, N_FEATURES, kinds);

function apply(transforms: readonly Transform[], rows: Float64Array): Float64Array {
  const out = rows.slice();
  for (const transform of transforms) {
    plainKernels.transformInto(transform, out, rows.length / N_FEATURES, out);
  }
  return out;
}

describe('transforms of columns', () => {
  it.each(['standard', 'log1p', 'robust', 'quantile'] as const)(
    '%s: as scikit-learn 1.2.1, on values that it was fitted on and others',
    (kind) => {
      const out = apply(fitted(kind, kind, kind, kind), PROBES);
      out.forEach((value, at) => {
        const expected = EXPECTED[kind][at];
        expect(Math.abs(value - expected)).toBeLessThan(1e-12 * (1 + Math.abs(expected)));
      });
    },
  );

  it('leave the columns of other kinds alone', () => {
    const out = apply(fitted('log1p', 'quantile', 'none', 'robust'), PROBES);
    out.forEach((value, at) => {
      const feature = at % N_FEATURES;
      const kind = (['log1p', 'quantile', undefined, 'robust'] as const)[feature];
      const expected = kind === undefined ? PROBES[at] : EXPECTED[kind][at];
      expect(value).toBeCloseTo(expected, 11);
    });
  });

  it('are the standard scaler alone where every column is standard, and nothing where none is', () => {
    expect(fitted('standard', 'standard', 'standard', 'standard')).toEqual([
      fitStandardScaler(ROWS, N_ROWS, N_FEATURES),
    ]);
    expect(fitted('none', 'none', 'none', 'none')).toEqual([]);
  });

  it('take negative values as the mirror of positive ones where they take logarithms', () => {
    const [log1p] = fitted('log1p', 'none', 'none', 'none');
    const out = apply([log1p], Float64Array.of(-3, 0, 0, 0, 3, 0, 0, 0));
    expect(out[0]).toBe(-Math.log(4));
    expect(out[4]).toBe(Math.log(4));
  });

  it('give the same by logarithm, whatever a column is measured in', () => {
    const inUnits = (scale: number) => {
      const rows = ROWS.map((value) => value * scale);
      const transforms = fitColumnTransforms(rows, N_ROWS, N_FEATURES, LOGS);
      return apply(
        transforms,
        PROBES.map((value) => value * scale),
      );
    };
    const [seconds, milliseconds] = [inUnits(1), inUnits(1_000)];
    seconds.forEach((value, at) => {
      expect(milliseconds[at]).toBeCloseTo(value, 10);
    });
  });

  it('tell small values apart by logarithm, which a logarithm of 1 and more does not', () => {
    const rows = Float64Array.from({ length: 4 * 400 }, (_, at) => 0.001 * 1.03 ** (at >> 2));
    const gap = (...kinds: ColumnTransform[]) => {
      const transforms = fitColumnTransforms(rows, 400, N_FEATURES, kinds);
      const [few, , , , more] = apply(transforms, Float64Array.of(0.01, 1, 1, 1, 0.1, 1, 1, 1));
      return more - few;
    };
    expect(gap(...LOGS)).toBeGreaterThan(3 * gap('log1p', 'log1p', 'log1p', 'log1p'));
  });

  it('take a column of zeros as it is where they take logarithms', () => {
    const transforms = fitColumnTransforms(new Float64Array(8), 2, N_FEATURES, LOGS);
    expect(apply(transforms, new Float64Array(4))).toEqual(new Float64Array(4));
  });

  it('leave the rows as they were', () => {
    const before = ROWS.slice();
    fitted('log1p', 'quantile', 'robust', 'none');
    expect(ROWS).toEqual(before);
  });
});
