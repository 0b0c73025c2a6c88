// Which rows train and which ones judge. Rows with equal values stay on one side, so that nothing that training saw
// comes back in the evaluation. Only groups of equal rows that are a large part of a class stand on all sides, in
// proportion: on one side alone they would leave training without the commonest behaviour, or the judges with little else.
import { ANOMALY, type Dataset, NORMAL } from './dataset.js';
import { equalRows } from './equal-rows.js';
import { MersenneTwister } from './mersenne-twister.js';

/** Share of the rows of each class that train; the rest evaluate. */
const TRAINING_SHARE = [
  { label: NORMAL, share: 0.7 },
  { label: ANOMALY, share: 0.2 },
] as const;

/** Row indices, ascending. */
export interface Split {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** The split of `dataset` that belongs to `seed`, a whole number from 0 to 2³² − 1. */
export function splitDataset(dataset: Dataset, seed: number): Split {
  const random = new MersenneTwister(seed);
  let train: number[] = [];
  let test: number[] = [];
  for (const { label, share } of TRAINING_SHARE) {
    const [trains, tests] = divide(dataset, rowsOf(dataset, label), share, random);
    train = train.concat(trains);
    test = test.concat(tests);
  }
  return { train: ascending(train), test: ascending(test) };
}

/** What is held out of a training file, cut in two: one part sets a threshold, the other judges what came of it. */
export interface HeldOut {
  /** Normal rows alone. */
  readonly calibration: Int32Array;
  readonly test: Int32Array;
}

/** The cut of `test`, of the split that belongs to `seed`: half of its normal rows calibrate. */
export function cutHeldOut(dataset: Dataset, { test }: Split, seed: number): HeldOut {
  const [calibration, judging] = dealFolds(dataset, rowsOf(dataset, NORMAL, test), 2, seed);
  return { calibration, test: ascending([...judging, ...rowsOf(dataset, ANOMALY, test)]) };
}

/** Groups of more equal rows than this share of all, and than `MAX_WHOLE_GROUP`, are divided. */
const MAX_GROUP_SHARE = 0.02;
const MAX_WHOLE_GROUP = 2;

/**
 * `rows` in two parts. The first has `share` of them, to within 2 % of the rows or one row. Equal rows stay together
 * unless their group is larger than that: then it is divided in the same proportion.
 */
export function divide(
  dataset: Dataset,
  rows: readonly number[],
  share: number,
  random: MersenneTwister,
): [number[], number[]] {
  const first: number[] = [];
  const second: number[] = [];
  const nFirst = Math.round(rows.length * share);
  const { large, small } = bySize(shuffledGroups(dataset, rows, random), rows.length);
  let nDivided = 0;
  for (const group of large) {
    nDivided += group.length;
    const end = Math.round(nDivided * share) - first.length;
    first.push(...group.slice(0, end));
    second.push(...group.slice(end));
  }
  for (const group of small) {
    const side = first.length + group.length <= nFirst ? first : second;
    side.push(...group);
  }
  return [first, second];
}

function bySize(groups: readonly number[][], nRows: number) {
  const maxWhole = Math.max(MAX_WHOLE_GROUP, MAX_GROUP_SHARE * nRows);
  return {
    large: groups.filter((group) => group.length > maxWhole),
    small: groups.filter((group) => group.length <= maxWhole),
  };
}

/** A `share` of the `rows` of either class, as `divide` takes it; ascending. */
export function drawn(
  dataset: Dataset,
  rows: Int32Array,
  share: number,
  random: MersenneTwister,
): Int32Array {
  const taken = [NORMAL, ANOMALY].map(
    (label) => divide(dataset, rowsOf(dataset, label, rows), share, random)[0],
  );
  return ascending(taken.flat());
}

/** `rows` dealt into `nFolds` parts of equal size, to within 2 % of the rows or one row; equal rows as `divide` has them. */
export function dealFolds(
  dataset: Dataset,
  rows: readonly number[],
  nFolds: number,
  seed: number,
): Int32Array[] {
  const folds: number[][] = Array.from({ length: nFolds }, () => []);
  const groups = shuffledGroups(dataset, rows, new MersenneTwister(seed));
  const { large, small } = bySize(groups, rows.length);
  large.flat().forEach((row, i) => {
    folds[i % nFolds].push(row);
  });
  for (const group of small) {
    const smallest = folds.reduce((least, fold) => (fold.length < least.length ? fold : least));
    smallest.push(...group);
  }
  return folds.map(ascending);
}

export function rowsOf({ labels }: Dataset, label: number, among?: Int32Array): number[] {
  const indices = among ?? labels.keys();
  return [...indices].filter((row) => labels[row] === label);
}

/** Groups of rows with equal values, in random order. */
function shuffledGroups(
  dataset: Dataset,
  rows: readonly number[],
  random: MersenneTwister,
): number[][] {
  const groups = equalRows(dataset, rows);
  for (let last = groups.length - 1; last > 0; last--) {
    const other = random.nextBelow(last + 1);
    [groups[last], groups[other]] = [groups[other], groups[last]];
  }
  return groups;
}

function ascending(rows: readonly number[]): Int32Array {
  return Int32Array.from(rows).sort();
}
