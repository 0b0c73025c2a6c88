import { describe, expect, it } from 'vitest';
import { ANOMALY, NORMAL } from '../../src/training/dataset.js';
import { evaluateBoth } from '../../src/training/evaluation.js';
import { checkScoring, scoreBy } from '../../src/training/scoring.js';
import { thrownBy } from '../support/thrown-by.js';

// From the lowest score: an anomaly, a tie of both classes, an anomaly, normal rows.
const SCORES = Float64Array.of(-3, -2, -2, -1, 0.5, 1, 2);
const LABELS = Int8Array.of(ANOMALY, ANOMALY, NORMAL, ANOMALY, NORMAL, NORMAL, NORMAL);

const scored = (scoring: string) => scoreBy(scoring, SCORES, LABELS, evaluateBoth(SCORES, LABELS));

describe('the recall at a false positive rate', () => {
  it.each([
    [0, 1 / 3],
    [0.24, 1 / 3],
    [0.25, 1],
    [1, 1],
  ])('of %d is that of the best threshold with no more false alarms', (rate, recall) => {
    expect(scored(`recall_at_fpr=${rate}`)).toBe(recall);
  });
});

describe('a scoring', () => {
  it('is a metric by its name in scikit-learn', () => {
    const { f1, rocAuc, averagePrecision } = evaluateBoth(SCORES, LABELS);
    expect(['f1', 'roc_auc', 'average_precision'].map(scored)).toEqual([
      f1,
      rocAuc,
      averagePrecision,
    ]);
  });

  it.each(['accuracy', 'recall_at_fpr', 'recall_at_fpr=2', 'toString'])('is not %s', (name) => {
    expect(thrownBy(() => checkScoring(name)).tag).toBe('bad-option');
  });
});
