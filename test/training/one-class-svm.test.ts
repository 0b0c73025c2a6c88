import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KERNEL_FUNCTIONS, type OneClassSvm } from '../../native-free-kernels/contract.js';
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import { MersenneTwister } from '../../src/training/mersenne-twister.js';
import { type OneClassSvmOptions, trainOneClassSvm } from '../../src/training/one-class-svm.js';
import { naiveDecision } from '../native-free-kernels/naive-kernels.js';
import { thrownBy } from '../support/thrown-by.js';

const N_FEATURES = 3;
/** Default tolerance, and as much for kernel values in float32, in units of what is added up. */
const SLACK = 2e-6;
const SIZE = fc.integer({ min: 1, max: 40 });
const NU = fc.integer({ min: 1, max: 100 }).map((percent) => percent / 100);

describe.each(KERNEL_FUNCTIONS)('training a One-Class SVM with the %s kernel', (kernel) => {
  const options = { kernel, gamma: 0.2, coef0: kernel === 'poly' ? 1 : 0 } as const;

  it('fulfils the optimality conditions of its problem', () => {
    const property = fc.property(fc.nat(), SIZE, NU, (seed, nRows, nu) => {
      const rows = roundCloud(seed, nRows);
      const svm = trainOneClassSvm(rows, nRows, N_FEATURES, { ...options, nu });
      const alpha = alphaOfRows(svm, rows);
      expect(alpha.reduce((sum, value) => sum + value, 0)).toBeCloseTo(nu * nRows, 9);
      alpha.forEach((value, row) => {
        const start = row * N_FEATURES;
        const { score, magnitude } = naiveDecision(svm, [
          ...rows.subarray(start, start + N_FEATURES),
        ]);
        expect(value).toBeLessThanOrEqual(1);
        if (value < 1) expect(score).toBeGreaterThan(-SLACK * (1 + magnitude));
        if (value > 0) expect(score).toBeLessThan(SLACK * (1 + magnitude));
      });
    });
    fc.assert(property, { numRuns: 30 });
  });

  it('leaves at most a share of ν outside and takes at least as many support vectors', () => {
    const nRows = 400;
    const rows = roundCloud(5, nRows);
    for (const nu of [0.02, 0.1, 0.35, 0.8]) {
      const svm = trainOneClassSvm(rows, nRows, N_FEATURES, { ...options, nu });
      const out = new Float64Array(nRows);
      plainKernels.decisionInto(svm, rows, nRows, out);
      expect(out.filter((decision) => decision < -SLACK).length).toBeLessThanOrEqual(nu * nRows);
      expect(svm.nSupport).toBeGreaterThanOrEqual(nu * nRows);
    }
  });

  it('does not depend on the memory for its cache, to the last bit', () => {
    const nRows = 500;
    const rows = roundCloud(6, nRows);
    const train = (cacheBytes: number) =>
      trainOneClassSvm(rows, nRows, N_FEATURES, { ...options, nu: 0.3, cacheBytes });
    const large = train(2 ** 30);
    expect(train(1)).toEqual(large);
    expect(train(40 * 4 * nRows)).toEqual(large);
  });
});

describe('a One-Class SVM', () => {
  const rows = roundCloud(7, 50);
  const train = (options: OneClassSvmOptions) => trainOneClassSvm(rows, 50, N_FEATURES, options);

  it('has the defaults of scikit-learn', () => {
    const withDefaults = train({});
    expect(withDefaults).toEqual(train({ kernel: 'rbf', gamma: 'scale', nu: 0.5 }));
    expect(withDefaults.kernel).toMatchObject({ function: 'rbf', coef0: 0, degree: 3 });
  });

  it("takes gamma 'auto' from the number of features, 'scale' from the variance as well", () => {
    const mean = rows.reduce((sum, value) => sum + value, 0) / rows.length;
    const variance = rows.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows.length;
    expect(train({ gamma: 'auto' }).kernel.gamma).toBe(1 / N_FEATURES);
    expect(train({ gamma: 'scale' }).kernel.gamma).toBeCloseTo(1 / (N_FEATURES * variance), 12);
  });

  it("takes 1 for gamma 'scale' when all values are equal", () => {
    const svm = trainOneClassSvm(new Float64Array(12).fill(2), 4, N_FEATURES, { gamma: 'scale' });
    expect(svm.kernel.gamma).toBe(1);
  });

  it('takes all rows as support vectors when nu is 1', () => {
    const svm = train({ nu: 1 });
    expect(svm.supportVectors).toEqual(rows);
    expect([...svm.coefficients]).toEqual(new Array(50).fill(1));
  });

  it('leaves the rows that it is trained on as they were', () => {
    const before = rows.slice();
    train({ nu: 0.2 });
    expect(rows).toEqual(before);
  });

  it.each([
    ['kernel', 'cubic', 'option "kernel" expected one of rbf, linear, poly, sigmoid, got "cubic"'],
    ['gamma', 0, `option "gamma" expected 'scale', 'auto' or a number above 0, got 0`],
    ['gamma', -0.5, `option "gamma" expected 'scale', 'auto' or a number above 0, got -0.5`],
    ['gamma', Number.NaN, `option "gamma" expected 'scale', 'auto' or a number above 0, got NaN`],
    ['coef0', Number.POSITIVE_INFINITY, 'option "coef0" expected a finite number, got Infinity'],
    ['degree', 2.5, 'option "degree" expected a whole number, 0 or more, got 2.5'],
    ['degree', -1, 'option "degree" expected a whole number, 0 or more, got -1'],
    ['nu', 0, 'option "nu" expected a number above 0, at most 1, got 0'],
    ['nu', 1.01, 'option "nu" expected a number above 0, at most 1, got 1.01'],
    ['nu', Number.NaN, 'option "nu" expected a number above 0, at most 1, got NaN'],
    ['tolerance', 0, 'option "tolerance" expected a number above 0, got 0'],
    ['cacheBytes', -1, 'option "cacheBytes" expected a number above 0, got -1'],
    ['maxIterations', 0.5, 'option "maxIterations" expected a whole number, 1 or more, got 0.5'],
  ])('refuses the option %s %s by name', (name, value, message) => {
    const error = thrownBy(() => train({ [name]: value }));
    expect(error.tag).toBe('bad-option');
    expect(error.message).toBe(message);
    expect(error.fields.field).toBe(name);
  });

  it('says so when it does not reach its tolerance in the steps that it has', () => {
    const error = thrownBy(() => train({ nu: 0.1, maxIterations: 2 }));
    expect(error.tag).toBe('bad-option');
    expect(error.message).toBe('option "maxIterations": tolerance 0.000001 not reached in 2 steps');
  });

  it('refuses to train on no rows', () => {
    const error = thrownBy(() => trainOneClassSvm(new Float64Array(0), 0, N_FEATURES));
    expect(error.tag).toBe('bad-data-file');
  });
});

/** Rows off the origin, so that a linear kernel has a solution; coarse, so that rows repeat. */
function roundCloud(seed: number, nRows: number): Float64Array {
  const random = new MersenneTwister(seed);
  return Float64Array.from({ length: nRows * N_FEATURES }, () => {
    let sum = 0;
    for (let i = 0; i < 4; i++) sum += random.nextBelow(1000) / 250;
    return 1 + Math.round(sum * 4 - 32) / 16;
  });
}

/** α by training row; support vectors come in the order of the rows. */
function alphaOfRows(svm: OneClassSvm, rows: Float64Array): number[] {
  const { nFeatures, supportVectors, coefficients } = svm;
  const pointAt = (values: Float64Array, i: number) =>
    values.subarray(i * nFeatures, (i + 1) * nFeatures).join();
  let next = 0;
  const alpha = Array.from({ length: rows.length / nFeatures }, (_, row) =>
    pointAt(rows, row) === pointAt(supportVectors, next) ? coefficients[next++] : 0,
  );
  expect(next).toBe(svm.nSupport);
  return alpha;
}
