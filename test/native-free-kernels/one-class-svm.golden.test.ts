import { describe, expect, it } from 'vitest';
import { KERNEL_SETS } from '../support/kernel-sets.js';
import { readTrainedSvms } from '../support/trained-svms.js';

describe.each(KERNEL_SETS)("scikit-learn's own support vectors in $name kernels", (kernels) => {
  const { nFeatures, probes, svms } = readTrainedSvms();

  it.each(svms)('give the scores of its decision_function: $title', ({ svm, decisions }) => {
    const out = new Float64Array(probes.length / nFeatures);
    kernels.decisionInto(svm, probes, out.length, out);
    expect(decisions.length).toBe(out.length);
    decisions.forEach((decision, i) => {
      expect(Math.abs(out[i] - decision)).toBeLessThanOrEqual(
        1e-12 * Math.max(1, Math.abs(decision)),
      );
    });
  });
});
