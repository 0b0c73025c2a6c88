// The way from Fortran order (first axis fastest) to C order (last axis fastest).

/** For each element in C order, where it stands in Fortran order: [product of shape]. */
export function rowMajorSources(shape: readonly number[]): Uint32Array {
  const strides: number[] = [];
  let nElements = 1;
  for (const length of shape) {
    strides.push(nElements);
    nElements *= length;
  }
  const sources = new Uint32Array(nElements);
  const position = shape.map(() => 0);
  let source = 0;
  for (let target = 0; target < nElements; target++) {
    sources[target] = source;
    // Counts up, the last axis first.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      source += strides[axis];
      if (++position[axis] < shape[axis]) break;
      source -= strides[axis] * shape[axis];
      position[axis] = 0;
    }
  }
  return sources;
}
