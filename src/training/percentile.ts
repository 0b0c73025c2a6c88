// Percentiles as numpy.percentile gives them by default: linear between the two nearest values.

/**
 * The value below which a `share` of `values` lies.
 *
 * @param values at least one, finite, in any order; read-only
 * @param share 0 to 1
 */
export function percentile(values: Float64Array, share: number): number {
  return percentileOfSorted(values.toSorted(), share);
}

/** The same of `sorted`, which ascends. */
export function percentileOfSorted(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below];
  const high = sorted[Math.min(below + 1, sorted.length - 1)];
  const step = place - below;
  // From the nearer end, as NumPy does: equal ends give their own value, to its last bit.
  return step < 0.5 ? low + (high - low) * step : high - (high - low) * (1 - step);
}
