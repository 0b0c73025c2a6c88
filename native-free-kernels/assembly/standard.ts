// (x − mean) / scale in place, two values per register; it divides, so that the bits are the plain kernels'.

/** Bytes of two values. */
const PAIR_BYTES: usize = 16;

/**
 * Scales `nPairs` pairs of rows. A pair of rows is whole registers, whatever its number of features;
 * `means` and `scales` hold theirs twice, `pairBytes` each.
 */
export function scalePairs(
  rows: usize,
  nPairs: i32,
  means: usize,
  scales: usize,
  pairBytes: usize,
): void {
  for (; nPairs > 0; nPairs--) {
    for (let at: usize = 0; at < pairBytes; at += PAIR_BYTES) {
      const difference = f64x2.sub(v128.load(rows + at), v128.load(means + at));
      v128.store(rows + at, f64x2.div(difference, v128.load(scales + at)));
    }
    rows += pairBytes;
  }
}
