// Every feature sorted once for a whole forest. Nodes then sort small integers instead of floats:
// the trees of scikit-learn depend on the order of distinct values only, not on that of equal ones.

/** All matrices are [nFeatures × nRows], one feature after the other, in memory that threads share. */
export interface FeatureOrder {
  readonly nRows: number;
  readonly nFeatures: number;
  /** Values in float32, ascending: trees are grown on float32 (sklearn/tree/_tree.pyx). */
  readonly sortedValue: Float32Array;
  /** Row of each sorted value. */
  readonly sortedRow: Int32Array;
  /** Place of each row among the sorted values: sortedRow[placeOf[row]] = row. */
  readonly placeOf: Int32Array;
}

/** @param rows [nRows × nFeatures] row-major, finite also in float32 */
export function orderFeatures(rows: Float64Array, nRows: number, nFeatures: number): FeatureOrder {
  const sortedValue = new Float32Array(new SharedArrayBuffer(4 * nFeatures * nRows));
  const sortedRow = new Int32Array(new SharedArrayBuffer(4 * nFeatures * nRows));
  const placeOf = new Int32Array(new SharedArrayBuffer(4 * nFeatures * nRows));
  const column = new Float32Array(nRows);
  for (let feature = 0; feature < nFeatures; feature++) {
    const start = feature * nRows;
    for (let row = 0; row < nRows; row++) column[row] = rows[row * nFeatures + feature];
    const order = sortedRow.subarray(start, start + nRows);
    for (let row = 0; row < nRows; row++) order[row] = row;
    order.sort((a, b) => column[a] - column[b]);
    for (let place = 0; place < nRows; place++) {
      sortedValue[start + place] = column[order[place]];
      placeOf[start + order[place]] = place;
    }
  }
  return { nRows, nFeatures, sortedValue, sortedRow, placeOf };
}
