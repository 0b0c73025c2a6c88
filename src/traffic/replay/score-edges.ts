// The thresholds for which a replay counts: fixed before the first call, so that one pass in constant memory is exact for
// each of them, whatever the detector's scores are like.

const LEAST_POWER = -4;
const MOST_POWER = 2;

/**
 * Every number of two digits from 0.0001 to 990 and its negative, 0, and `thresholds`: ascending, each once.
 */
export function scoreEdges(thresholds: readonly number[]): Float64Array {
  const edges = new Set([0, ...thresholds]);
  for (let power = LEAST_POWER; power <= MOST_POWER; power++) {
    for (let digits = 10; digits < 100; digits++) {
      // From its text, so that it is the number that a user types.
      const edge = Number(`${digits}e${power - 1}`);
      edges.add(edge).add(-edge);
    }
  }
  return Float64Array.from(edges).sort();
}

/** Index of the lowest edge that calls `score` an anomaly; as many as there are edges where none does. */
export function edgeOf(edges: Float64Array, score: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (score <= edges[middle]) high = middle;
    else low = middle + 1;
  }
  return low;
}
