// How far the share that was counted in a sample may be from the true one.

/** Deviations of a normal distribution on either side of which 2.5 % lie. */
const Z = 1.959963984540054;

/** The 95 % interval of the share of which `count` in `n` were seen, by Wilson (1927); n at least 1. */
export function binomialInterval(count: number, n: number): { low: number; high: number } {
  const share = count / n;
  const centre = share + Z ** 2 / (2 * n);
  const reach = Z * Math.sqrt((share * (1 - share)) / n + Z ** 2 / (4 * n ** 2));
  const scale = 1 + Z ** 2 / n;
  return {
    low: Math.max(0, (centre - reach) / scale),
    high: Math.min(1, (centre + reach) / scale),
  };
}
