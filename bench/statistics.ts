// Summaries of repeated measurements.

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Of at least one value. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted(ascending);
  return { median: quantile(sorted, 0.5), min: sorted[0], max: sorted[sorted.length - 1] };
}

/** Median and 99th percentile of at least one value. */
export function centreAndTail(values: readonly number[]): { median: number; p99: number } {
  const sorted = values.toSorted(ascending);
  return { median: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
}

/** Of measurements of the same rounds. */
export function ratios(of: readonly number[], over: readonly number[]): number[] {
  return of.map((value, round) => value / over[round]);
}

/** Interpolated between the neighbours. */
function quantile(sorted: readonly number[], fraction: number): number {
  const place = fraction * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.ceil(place);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

function ascending(a: number, b: number): number {
  return a - b;
}
