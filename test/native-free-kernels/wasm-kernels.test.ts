import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  Forest,
  Kernels,
  OneClassSvm,
  SvmKernel,
} from '../../native-free-kernels/contract.js';
import { integerPower } from '../../native-free-kernels/one-class-svm.js';
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import { createWasmKernels } from '../../native-free-kernels/wasm-kernels.js';
import { layOutForest } from '../../src/model/forest-layout.js';
import { MersenneTwister } from '../../src/training/mersenne-twister.js';
import { wasmKernels as kernels, WASM_MODULE } from '../support/kernel-sets.js';
import { describeKernels } from './conformance.js';
import { naiveDecision } from './naive-kernels.js';
import { randomSvm, randomTrees, randomValues, treeOfLeaves } from './random-models.js';

describeKernels(kernels);

const N_FEATURES = 9;
const N_ROWS = 300;

describe('an RBF machine of the wasm kernels', () => {
  describe.each([
    ['positive', 0.01],
    ['of either sign', -1],
  ])('whose coefficients are %s', (_, lowestCoefficient) => {
    it.each([
      [1, 1],
      [1, 1e3],
      [1e3, 1],
      [1e3, 1e3],
      [1e6, 1e6],
      [1e160, 1],
      [1, 1e160],
    ])('is exact on rows shifted by %d with support vectors shifted by %d', (byRows, bySupport) => {
      const random = new MersenneTwister(5);
      const model = randomSvm(random, 'rbf', 21, N_FEATURES, lowestCoefficient);
      const supportVectors = model.supportVectors.map((value) => value + bySupport);
      const svm = { ...model, supportVectors };
      const rows = randomValues(random, N_ROWS * N_FEATURES).map((value) => value + byRows);
      const out = new Float64Array(N_ROWS);
      kernels.decisionInto(svm, rows, N_ROWS, out);
      out.forEach((decision, row) => {
        const values = [...rows.subarray(row * N_FEATURES, (row + 1) * N_FEATURES)];
        const { score, magnitude } = naiveDecision(svm, values);
        expect(Math.abs(decision - score)).toBeLessThanOrEqual(1e-12 * magnitude);
      });
    });
  });

  it.each([
    ['negative', [-0.5, -0.25, -1]],
    ['zero', [0, 0, 0]],
    ['positive, zero or negative', [0.5, 0, -1]],
  ])('takes coefficients that are all %s', (_, coefficients) => {
    const random = new MersenneTwister(12);
    const model = randomSvm(random, 'rbf', 3, N_FEATURES);
    const svm = { ...model, coefficients: Float64Array.from(coefficients) };
    const rows = randomValues(random, N_ROWS * N_FEATURES);
    const [out, plain] = [new Float64Array(N_ROWS), new Float64Array(N_ROWS)];
    kernels.decisionInto(svm, rows, N_ROWS, out);
    plainKernels.decisionInto(svm, rows, N_ROWS, plain);
    out.forEach((decision, row) => {
      expect(Math.abs(decision - plain[row])).toBeLessThanOrEqual(1e-12);
    });
  });

  it.each([1, 2, 3, 4, 5, 8, 9, 63, 64, 65])(
    'keeps faint kernels of %i features to 1e-12',
    (nFeatures) => {
      const random = new MersenneTwister(8);
      const model = randomSvm(random, 'rbf', 21, nFeatures);
      const svm = { ...model, kernel: { ...model.kernel, gamma: 1 }, intercept: 0 };
      const scales = Array.from({ length: N_ROWS }, (_, row) => (row / N_ROWS) * 12);
      const rows = Float64Array.from(
        scales.flatMap((scale) =>
          [...randomValues(random, nFeatures)].map((value) => value * scale),
        ),
      );
      expectPlainDecisions(svm, rows);
    },
  );

  it.each([1e-300, 1e-12, 1e12, 1e300, 0])('takes coefficients of the size of %d', (size) => {
    const random = new MersenneTwister(9);
    const model = randomSvm(random, 'rbf', 21, N_FEATURES);
    const coefficients = model.coefficients.map((value) => value * size);
    const svm = { ...model, coefficients, intercept: 0 };
    expectPlainDecisions(svm, randomValues(random, N_ROWS * N_FEATURES));
  });

  it('gives the intercept where every support vector is out of sight', () => {
    const svm = randomSvm(new MersenneTwister(6), 'rbf', 21, N_FEATURES);
    const out = new Float64Array(3);
    const distances = [1e3, 1e100, 1e300];
    const rows = Float64Array.from(distances.flatMap((far) => new Array(N_FEATURES).fill(far)));
    kernels.decisionInto(svm, rows, 3, out);
    expect([...out]).toEqual(new Array(3).fill(svm.intercept));
  });

  it('gives its memory back: any number of models may come and go', () => {
    const row = new Float64Array(N_FEATURES);
    const out = new Float64Array(1);
    const random = new MersenneTwister(7);
    for (let model = 0; model < 20_000; model++) {
      kernels.decisionInto(randomSvm(random, 'rbf', 1, N_FEATURES), row, 1, out);
    }
    expect(out[0]).not.toBe(0);
  });
});

/** For an intercept of 0, where the decision itself is the sum of the terms. */
function expectPlainDecisions(svm: OneClassSvm, rows: Float64Array): void {
  const nRows = rows.length / svm.nFeatures;
  const out = new Float64Array(nRows);
  const plain = new Float64Array(nRows);
  kernels.decisionInto(svm, rows, nRows, out);
  plainKernels.decisionInto(svm, rows, nRows, plain);
  out.forEach((decision, row) => {
    // Below 1e-308 a float64 has fewer digits.
    expect(Math.abs(decision - plain[row])).toBeLessThanOrEqual(1e-12 * plain[row] + 1e-310);
  });
}

describe('a function of x·s in the wasm kernels', () => {
  /** Of one support vector, so that the decision is its value at `argument`. */
  const valueAt = (argument: number, kernel: SvmKernel) => {
    const svm: OneClassSvm = {
      kernel,
      nFeatures: 1,
      nSupport: 1,
      supportVectors: Float64Array.of(1),
      coefficients: Float64Array.of(1),
      intercept: 0,
    };
    const out = new Float64Array(1);
    kernels.decisionInto(svm, Float64Array.of(argument), 1, out);
    return out[0];
  };
  const expectClose = (actual: number, expected: number) => {
    if (!Number.isFinite(expected)) expect(actual).toBe(expected);
    // Below 1e-308 a float64 has fewer digits.
    else {
      const tolerance = 1e-12 * Math.abs(expected) + 1e-310;
      expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance);
    }
  };
  const expectTanh = (argument: number) => {
    const kernel = { function: 'sigmoid', gamma: 1, coef0: 0, degree: 0 } as const;
    expectClose(valueAt(argument, kernel), Math.tanh(argument));
  };

  it('is tanh to 1e-12 of itself, at the faintest and the largest arguments', () => {
    fc.assert(fc.property(fc.double(), expectTanh), { numRuns: 2_000 });
    for (const edge of [0, 1e-320, 1e-300, 1e-17, 19, 20, 21, 700, 1e300, Infinity, NaN]) {
      expectTanh(edge);
      expectTanh(-edge);
    }
  });

  it('is tanh to 1e-12 of itself, where steps of its table meet', () => {
    const step = Math.LN2 / 2_048;
    for (let half = -200; half < 200; half++) {
      for (const nearby of [-1e-9, 0, 1e-9]) expectTanh((half * step) / 2 + nearby);
    }
    fc.assert(fc.property(fc.double({ min: -25, max: 25 }), expectTanh), { numRuns: 2_000 });
  });

  it('is any whole power, of any number', () => {
    const property = fc.property(fc.double(), fc.nat(70), (base, degree) => {
      const kernel = { function: 'poly', gamma: 1, coef0: 0, degree } as const;
      expectClose(valueAt(base, kernel), integerPower(base, degree));
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  it.each(['poly', 'sigmoid'] as const)('overflows where the plain kernels do: %s', (name) => {
    const random = new MersenneTwister(13);
    const model = randomSvm(random, name, 21, N_FEATURES, -1);
    const svm = { ...model, kernel: { ...model.kernel, degree: 3 } };
    const sizes = [1e60, 1e102, 1e150, 1e300, 1e308, Infinity, NaN];
    const rows = randomValues(random, sizes.length * N_FEATURES).map(
      (value, at) => value * sizes[Math.floor(at / N_FEATURES)],
    );
    const [out, plain] = [new Float64Array(sizes.length), new Float64Array(sizes.length)];
    kernels.decisionInto(svm, rows, sizes.length, out);
    plainKernels.decisionInto(svm, rows, sizes.length, plain);
    out.forEach((decision, row) => {
      if (Number.isFinite(plain[row])) {
        expect(Math.abs(decision / plain[row] - 1)).toBeLessThan(1e-12);
      } else expect(decision).toBe(plain[row]);
    });
    expect(plain.some((decision) => !Number.isFinite(decision))).toBe(true);
  });

  it('sums what cancels out as the plain kernels do, though its own sums overflow', () => {
    const svm: OneClassSvm = {
      kernel: { function: 'poly', gamma: 1, coef0: 0, degree: 1 },
      nFeatures: 1,
      nSupport: 4,
      supportVectors: new Float64Array(4).fill(1),
      coefficients: Float64Array.of(1, -1, 1, -1),
      intercept: 0.5,
    };
    const out = new Float64Array(1);
    kernels.decisionInto(svm, Float64Array.of(1.7e308), 1, out);
    expect(out[0]).toBe(0.5);
  });

  it('gives its memory back: any number of models may come and go', () => {
    const out = new Float64Array(1);
    const random = new MersenneTwister(14);
    for (let model = 0; model < 5_000; model++) {
      kernels.decisionInto(randomSvm(random, 'poly', 1, 1), Float64Array.of(1), 1, out);
    }
    expect(out[0]).not.toBe(0);
  });
});

describe('a forest of small trees', () => {
  it.each([
    ['one lone leaf', [1]],
    ['lone leaves', [1, 1, 1]],
    ['stumps', [2, 2, 2, 2, 2]],
    ['trees of up to 32 leaves', [1, 2, 3, 4, 5, 6, 7, 8, 31, 32]],
    ['small trees and one that is not', [2, 3, 33, 2, 2, 2]],
    ['stumps and a very deep tree', [...new Array(600).fill(2), 4_000]],
  ])('gives the probabilities of the plain kernels, bit for bit: %s', (_, leaves) => {
    const random = new MersenneTwister(11);
    const trees = leaves.map((nLeaves) => treeOfLeaves(random, N_FEATURES, nLeaves));
    const forest = layOutForest(trees, N_FEATURES);
    const values = randomValues(random, 1_100 * N_FEATURES);
    // Some rows lie on thresholds.
    for (let at = 0; at < values.length; at += 7) {
      values[at] = trees[at % trees.length].threshold[0];
    }
    for (const nRows of [1, 7, 8, 9, 1_023, 1_024, 1_025, 1_100]) {
      const [out, plain] = [new Float64Array(nRows), new Float64Array(nRows)];
      kernels.meanLeafValueInto(forest, values, nRows, out);
      plainKernels.meanLeafValueInto(forest, values, nRows, plain);
      expect(out).toEqual(plain);
    }
  });
});

describe('a forest that wasm kernels of several threads share', () => {
  const random = new MersenneTwister(8);
  const forest = layOutForest(randomTrees(random, 30, 9), 9);
  const rows = randomValues(random, 20 * 9);
  const probabilitiesBy = (kernels: Kernels, sameForest: Forest) => {
    const out = new Float64Array(20);
    kernels.meanLeafValueInto(sameForest, rows, 20, out);
    return [...out];
  };
  const expected = probabilitiesBy(plainKernels, forest);

  it('is in memory once, and gives each the same probabilities', () => {
    const others = createWasmKernels(WASM_MODULE);
    const sameForest = { ...forest };
    others.join(sameForest, kernels.share(forest) as WebAssembly.Memory);
    expect(others.share(sameForest)).toBe(kernels.share(forest));
    expect(probabilitiesBy(others, sameForest)).toEqual(expected);
    expect(probabilitiesBy(kernels, forest)).toEqual(expected);
  });

  it('is made anew by threads for which it has no room', () => {
    const shared = kernels.share(forest) as WebAssembly.Memory;
    const joined = Array.from({ length: 1_100 }, () => {
      const others = createWasmKernels(WASM_MODULE);
      others.join(forest, shared);
      return others;
    });
    const last = joined[joined.length - 1];
    expect(probabilitiesBy(last, forest)).toEqual(expected);
    expect(last.share(forest)).not.toBe(shared);
    expect(joined[0].share(forest)).toBe(shared);
  });
});
