// A matrix of rows to the scores of its rows and, where they are asked for, to their explanations: in the calling
// thread, or by parts on workers, which write into the same memory.
import type { Detector } from '../model/detector.js';
import { type Contributions, explainInto } from '../model/explanation.js';
import { checkFinite } from '../model/rows.js';
import type { Scorer } from '../model/scorer.js';

/** What becomes of a matrix; arrays have an element per row unless they say otherwise. */
export interface MatrixResults {
  readonly scores: Float64Array;
  readonly risks: Float64Array;
  /** Undefined where only scores are asked for. */
  readonly explanation: Contributions | undefined;
}

/** Memory for `length` numbers. */
export type Take = (length: number) => Float64Array;

export const takeOwn: Take = (length) => new Float64Array(length);

export function emptyScores(nRows: number, take: Take): Omit<MatrixResults, 'explanation'> {
  return { scores: take(nRows), risks: take(nRows) };
}

export function emptyContributions(nRows: number, nFeatures: number, take: Take): Contributions {
  return {
    contributions: take(nRows * nFeatures),
    errors: take(nRows * nFeatures),
    baseline: take(1),
  };
}

export function arraysOf({ scores, risks, explanation }: MatrixResults): Float64Array[] {
  return [scores, risks, ...(explanation === undefined ? [] : Object.values(explanation))];
}

/** The same with each array replaced by what `change` makes of it. */
export function mapResults(
  { scores, risks, explanation }: MatrixResults,
  change: (values: Float64Array) => Float64Array,
): MatrixResults {
  return {
    scores: change(scores),
    risks: change(risks),
    explanation: explanation && {
      contributions: change(explanation.contributions),
      errors: change(explanation.errors),
      baseline: change(explanation.baseline),
    },
  };
}

/**
 * Scores and explains rows [firstRow … firstRow + nRows) of `rows` into the same rows of `results`.
 * @throws AnomalyPredictorError `invalid-field` for a number that is not finite
 */
export function scoreMatrix(
  scorer: Scorer,
  detector: Detector,
  rows: Float64Array,
  firstRow: number,
  nRows: number,
  { scores, risks, explanation }: MatrixResults,
): void {
  const nFeatures = detector.schema.features.length;
  const partOf = (values: Float64Array, perRow: number) =>
    values.subarray(firstRow * perRow, (firstRow + nRows) * perRow);
  const part = partOf(rows, nFeatures);
  checkFinite(detector.schema, part, firstRow);
  scorer.scoreInto(detector, part, nRows, partOf(scores, 1), partOf(risks, 1));
  if (explanation === undefined) return;
  explainInto(scorer, detector, part, nRows, {
    contributions: partOf(explanation.contributions, nFeatures),
    errors: partOf(explanation.errors, nFeatures),
    baseline: explanation.baseline,
  });
}
