// Which rows train and which ones judge. Rows that are alike stay on one side, so that nothing that
// training saw comes back in the evaluation.
import { ANOMALY, type Dataset, NORMAL } from './dataset.js';
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

/** `rows` in two parts, of which the first has about `share` of them, alike rows together. */
export function divide(
  dataset: Dataset,
  rows: readonly number[],
  share: number,
  random: MersenneTwister,
): [number[], number[]] {
  const first: number[] = [];
  const second: number[] = [];
  const nFirst = Math.round(rows.length * share);
  for (const group of shuffledGroups(dataset, rows, random)) {
    const side = first.length + group.length <= nFirst ? first : second;
    side.push(...group);
  }
  return [first, second];
}

/** About a `share` of the `rows` of either class, alike rows together; ascending. */
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

/** `rows` dealt into `nFolds` parts of about equal size, alike rows together. */
export function dealFolds(
  dataset: Dataset,
  rows: readonly number[],
  nFolds: number,
  seed: number,
): Int32Array[] {
  const folds: number[][] = Array.from({ length: nFolds }, () => []);
  for (const group of shuffledGroups(dataset, rows, new MersenneTwister(seed))) {
    const smallest = folds.reduce((least, fold) => (fold.length < least.length ? fold : least));
    smallest.push(...group);
  }
  return folds.map(ascending);
}

export function rowsOf({ labels }: Dataset, label: number, among?: Int32Array): number[] {
  const indices = among ?? labels.keys();
  return [...indices].filter((row) => labels[row] === label);
}

/** Rows with equal values form a group; the groups come in random order. */
function shuffledGroups(
  { values, nFeatures }: Dataset,
  rows: readonly number[],
  random: MersenneTwister,
): number[][] {
  const groupByValues = new Map<string, number[]>();
  for (const row of rows) {
    const key = values.subarray(row * nFeatures, (row + 1) * nFeatures).join();
    const group = groupByValues.get(key);
    if (group === undefined) groupByValues.set(key, [row]);
    else group.push(row);
  }
  const groups = [...groupByValues.values()];
  for (let last = groups.length - 1; last > 0; last--) {
    const other = random.nextBelow(last + 1);
    [groups[last], groups[other]] = [groups[other], groups[last]];
  }
  return groups;
}

function ascending(rows: readonly number[]): Int32Array {
  return Int32Array.from(rows).sort();
}
