// How far a curve strays over several sets of rows: mean and standard deviation on a common grid.

export interface BandPoint {
  readonly x: number;
  readonly mean: number;
  /** Population standard deviation over the curves. */
  readonly deviation: number;
}

const N_STEPS = 100;

/** `curves`: each from x within 0 and 1 to y; at least one */
export function foldBand(curves: readonly ((x: number) => number)[]): BandPoint[] {
  return Array.from({ length: N_STEPS + 1 }, (_, step) => {
    const x = step / N_STEPS;
    return { x, ...meanAndDeviation(curves.map((curve) => curve(x))) };
  });
}

export function meanAndDeviation(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
}
