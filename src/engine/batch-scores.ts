// What callers of the library give to the engine and get from it: batches or matrices, and their scores.
import { AnomalyPredictorError } from '../errors.js';
import type { Detector } from '../model/detector.js';
import type { Explanation } from '../model/explanation.js';
import { type Batch, type Rows, readBatch } from '../model/rows.js';
import { type Prediction, predictionsOf } from '../model/verdict.js';
import type { MatrixResults } from './matrix.js';

/** Scores of a batch; all arrays have one element per row. */
export interface BatchScores {
  readonly model: string;
  readonly version: string;
  readonly count: number;
  readonly predictions: readonly Prediction[];
  /** Higher is more normal; above 0 is normal. */
  readonly scores: Float64Array;
  /** 0 to 1, higher is worse; 0.5 or more is an anomaly. */
  readonly risks: Float64Array;
}

/** Scores of a batch, and what every feature contributes to each. */
export interface ExplainedScores extends BatchScores {
  readonly explanation: Explanation;
}

export function batchScores(
  { name, version }: Detector,
  { scores, risks }: MatrixResults,
): BatchScores {
  const predictions = predictionsOf(scores);
  return { model: name, version, count: scores.length, predictions, scores, risks };
}

/** A matrix must hold whole rows; throws what `readBatch` throws too. */
export function rowsOf(detector: Detector, batch: Batch | Float64Array): Rows {
  return batch instanceof Float64Array
    ? matrixRows(detector, batch)
    : readBatch(detector.schema, batch, Number.POSITIVE_INFINITY);
}

function matrixRows({ schema }: Detector, values: Float64Array): Rows {
  const nFeatures = schema.features.length;
  if (values.length % nFeatures !== 0) {
    throw new AnomalyPredictorError(
      'malformed-body',
      `the matrix has ${values.length} values, expected a multiple of ${nFeatures}`,
      { value: values.length },
    );
  }
  return { nRows: values.length / nFeatures, values };
}
