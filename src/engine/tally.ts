// What is counted of the rows that a job scored with one detector.
import { performance } from 'node:perf_hooks';
import type { Detector } from '../model/detector.js';
import { binRows } from '../model/row-bins.js';
import { isAnomaly } from '../model/verdict.js';
import type { Tally } from './job.js';

/** Of one job: enough to see another population in a batch of 1,000. */
const MOST_ROWS_BINNED = 250;
/** A value takes 0.02 µs, and more where it is counted: of a busy thread less than a hundredth (Node 20). */
const VALUES_PER_MS = 100;
/** What a thread that had nothing to do may take at once. */
const MOST_VALUES = 20_000;
/** Jobs that a thread that has taken too much lets go by: looking at the clock costs single rows more than binning. */
const JOBS_LET_GO = 16;

/**
 * At low rates all rows are binned, at high ones some of them.
 *
 * @param values [nRows × nFeatures] row-major, unscaled
 * @param scores [nRows]
 * @param skipped rows that were not scored
 */
export function tallyOf(
  { name, profile, schema }: Detector,
  values: Float64Array,
  scores: Float64Array,
  skipped?: ReadonlyMap<number, unknown>,
): Tally {
  const nRows = scores.length;
  let anomaly = 0;
  for (let row = 0; row < nRows; row++) if (isAnomaly(scores[row])) anomaly++;
  if (skipped !== undefined) {
    for (const row of skipped.keys()) if (isAnomaly(scores[row])) anomaly--;
  }
  const mostRows =
    profile === undefined ? 0 : takeRows(Math.min(nRows, MOST_ROWS_BINNED), schema.features.length);
  return {
    model: name,
    normal: nRows - (skipped?.size ?? 0) - anomaly,
    anomaly,
    bins: binRows(profile, values, scores, { maxRows: mostRows, skipped }),
  };
}

/** Of this thread. */
let valuesLeft = MOST_VALUES;
let refilledMs = performance.now();
let jobsToLetGo = 0;

/** How many of `mostRows` may be binned now. */
function takeRows(mostRows: number, nFeatures: number): number {
  if (jobsToLetGo > 0) {
    jobsToLetGo--;
    return 0;
  }
  const nowMs = performance.now();
  valuesLeft = Math.min(MOST_VALUES, valuesLeft + (nowMs - refilledMs) * VALUES_PER_MS);
  refilledMs = nowMs;
  const rows = Math.min(mostRows, Math.floor(valuesLeft / (nFeatures + 1)));
  valuesLeft -= rows * (nFeatures + 1);
  if (rows < mostRows) jobsToLetGo = JOBS_LET_GO;
  return rows;
}
