// Precision, recall and F1 of both classes, as scikit-learn's classification_report.
import type { Rates } from '../../model/metrics.js';

export interface ClassScores {
  readonly name: string;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  /** Rows. */
  readonly support: number;
}

export interface ClassReport {
  /** The classes, their mean, and their mean weighted by rows. */
  readonly lines: readonly ClassScores[];
  readonly accuracy: number;
}

/** `metrics`: of at least one row. What would divide by 0 is null, and so is a mean over it. */
export function classReport(metrics: Rates): ClassReport {
  const { truePositives, falseNegatives, falsePositives, trueNegatives } = metrics;
  const anomalies = scoresOf('anomalies', truePositives, falsePositives, falseNegatives);
  const normal = scoresOf('normal rows', trueNegatives, falseNegatives, falsePositives);
  const total = anomalies.support + normal.support;
  const average = (name: string, weights: readonly [number, number]): ClassScores => {
    const mean = (of: (scores: ClassScores) => number | null) => {
      const [ofAnomalies, ofNormal] = [of(anomalies), of(normal)];
      return ofAnomalies === null || ofNormal === null
        ? null
        : (weights[0] * ofAnomalies + weights[1] * ofNormal) / (weights[0] + weights[1]);
    };
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

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
