import { beforeAll, describe, expect, it } from 'vitest';
import type { Detector } from '../../src/model/detector.js';
import { loadCatalog } from '../../src/model/detector-store.js';
import { type Drift, driftOf, Population, populationOf } from '../../src/model/drift.js';
import { describeDrift } from '../../src/model/drift-text.js';
import { profileOf, withAnomalies } from '../../src/model/profile.js';
import { binRows, KEY_BYTES } from '../../src/model/row-bins.js';
import { SHIPPED_MODELS_FOLDER } from '../../src/package-paths.js';
import {
  ANOMALY,
  type Dataset,
  NORMAL,
  readDataset,
  takeRows,
} from '../../src/training/dataset.js';
import { scoresOf } from '../../src/training/evaluation.js';
import { MersenneTwister } from '../../src/training/mersenne-twister.js';
import { rowsOf, splitDataset } from '../../src/training/split.js';
import { DEFAULT_SEED } from '../../src/training/train.js';
import { forestOver } from '../support/sample-detectors.js';
import { hasSharedData, sharedPath } from '../support/shared-data.js';

const random = new MersenneTwister(7);
const uniform = () => random.nextUint32() / 2 ** 32;

describe('drift of synthetic rows', () => {
  /** An amount of many sizes, a count, a flag; scored by the first. */
  const population = (n: number, scale: number, flagged: number) =>
    Float64Array.from({ length: 3 * n }, (_, at) =>
      at % 3 === 0
        ? scale * Math.exp(4 * uniform())
        : at % 3 === 1
          ? random.nextBelow(5)
          : Number(uniform() < flagged),
    );
  const scoresFor = (rows: Float64Array) =>
    rows.filter((_, at) => at % 3 === 0).map((amount) => 40 - amount);
  const training = population(2_000, 1, 0.9);
  const features = ['amount', 'count', 'flag'].map((name) => ({ name }));
  const detector = forestOver('synthetic', features, {
    profile: profileOf(training, 2_000, 3, scoresFor(population(500, 1, 0.9))),
  });
  const drift = (rows: Float64Array): Drift =>
    driftOf(detector, populationOf(detector, rows, scoresFor(rows)));

  it('is none for rows of the same population, few or many', () => {
    for (const n of [1, 10, 100, 1_000, 10_000]) {
      expect(drift(population(n, 1, 0.9)).level).toBe('none');
    }
  });

  it('is seen within two hundred rows, and the features are named by how much they changed', () => {
    const { level, features, score } = drift(population(200, 5, 0.9));
    expect(level).toBe('much');
    expect(features.map(({ level }) => level)).toEqual(['much', 'none', 'none']);
    expect(features[0].name).toBe('amount');
    expect(score?.level).toBe('much');
  });

  it('is seen in a flag that turns, with the share of its values before and now', () => {
    const { features } = drift(population(1_000, 1, 0.2));
    expect(features[0]).toMatchObject({ name: 'flag', level: 'much' });
    expect(features[0].place).toBe('below 1');
    expect(features[0].share).toBeCloseTo(0.8, 1);
    expect(features[0].trainingShare).toBeCloseTo(0.1, 1);
  });

  it('is told in words', () => {
    const told = describeDrift(detector, drift(population(1_000, 5, 0.2)), 'these rows');
    expect(told).toMatch(/^These rows do not look like what the detector was trained on: /);
    expect(told).toMatch(/amount \(stability index \d+\.\d\d: \d+\.\d % above \d+/);
    expect(told).toMatch(/flag \(stability index \d+\.\d\d: \d+\.\d % below 1, \d+\.\d % before\)/);
  });

  it('is not told of few rows, however many copies of them there are', () => {
    const rows = population(150, 5, 0.2);
    const copies = Float64Array.from(
      { length: 40 * rows.length },
      (_, at) => rows[at % rows.length],
    );
    const { level, score, effectiveRows, rows: nRows } = drift(copies);
    expect({ level, score, nRows }).toEqual({ level: 'none', score: null, nRows: 6_000 });
    expect(effectiveRows).toBe(150);
    expect(describeDrift(detector, drift(copies), 'these rows')).toMatch(
      /^These rows are too few to compare .*: 6000, which count for 150; it takes 200/,
    );
  });

  it('is none where the same rows come as float32, constants and common values included', () => {
    const doubles = Float64Array.from({ length: 3 * 900 }, (_, at) =>
      at % 3 === 0 ? 14.62 : at % 3 === 1 ? 0.1 * random.nextBelow(14) : Math.exp(4 * uniform()),
    );
    const scores = doubles.filter((_, at) => at % 3 === 2).map((amount) => 5.1 - amount);
    const known = { ...detector, profile: profileOf(doubles, 900, 3, scores) };
    for (const rows of [
      Float64Array.from(Float32Array.from(doubles)),
      doubles.map((value) => value * (1 + Number.EPSILON)),
      doubles.map((value) => value * (1 - Number.EPSILON)),
    ]) {
      const rounded = rows.filter((_, at) => at % 3 === 2).map((amount) => 5.1 - amount);
      const { level, features, score } = driftOf(known, populationOf(known, rows, rounded));
      expect(level).toBe('none');
      for (const psi of [score?.psi, ...features.map((feature) => feature.psi)]) {
        expect(psi).toBeCloseTo(0, 12);
      }
    }
  });

  it('is none where labelled anomalies of the training come back beside normal rows', () => {
    const [normal, anomalies] = [population(900, 1, 0.9), population(300, 30, 0.1)];
    const base = profileOf(normal, 900, 3, scoresFor(normal));
    const known = {
      ...detector,
      profile: withAnomalies(base, 900, anomalies, scoresFor(anomalies)),
    };
    const levelOf = (rows: Float64Array) =>
      driftOf(known, populationOf(known, rows, scoresFor(rows))).level;
    const both = (nNormal: number, nAnomalies: number) =>
      Float64Array.of(...population(nNormal, 1, 0.9), ...population(nAnomalies, 30, 0.1));
    expect(levelOf(both(900, 0))).toBe('none');
    expect(levelOf(both(900, 100))).toBe('none');
    expect(levelOf(both(900, 300))).toBe('none');
    expect(levelOf(both(300, 900))).toBe('much');
    expect(levelOf(population(1_000, 5, 0.9))).toBe('much');
  });

  it('is the same whether rows are counted at once or in parts', () => {
    const rows = population(1_000, 2, 0.8);
    const scores = scoresFor(rows);
    const [all, first, second] = [1, 2, 3].map(() => new Population(detector));
    all.add(binRows(detector.profile, rows, scores), 1_000, 300);
    first.add(binRows(detector.profile, rows.subarray(0, 900), scores.subarray(0, 300)), 300, 100);
    second.add(binRows(detector.profile, rows.subarray(900), scores.subarray(300)), 700, 200);
    first.addAll(second);
    expect(driftOf(detector, first)).toEqual(driftOf(detector, all));
    expect(driftOf(detector, all).effectiveRows).toBe(1_000);
  });

  it('can be told from a few rows that stand for many', () => {
    const rows = population(5_000, 5, 0.9);
    const bins = binRows(detector.profile, rows, scoresFor(rows), { maxRows: 300 });
    expect(bins.length).toBeLessThanOrEqual(300 * (4 + KEY_BYTES));
    const few = new Population(detector);
    few.add(bins, 5_000, 0);
    expect(driftOf(detector, few)).toMatchObject({ level: 'much', rows: 295 });
  });

  it('without training data is told only where most rows are called anomalies', () => {
    const { profile: _, ...unknown } = detector;
    const verdicts = (nRows: number, nAnomalies: number) => {
      const population = new Population(unknown);
      population.add(new Uint8Array(0), nRows, nAnomalies);
      return driftOf(unknown, population);
    };
    expect(verdicts(1_000, 400).level).toBe('none');
    expect(verdicts(10, 10).level).toBe('none');
    const most = verdicts(1_000, 950);
    expect(most).toMatchObject({ level: 'much', score: null });
    expect(describeDrift(unknown, most, 'these rows')).toContain('95.0 % are called anomalies');
  });
});

describe.skipIf(!hasSharedData)('drift from the reference data', () => {
  const detectors = [...loadCatalog(SHIPPED_MODELS_FOLDER).values()];
  let dataset: Dataset;
  let normal: number[];
  beforeAll(async () => {
    dataset = await readDataset(sharedPath('data/supervised_dataset.csv'), detectors[0].encoder);
    normal = rowsOf(dataset, NORMAL, splitDataset(dataset, DEFAULT_SEED).test);
  });

  /** `n` rows of the dataset at `among`, drawn with repetition and changed. */
  function driftWhere(
    detector: Detector,
    among: readonly number[],
    n: number,
    change: (row: Float64Array) => void = () => {},
  ): Drift {
    const { nFeatures } = dataset;
    const values = Float64Array.from(dataset.values);
    for (const row of among) change(values.subarray(row * nFeatures, (row + 1) * nFeatures));
    const drawn = Int32Array.from({ length: n }, () => among[random.nextBelow(among.length)]);
    const changed = { ...dataset, values };
    return driftOf(
      detector,
      populationOf(detector, takeRows(changed, drawn), scoresOf(detector, changed, drawn)),
    );
  }

  it.each(detectors)('is none in normal rows that $name was not trained on', (detector) => {
    for (const n of [20, 100, 332, 1_000]) {
      const levels = Array.from({ length: 40 }, () => driftWhere(detector, normal, n).level);
      expect(levels).not.toContain('much');
      expect(levels.filter((level) => level === 'none').length).toBeGreaterThanOrEqual(38);
    }
  });

  it.each(detectors)('is seen where $name calls nearly all rows an anomaly', (detector) => {
    const { level, anomalies } = driftWhere(detector, rowsOf(dataset, ANOMALY), 1_000);
    expect(anomalies).toBeGreaterThan(0.9);
    expect(level).toBe('much');
  });

  const SHIFTS: [string, (row: Float64Array) => void][] = [
    [
      'five times as long between calls',
      (row) => {
        row[0] *= 5;
      },
    ],
    [
      'a tenth of the sessions and users',
      (row) => {
        row[4] = Math.ceil(row[4] / 10);
        row[5] = Math.ceil(row[5] / 10);
      },
    ],
    [
      'five times as long sequences',
      (row) => {
        row[2] *= 5;
      },
    ],
    [
      'other addresses',
      (row) => {
        row[7] = 0;
      },
    ],
  ];
  it.each(SHIFTS)('is seen within 1,000 rows of a population with %s', (_, change) => {
    for (const detector of detectors) {
      expect(driftWhere(detector, normal, 1_000, change).level).toBe('much');
    }
  });
});
