// Rows with equal values: how many there are, and which of those that judge were seen in training.
import type { CopyCounts } from '../model/metrics.js';
import type { Dataset } from './dataset.js';

type Rows = Pick<Dataset, 'values' | 'nFeatures'>;

/** Groups of the `rows` with equal values, in the order of their first rows. */
export function equalRows(dataset: Rows, rows: Iterable<number>): number[][] {
  const groupByValues = new Map<string, number[]>();
  for (const row of rows) {
    const key = valuesOf(dataset, row);
    const group = groupByValues.get(key);
    if (group === undefined) groupByValues.set(key, [row]);
    else group.push(row);
  }
  return [...groupByValues.values()];
}

/** The number of different rows among `rows`. */
export function countDistinct(dataset: Rows, rows: Iterable<number>): number {
  return equalRows(dataset, rows).length;
}

export interface SeenRows {
  /** Rows that judge and have the values of a row that trained. */
  readonly copies: CopyCounts;
  /** The other rows that judge. */
  readonly unseen: Int32Array;
}

/** Tells the rows of `judge` apart by whether `train` has a row of the same values; undefined where it has none. */
export function seenRows(
  dataset: Rows,
  train: Int32Array,
  judge: Int32Array,
): SeenRows | undefined {
  const trained = new Set(Array.from(train, (row) => valuesOf(dataset, row)));
  const isSeen = (row: number) => trained.has(valuesOf(dataset, row));
  const seen = judge.filter(isSeen);
  if (seen.length === 0) return undefined;
  return {
    copies: { rows: seen.length, distinct: countDistinct(dataset, seen) },
    unseen: judge.filter((row) => !isSeen(row)),
  };
}

function valuesOf({ values, nFeatures }: Rows, row: number): string {
  return values.subarray(row * nFeatures, (row + 1) * nFeatures).join();
}
