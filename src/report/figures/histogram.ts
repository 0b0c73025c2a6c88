// Counts of values in bins.
import { percentile } from '../../training/percentile.js';

/** Bin `i` goes from `edges[i]` up to `edges[i + 1]`; the outermost bins also hold what lies beyond. */
export interface Bins {
  /** Ascending, at least two. */
  readonly edges: readonly number[];
  readonly isLogarithmic: boolean;
}

const N_BINS = 30;
/** Heavy tails: the highest hundredth lies so many times as far out as the median. */
const HEAVY_TAIL = 20;
const TAIL_SHARE = 0.01;

/**
 * Bins of equal width, or of equal ratio where the values have a heavy tail and none is below 0. Bins of whole numbers
 * end halfway between two, so that each of equal width holds as many.
 */
export function binsFor(values: Float64Array): Bins {
  const bins = binsOfAny(values);
  return values.every(Number.isInteger) ? aroundWhole(bins) : bins;
}

function aroundWhole({ edges, isLogarithmic }: Bins): Bins {
  const first = Math.round(edges[0]);
  const end = Math.round(edges[edges.length - 1]) + 1;
  if (isLogarithmic) {
    const ends = edges.slice(1, -1).map((edge) => Math.ceil(edge));
    const whole = [...new Set([first, ...ends.filter((edge) => edge > first), end])];
    return { edges: whole.map((edge) => edge - 0.5), isLogarithmic };
  }
  const width = Math.ceil((end - first) / N_BINS);
  const nBins = Math.ceil((end - first) / width);
  const at = (bin: number) => first - 0.5 + bin * width;
  return { edges: Array.from({ length: nBins + 1 }, (_, bin) => at(bin)), isLogarithmic };
}

function binsOfAny(values: Float64Array): Bins {
  const positive = values.filter((value) => value > 0);
  const isLogarithmic =
    positive.length > 0 &&
    values.every((value) => value >= 0) &&
    percentile(values, 1 - TAIL_SHARE) > HEAVY_TAIL * percentile(positive, 0.5);
  if (!isLogarithmic) {
    return linearBins(percentile(values, TAIL_SHARE), percentile(values, 1 - TAIL_SHARE));
  }
  const low = percentile(positive, TAIL_SHARE);
  const high = percentile(positive, 1);
  return {
    edges: edges((share) => low * (high / low) ** share),
    isLogarithmic,
  };
}

export function linearBins(low: number, high: number): Bins {
  const end = high > low ? high : low + 1;
  return { edges: edges((share) => low + share * (end - low)), isLogarithmic: false };
}

/** Share of `values` in each bin; zeros where there are no values. */
export function histogram(values: Float64Array, { edges }: Bins): number[] {
  const counts = new Array<number>(edges.length - 1).fill(0);
  for (const value of values) {
    let bin = 0;
    while (bin < counts.length - 1 && value >= edges[bin + 1]) bin++;
    counts[bin]++;
  }
  return counts.map((count) => (values.length === 0 ? 0 : count / values.length));
}

function edges(at: (share: number) => number): number[] {
  return Array.from({ length: N_BINS + 1 }, (_, i) => at(i / N_BINS));
}
