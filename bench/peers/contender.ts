// One way to score a workload's rows, how it is timed, and the check of its answers before that.
import { performance } from 'node:perf_hooks';
import type { Workload } from './workload.js';

export interface Contender {
  /** How far a score may be off, in units of what is added up for it. */
  readonly tolerance: number;
  /** Scores of all rows, or labels (1 normal, −1 anomaly) where there are no scores. */
  answers(): Answers | Promise<Answers>;
  /** Rows/s over about `durationMs`. */
  rate(durationMs: number): number | Promise<number>;
  close?(): void;
}

export type Answers =
  | { readonly scores: ArrayLike<number> }
  | { readonly labels: ArrayLike<number> };

export interface Agreement {
  readonly tolerance: number;
  /** In the same units; undefined where only labels are replied. */
  readonly largestDifference: number | undefined;
  /** Rows whose label differs, all of them within the tolerance of the border. */
  readonly otherLabels: number;
}

/**
 * Compares answers with the scores of the plain kernels.
 * Throws at a score beyond the tolerance, and at a label that it does not explain.
 */
export function checkAnswers(
  answers: Answers,
  expected: Float64Array,
  tolerance: number,
  unit: number,
): Agreement {
  const values = 'scores' in answers ? answers.scores : answers.labels;
  if (values.length !== expected.length) {
    throw new Error(`${values.length} answers, expected ${expected.length}`);
  }
  let largestDifference = 0;
  let otherLabels = 0;
  for (let row = 0; row < expected.length; row++) {
    const difference = 'scores' in answers ? Math.abs(values[row] - expected[row]) / unit : 0;
    largestDifference = Math.max(largestDifference, difference);
    const otherLabel = values[row] > 0 !== expected[row] > 0;
    if (otherLabel) otherLabels++;
    const unexplained = otherLabel && Math.abs(expected[row]) / unit > tolerance;
    if (!(difference <= tolerance) || unexplained) {
      const what = 'scores' in answers ? 'score' : 'label';
      const wanted = `expected ${expected[row]} within ${tolerance * unit}`;
      throw new Error(`${what} of row ${row}: ${values[row]}, ${wanted}`);
    }
  }
  return {
    tolerance,
    largestDifference: 'scores' in answers ? largestDifference : undefined,
    otherLabels,
  };
}

/** What is added up for a score: coefficients and intercept, or shares of trees. */
export function scoreUnit({ model }: Workload): number {
  if (model.type === 'forest') return 1;
  return model.svm.coefficients.reduce((sum, value) => sum + value, Math.abs(model.svm.intercept));
}

/** The rows of each call, in turn. */
export function callsOf(
  { rows, rowsPerCall }: Pick<Workload, 'rows' | 'rowsPerCall'>,
  nRows: number,
) {
  const nValues = (rows.length / nRows) * rowsPerCall;
  return Array.from({ length: nRows / rowsPerCall }, (_, call) =>
    rows.subarray(call * nValues, (call + 1) * nValues),
  );
}

/** Rows/s of `score`, which scores all `nRows` rows of a workload. */
export function rateOf(score: () => void, nRows: number, durationMs: number): number {
  const startMs = performance.now();
  let elapsedMs = 0;
  let passes = 0;
  while (elapsedMs < durationMs) {
    score();
    passes++;
    elapsedMs = performance.now() - startMs;
  }
  return (passes * nRows * 1_000) / elapsedMs;
}

/** The same for what answers later; a call that waits for none must not pay for a promise. */
export async function rateOfAsync(
  score: () => Promise<void>,
  nRows: number,
  durationMs: number,
): Promise<number> {
  const startMs = performance.now();
  let elapsedMs = 0;
  let passes = 0;
  while (elapsedMs < durationMs) {
    await score();
    passes++;
    elapsedMs = performance.now() - startMs;
  }
  return (passes * nRows * 1_000) / elapsedMs;
}
