// Sum in the order of numpy (numpy/core/src/umath/loops_utils.h.src): rounding errors grow with
// log n instead of n, and training statistics agree with scikit-learn's to the last bit.

const LONGEST_DIRECT_SUM = 128;

/** Σ values[i] for start ≤ i < end. */
export function pairwiseSum(values: Float64Array, start = 0, end = values.length): number {
  const n = end - start;
  if (n > LONGEST_DIRECT_SUM) {
    const half = start + (n >> 4) * 8;
    return pairwiseSum(values, start, half) + pairwiseSum(values, half, end);
  }
  let sum = 0;
  let i = start;
  if (n >= 8) {
    const lanes = values.slice(start, start + 8);
    for (i = start + 8; i + 8 <= end; i += 8) {
      for (let lane = 0; lane < 8; lane++) lanes[lane] += values[i + lane];
    }
    sum = lanes[0] + lanes[1] + (lanes[2] + lanes[3]);
    sum += lanes[4] + lanes[5] + (lanes[6] + lanes[7]);
  }
  for (; i < end; i++) sum += values[i];
  return sum;
}
