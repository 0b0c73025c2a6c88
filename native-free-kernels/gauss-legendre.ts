// Gauss–Legendre quadrature on 0 … 1: n points integrate every polynomial of a degree below 2n exactly.

export interface Quadrature {
  /** [n] within 0 and 1, ascending */
  readonly points: Float64Array;
  /** [n] positive; they sum to 1 */
  readonly weights: Float64Array;
}

const NEWTON_STEPS = 10;

/** The roots of the Legendre polynomial by Newton's method, from Tricomi's first guess. */
export function gaussLegendre(n: number): Quadrature {
  const points = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let x = -Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    for (let step = 0; step < NEWTON_STEPS; step++) {
      const { value, slope } = legendre(n, x);
      x -= value / slope;
    }
    const { slope } = legendre(n, x);
    points[i] = (1 + x) / 2;
    weights[i] = 1 / ((1 - x * x) * slope * slope);
  }
  return { points, weights };
}

/** Pₙ(x) and its derivative, by the three-term recurrence; −1 < x < 1. */
function legendre(n: number, x: number): { value: number; slope: number } {
  let before = 0;
  let value = 1;
  for (let degree = 1; degree <= n; degree++) {
    const next = ((2 * degree - 1) * x * value - (degree - 1) * before) / degree;
    before = value;
    value = next;
  }
  return { value, slope: (n * (x * value - before)) / (x * x - 1) };
}
