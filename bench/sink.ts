// Where measured work leaves its results, so that no compiler may drop it.

let sum = 0;

export function sink(value: number): void {
  sum += value;
}

/** Reported with the figures. */
export function sunk(): number {
  return sum;
}
