import { describe, expect, it } from 'vitest';
import { ANOMALY, type Dataset, NORMAL } from '../../src/training/dataset.js';
import { countDistinct, equalRows, seenRows } from '../../src/training/equal-rows.js';
import { renderModelCard } from '../../src/training/model-card.js';
import { hybrid } from '../../src/training/recipes/hybrid.js';
import { ocsvm } from '../../src/training/recipes/ocsvm.js';
import type { Settings } from '../../src/training/settings.js';
import { cutHeldOut, dealFolds, rowsOf, splitDataset } from '../../src/training/split.js';
import { trainDetector } from '../../src/training/train.js';
import { readFixture } from '../support/fixture.js';
import { rejectedWith } from '../support/rejected-with.js';

interface Spread {
  readonly mean: number;
  readonly lowest: number;
  readonly highest: number;
}

interface EqualRows {
  readonly normal: number;
  readonly common: readonly number[];
  readonly others: readonly (readonly number[])[];
  readonly anomalies: readonly (readonly number[])[];
  readonly cases: readonly {
    readonly name: string;
    readonly equal: number;
    readonly falsePositiveRate: Spread;
    readonly recall: Spread;
  }[];
}

const fixture = readFixture<EqualRows>('equal-rows.json');
const SEEDS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

function datasetOf(nEqual: number, nNormal = fixture.normal): Dataset {
  const { common, others, anomalies } = fixture;
  const normal = [
    ...Array.from({ length: nEqual }, () => common),
    ...others.slice(0, nNormal - nEqual),
  ];
  const rows = [...normal, ...anomalies];
  return {
    file: 'rows.csv',
    sha256: '',
    nRows: rows.length,
    nFeatures: common.length,
    values: Float64Array.from(rows.flat()),
    labels: Int8Array.from(rows, (_, row) => (row < normal.length ? NORMAL : ANOMALY)),
    droppedRows: 0,
  };
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe.each(fixture.cases)(
  'where $name of the normal rows are equal',
  ({ equal, ...expected }) => {
    const dataset = datasetOf(equal);

    it('a One-Class SVM is as good as scikit-learn’s on a plain split', async () => {
      const settings: Settings = { nu: 0.01 };
      const rates = await Promise.all(
        SEEDS.map(async (seed) => {
          const { detector } = await trainDetector(ocsvm, dataset, seed, { settings, workers: 1 });
          return detector.metrics;
        }),
      );
      const { mean: rate, lowest, highest } = expected.falsePositiveRate;
      const found = rates.map(({ falsePositiveRate }) => falsePositiveRate ?? Number.NaN);
      expect(Math.abs(mean(found) - rate)).toBeLessThanOrEqual(0.03);
      for (const one of found) {
        expect(one).toBeLessThanOrEqual(highest + 0.03);
        expect(one).toBeGreaterThanOrEqual(lowest - 0.03);
      }
      for (const { recall } of rates) {
        expect(recall).toBeGreaterThanOrEqual(expected.recall.mean - 0.05);
      }
    });

    it('a target rate is kept by most rows, and leaves the recall', async () => {
      for (const seed of SEEDS.slice(0, 3)) {
        const { detector } = await trainDetector(ocsvm, dataset, seed, {
          settings: { nu: 0.01 },
          targetFalsePositiveRate: 0.05,
          workers: 1,
        });
        expect(detector.metrics.recall).toBeGreaterThanOrEqual(0.95);
        expect(detector.metrics.falsePositiveRate).toBeLessThanOrEqual(0.15);
        const { rows, distinctRows } = detector.calibration ?? {};
        expect(distinctRows).toBeLessThan(rows ?? 0);
      }
    });

    it('a forest tells the classes apart, and its figures say which rows are copies', async () => {
      const trained = await trainDetector(hybrid, dataset, 0, {
        settings: { trees: 10 },
        workers: 1,
      });
      const { metrics } = trained.detector;
      expect(metrics.recall).toBeGreaterThanOrEqual(0.95);
      expect(metrics.falsePositiveRate).toBeLessThanOrEqual(0.03);
      const { copies } = metrics;
      expect(copies).toMatchObject({ rows: Math.floor(equal * 0.3), distinct: 1 });
      const { unseen } = copies ?? {};
      expect((unseen?.trueNegatives ?? 0) + (unseen?.falsePositives ?? 0)).toBe(
        180 - Math.floor(equal * 0.3),
      );
      expect(renderModelCard(hybrid, trained)).toContain(
        `${Math.floor(equal * 0.3)} of these rows are copies of 1 row that trained`,
      );
    });

    it.each(SEEDS)(
      'split, calibration and folds of seed %d keep the shares of the classes',
      (seed) => {
        const split = splitDataset(dataset, seed);
        const normal = rowsOf(dataset, NORMAL);
        const isClose = (part: number, whole: number, share: number) =>
          Math.abs(part - whole * share) <= Math.max(1, 0.02 * whole);
        expect(isClose(rowsOf(dataset, NORMAL, split.train).length, 600, 0.7)).toBe(true);
        expect(isClose(rowsOf(dataset, ANOMALY, split.train).length, 150, 0.2)).toBe(true);
        const heldOut = rowsOf(dataset, NORMAL, split.test);
        const { calibration, test } = cutHeldOut(dataset, split, seed);
        expect(isClose(calibration.length, heldOut.length, 0.5)).toBe(true);
        expect(
          [...calibration, ...rowsOf(dataset, NORMAL, test)].toSorted((a, b) => a - b),
        ).toEqual(heldOut);
        for (const fold of dealFolds(dataset, normal, 5, seed)) {
          expect(isClose(fold.length, 600, 0.2)).toBe(true);
        }
      },
    );
  },
);

describe('a class of groups of any sizes', () => {
  it.each(SEEDS)('keeps its share on both sides, and small groups whole (seed %d)', (seed) => {
    const sizes = [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 2, 3, 1, 1, 40, 7].map(
      (size, i) => 1 + ((size * (seed + 3) + i) % 90),
    );
    const rows = sizes.flatMap((size, group) => Array.from({ length: size }, () => group));
    const dataset: Dataset = {
      file: 'groups.csv',
      sha256: '',
      nRows: rows.length,
      nFeatures: 1,
      values: Float64Array.from(rows),
      labels: new Int8Array(rows.length).fill(NORMAL),
      droppedRows: 0,
    };
    const { train, test } = splitDataset(dataset, seed);
    const tolerance = Math.max(1, 0.02 * rows.length);
    expect(Math.abs(train.length - 0.7 * rows.length)).toBeLessThanOrEqual(tolerance);
    for (const group of equalRows(dataset, rows.keys())) {
      const nTrain = group.filter((row) => train.includes(row)).length;
      expect(group.filter((row) => test.includes(row))).toHaveLength(group.length - nTrain);
      if (group.length <= tolerance) expect([0, group.length]).toContain(nTrain);
      else expect(Math.abs(nTrain - 0.7 * group.length)).toBeLessThanOrEqual(1);
    }
  });
});

describe('rows that trained and judge', () => {
  const dataset = datasetOf(100, 120);

  it('are counted with the different ones among them', () => {
    expect(countDistinct(dataset, [0, 1, 2, 100, 101])).toBe(3);
    const seen = seenRows(dataset, Int32Array.of(0, 100), Int32Array.of(1, 2, 101));
    expect(seen?.copies).toEqual({ rows: 2, distinct: 1 });
    expect([...(seen?.unseen ?? [])]).toEqual([101]);
  });

  it('are nothing to tell of where no value stands on both sides', () => {
    expect(seenRows(dataset, Int32Array.of(100), Int32Array.of(101, 102))).toBeUndefined();
  });
});

it('normal rows that are all equal do not train', async () => {
  const message = await rejectedWith('bad-data-file', () =>
    trainDetector(ocsvm, datasetOf(600), 0, { workers: 1 }),
  );
  expect(message).toMatch(/^rows\.csv: all 600 normal rows are equal/);
});

it('a rate that rests on few different rows says so', async () => {
  const { detector } = await trainDetector(ocsvm, datasetOf(570), 0, {
    targetFalsePositiveRate: 0.05,
    workers: 1,
  });
  const { calibration } = detector;
  expect(calibration?.distinctRows).toBeLessThan(30);
  const card = renderModelCard(ocsvm, { detector, settings: {}, candidates: undefined });
  expect(card).toContain('too few to rely on the rate');
  const width = (calibration?.interval.high ?? 0) - (calibration?.interval.low ?? 0);
  expect(width).toBeGreaterThan(0.2);
});
