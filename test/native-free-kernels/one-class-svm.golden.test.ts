import { describe, expect, it } from 'vitest';
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import { readTrainedSvms } from '../support/trained-svms.js';

describe("a One-Class SVM with scikit-learn's own support vectors", () => {
  const { nFeatures, probes, svms } = readTrainedSvms();

  it.each(svms)('gives the scores of its decision_function: $title', ({ svm, decisions }) => {
    const out = new Float64Array(probes.length / nFeatures);
    plainKernels.decisionInto(svm, probes, out.length, out);
    expect(decisions.length).toBe(out.length);
    decisions.forEach((decision, i) => {
      expect(Math.abs(out[i] - decision)).toBeLessThanOrEqual(
        1e-12 * Math.max(1, Math.abs(decision)),
      );
    });
  });
});
