// Precision, recall and F1 of both classes, as scikit-learn's classification_report.
import type { Metrics } from '../../model/metrics.js';

export interface ClassScores {
  readonly name: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Rows. */
  readonly support: number;
}

export interface ClassReport {
  /** The classes, their mean, and their mean weighted by rows. */
  readonly lines: readonly ClassScores[];
  readonly accuracy: number;
}

/** `metrics`: of at least one row. What would divide by 0 is 0. */
export function classReport(metrics: Metrics): ClassReport {
  const { truePositives, falseNegatives, falsePositives, trueNegatives } = metrics;
  const anomalies = scoresOf('anomalies', truePositives, falsePositives, falseNegatives);
  const normal = scoresOf('normal rows', trueNegatives, falseNegatives, falsePositives);
  const total = anomalies.support + normal.support;
  const average = (name: string, weights: readonly [number, number]): ClassScores => {
    const mean = (of: (scores: ClassScores) => number) =>
      (weights[0] * of(anomalies) + weights[1] * of(normal)) / (weights[0] + weights[1]);
    return {
      name,
      precision: mean(({ precision }) => precision),
      recall: mean(({ recall }) => recall),
      f1: mean(({ f1 }) => f1),
      support: total,
    };
  };
  return {
    lines: [
      anomalies,
      normal,
      average('mean of the classes', [1, 1]),
      average('mean weighted by rows', [anomalies.support, normal.support]),
    ],
    accuracy: (truePositives + trueNegatives) / total,
  };
}

function scoresOf(name: string, hits: number, falseHits: number, misses: number): ClassScores {
  return {
    name,
    precision: share(hits, hits + falseHits),
    recall: share(hits, hits + misses),
    f1: share(2 * hits, 2 * hits + falseHits + misses),
    support: hits + misses,
  };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
