import { beforeAll, describe, expect, it } from 'vitest';
import { API_BEHAVIOUR_ENCODER } from '../../src/model/encoder.js';
import { ANOMALY, type Dataset, NORMAL, readDataset } from '../../src/training/dataset.js';
import { dealFolds, rowsOf, splitDataset } from '../../src/training/split.js';
import { labelledCsv } from '../support/labelled-csv.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const { write } = temporaryFolder();
let dataset: Dataset;
beforeAll(async () => {
  dataset = await readDataset(write('data.csv', labelledCsv(200, 100)), API_BEHAVIOUR_ENCODER);
});

const valuesAt = (row: number) => dataset.values.subarray(row * 9, (row + 1) * 9).join();

describe('the split', () => {
  it('puts every row on exactly one side', () => {
    const { train, test } = splitDataset(dataset, 42);
    const all = [...train, ...test].sort((a, b) => a - b);
    expect(all).toEqual([...dataset.labels.keys()]);
  });

  it('trains on 70 % of the normal rows and 20 % of the anomalies', () => {
    const { train } = splitDataset(dataset, 42);
    for (const [label, share] of [
      [NORMAL, 0.7],
      [ANOMALY, 0.2],
    ]) {
      const expected = rowsOf(dataset, label).length * share;
      expect(Math.abs(rowsOf(dataset, label, train).length - expected)).toBeLessThanOrEqual(2);
    }
  });

  it('keeps rows with equal values on one side', () => {
    const { train, test } = splitDataset(dataset, 42);
    const trained = new Set(Array.from(train, valuesAt));
    expect(new Set(Array.from(dataset.labels.keys(), valuesAt)).size).toBeLessThan(dataset.nRows);
    expect(Array.from(test, valuesAt).filter((values) => trained.has(values))).toEqual([]);
  });

  it('is the same for the same seed and another for another', () => {
    expect(splitDataset(dataset, 42)).toEqual(splitDataset(dataset, 42));
    expect(splitDataset(dataset, 42)).not.toEqual(splitDataset(dataset, 43));
  });
});

describe('the folds', () => {
  it('share the rows out evenly, equal rows together', () => {
    const rows = rowsOf(dataset, NORMAL);
    const folds = dealFolds(dataset, rows, 5, 7);
    expect(folds.flatMap((fold) => [...fold]).sort((a, b) => a - b)).toEqual(rows);
    const sizes = folds.map((fold) => fold.length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(2);
    const foldsByValues = new Map<string, Set<number>>();
    folds.forEach((fold, index) => {
      for (const row of fold) {
        const key = valuesAt(row);
        foldsByValues.set(key, (foldsByValues.get(key) ?? new Set()).add(index));
      }
    });
    expect([...foldsByValues.values()].every((indices) => indices.size === 1)).toBe(true);
  });
});
