// One value's share in a distribution that its quantiles describe, in scikit-learn's order of operations
// (_transform_col in sklearn/preprocessing/_data.py, over numpy.interp).

/**
 * 0 to 1. `quantiles`: ascending from `start` on, `nQuantiles` of them, at the shares i / (nQuantiles − 1); at
 * least 2.
 */
export function quantileShare(
  quantiles: Float64Array,
  start: number,
  nQuantiles: number,
  value: number,
): number {
  const last = start + nQuantiles - 1;
  if (value <= quantiles[start]) return 0;
  if (value >= quantiles[last]) return 1;

  // The last quantile that is not above the value.
  let low = start;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (quantiles[middle] <= value) low = middle;
    else high = middle;
  }
  const step = 1 / (nQuantiles - 1);
  const share = (low - start) * step;
  const shareAbove = high === last ? 1 : (high - start) * step;
  const floor = quantiles[low];
  if (floor < value) {
    // Up from the quantile below and down from that above: the mean of both.
    const slope = (shareAbove - share) / (quantiles[high] - floor);
    return (
      0.5 * (slope * (value - floor) + share - (slope * (quantiles[high] - value) - shareAbove))
    );
  }
  // On a quantile, which may have equals: the middle of their shares.
  let first = low;
  while (quantiles[first - 1] === value) first--;
  return 0.5 * (share + (first - start) * step);
}
