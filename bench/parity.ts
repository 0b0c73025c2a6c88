// Before anything is timed: every way to a score must give the same score, to the last bit.

/** One way that was checked. */
export interface Parity {
  readonly way: string;
  readonly rows: number;
}

/** Throws unless `actual` has the values of `expected`. */
export function checkEqual(
  way: string,
  what: string,
  actual: ArrayLike<unknown>,
  expected: ArrayLike<unknown>,
): void {
  if (actual.length !== expected.length) {
    throw new Error(`${way}: ${actual.length} ${what}, expected ${expected.length}`);
  }
  for (let row = 0; row < expected.length; row++) {
    if (!Object.is(actual[row], expected[row])) {
      throw new Error(`${way}: ${what} of row ${row}: ${actual[row]}, expected ${expected[row]}`);
    }
  }
}
