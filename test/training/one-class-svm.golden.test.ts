import { beforeAll, describe, expect, it } from 'vitest';
import type { Kernels, OneClassSvm } from '../../native-free-kernels/contract.js';
import { ANOMALY } from '../../src/training/dataset.js';
import {
  DEFAULT_ONE_CLASS_SVM_OPTIONS,
  type OneClassSvmOptions,
  trainOneClassSvm,
} from '../../src/training/one-class-svm.js';
import { KERNEL_SETS } from '../support/kernel-sets.js';
import {
  type ReferenceName,
  type ReferenceSvms,
  readReferenceSvms,
} from '../support/reference-svms.js';
import { hasSharedData } from '../support/shared-data.js';
import { readTrainedSvms } from '../support/trained-svms.js';

describe('training on rows that scikit-learn was trained on', () => {
  const { nFeatures, rows, probes, svms } = readTrainedSvms();

  it.each(svms)('finds the support vectors and scores of scikit-learn: $title', (expected) => {
    const svm = trainOneClassSvm(rows, rows.length / nFeatures, nFeatures, expected.options);
    expect(svm.kernel).toEqual(expected.svm.kernel);
    expect(svm.supportVectors).toEqual(expected.svm.supportVectors);
    // Our linear kernel is not rounded to float32.
    const tolerance = svm.kernel.function === 'linear' ? 1e-6 : 1e-10;
    for (const kernels of KERNEL_SETS) {
      expectClose(decisionsOf(svm, probes, kernels), expected.decisions, tolerance);
    }
  });
});

describe.skipIf(!hasSharedData)('training on the labelled dataset (needs ../shared)', () => {
  const WELL_POSED = ['RBF, gamma auto', 'RBF, gamma scale', 'poly', 'sigmoid'] as const;
  let reference: ReferenceSvms;
  beforeAll(async () => {
    reference = await readReferenceSvms();
  });

  const train = (name: ReferenceName, options: OneClassSvmOptions = {}) => {
    const { nFeatures, normalRows, svms } = reference;
    const nRows = normalRows.length / nFeatures;
    return trainOneClassSvm(normalRows, nRows, nFeatures, { ...svms[name].options, ...options });
  };

  it.each(WELL_POSED)('gives the scores of scikit-learn at its tolerance of 1e-10: %s', (name) => {
    const { nSupport, decisions, confusion } = reference.svms[name];
    const svm = train(name);
    expect(svm.nSupport).toBe(nSupport);
    for (const kernels of KERNEL_SETS) {
      const out = decisionsOf(svm, reference.rows, kernels);
      expectClose(out, decisions, 1e-10);
      expect(confusionOf(out, reference.labels)).toEqual(confusion);
    }
  });

  it.each([
    ['RBF, gamma auto', 1e-6],
    ['RBF, gamma scale', 2e-6],
    ['sigmoid', 2e-6],
    // A cubic: rows far outside have scores of 10⁸ and more.
    ['poly', 2e-4],
  ] as const)('at the default tolerance, %s comes within %f of them', (name, bound) => {
    const { nSupport, decisions } = reference.svms[name];
    const svm = train(name, { tolerance: DEFAULT_ONE_CLASS_SVM_OPTIONS.tolerance });
    expect(svm.nSupport).toBe(nSupport);
    for (const kernels of KERNEL_SETS) {
      const out = decisionsOf(svm, reference.rows, kernels);
      expectClose(out, decisions, bound);
      const otherVerdicts = decisions.filter((decision, row) => decision > 0 !== out[row] > 0);
      expect(Math.max(0, ...otherVerdicts.map(Math.abs))).toBeLessThan(1e-6);
    }
  });

  it('finds no direction with a linear kernel, where scikit-learn finds rounding errors', () => {
    // Scaled normal rows surround the origin, so that 0 is the only solution. The reference is what
    // libsvm makes of kernel values in float32, after some 10⁹ steps: below their rounding error.
    const { rows, svms } = reference;
    const svm = train('linear');
    const outs = KERNEL_SETS.map((kernels) => decisionsOf(svm, rows, kernels));
    const ROUNDING = 2 ** -24;
    magnitudesOf(svm, rows).forEach((magnitude, row) => {
      for (const out of outs) expect(Math.abs(out[row])).toBeLessThan(1e-12 * magnitude);
      expect(Math.abs(svms.linear.decisions[row])).toBeLessThan(ROUNDING * magnitude);
    });
  });
});

function decisionsOf(svm: OneClassSvm, rows: Float64Array, kernels: Kernels): Float64Array {
  const out = new Float64Array(rows.length / svm.nFeatures);
  kernels.decisionInto(svm, rows, out.length, out);
  return out;
}

/** Σ αᵢ |x·svᵢ| of each row: what a linear decision is the small rest of. */
function magnitudesOf(svm: OneClassSvm, rows: Float64Array): Float64Array {
  const { nFeatures, nSupport, supportVectors, coefficients } = svm;
  return new Float64Array(rows.length / nFeatures).map((_, row) => {
    let magnitude = 0;
    for (let i = 0; i < nSupport; i++) {
      let product = 0;
      for (let feature = 0; feature < nFeatures; feature++) {
        product += rows[row * nFeatures + feature] * supportVectors[i * nFeatures + feature];
      }
      magnitude += coefficients[i] * Math.abs(product);
    }
    return magnitude;
  });
}

/** Relative above 1, absolute below. */
function expectClose(actual: Float64Array, expected: readonly number[], tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i] - value)).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(value)),
    );
  });
}

function confusionOf(decisions: Float64Array, labels: Int8Array): number[][] {
  const confusion = [
    [0, 0],
    [0, 0],
  ];
  decisions.forEach((decision, row) => {
    confusion[labels[row] === ANOMALY ? 0 : 1][decision > 0 ? 1 : 0]++;
  });
  return confusion;
}
