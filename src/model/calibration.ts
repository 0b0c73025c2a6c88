// How a detector's threshold was set on rows that are known to be normal, and what other thresholds would do.
import * as v from 'valibot';

const share = (description: string) =>
  v.pipe(v.number(), v.minValue(0), v.maxValue(1), v.description(description));
const threshold = v.pipe(v.number(), v.finite('a finite number'));

export const MOST_CURVE_POINTS = 64;

export const Calibration = v.strictObject({
  calibrator: v.pipe(v.string(), v.description('Program and version')),
  data: v.strictObject({
    file: v.pipe(v.string(), v.description('File name without its folder')),
    sha256: v.pipe(
      v.string(),
      v.description("SHA-256 of the file's bytes; of several files, of their hashes"),
    ),
  }),
  rows: v.pipe(
    v.number(),
    v.integer('a whole number'),
    v.minValue(1),
    v.description('Normal rows, or sessions, that set the threshold; none of them trained'),
  ),
  distinctRows: v.exactOptional(
    v.pipe(
      v.number(),
      v.integer('a whole number'),
      v.minValue(1),
      v.description('Different ones among them, where some are equal; the interval counts these'),
    ),
  ),
  unit: v.exactOptional(
    v.pipe(
      v.literal('session'),
      v.description(
        'Where sessions were counted rather than rows: one is called an anomaly if any of its behaviours is',
      ),
    ),
  ),
  targetFalsePositiveRate: share('Share of normal rows or sessions that may be called anomalies'),
  falsePositiveRate: share('Share of those that set the threshold that are called anomalies'),
  interval: v.pipe(
    v.strictObject({ low: share('Lowest'), high: share('Highest') }),
    v.description('In which the rate for others of their kind lies, with 95 % confidence'),
  ),
  previousThreshold: v.pipe(threshold, v.description('Before the calibration')),
  curve: v.pipe(
    v.array(
      v.strictObject({ threshold, falsePositiveRate: share('Of those that set the threshold') }),
    ),
    v.maxLength(MOST_CURVE_POINTS),
    v.description('Other thresholds, ascending, and what they would do'),
  ),
});

/** Fewer different rows, or sessions, than this say little about a rate. */
const MIN_DISTINCT_ROWS = 30;

/** A sentence about a rate that rests on equal or too few rows; undefined where it does not. */
export function calibrationCaveat(
  calibration: Pick<Calibration, 'rows' | 'distinctRows' | 'unit'>,
): string | undefined {
  const { rows, distinctRows = rows } = calibration;
  const unit = calibration.unit ?? 'row';
  const isFew = distinctRows < MIN_DISTINCT_ROWS;
  if (distinctRows === rows && !isFew) return undefined;
  const different = `${distinctRows} different ${distinctRows === 1 ? unit : `${unit}s`}`;
  const what =
    distinctRows === rows
      ? `The rate rests on ${different}`
      : `The ${rows} ${unit}s are copies of ${different}, which the interval counts`;
  return isFew ? `${what}: too few to rely on the rate.` : `${what}.`;
}

export type Calibration = v.InferOutput<typeof Calibration>;
