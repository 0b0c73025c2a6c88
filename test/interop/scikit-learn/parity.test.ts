import { beforeAll, describe, expect, it } from 'vitest';
import type { Detector } from '../../../src/model/detector.js';
import { isAnomaly } from '../../../src/model/verdict.js';
import { KERNEL_SETS } from '../../support/kernel-sets.js';
import { importCase, SCIKIT_LEARN, scoresOf } from '../../support/scikit-learn-models.js';

const TOLERANCE = { 'one-class-svm': 1e-10, forest: 1e-12, 'isolation-forest': 1e-12 } as const;

describe.each(SCIKIT_LEARN.cases)('$file', (each) => {
  let detector: Detector;
  beforeAll(async () => {
    detector = await importCase(each);
  });

  it.each(KERNEL_SETS)('scores and labels as scikit-learn does, in $name kernels', (kernels) => {
    const scores = scoresOf(detector, kernels);
    const { type } = detector.model;
    // Of a classifier the fixture has P(anomaly), and a score is P(normal) − P(anomaly).
    const comparable = type === 'forest' ? scores.map((score) => (1 - score) / 2) : scores;
    const differences = each.scores.map(
      (expected, row) => Math.abs(comparable[row] - expected) / Math.max(1, Math.abs(expected)),
    );
    expect(Math.max(...differences)).toBeLessThan(TOLERANCE[type]);
    expect([...scores.keys()].filter((row) => isAnomaly(scores[row]))).toEqual(each.anomalies);
  });
});
