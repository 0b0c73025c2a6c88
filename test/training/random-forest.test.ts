import { describe, expect, it } from 'vitest';
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import { layOutForest } from '../../src/model/forest-layout.js';
import { MersenneTwister } from '../../src/training/mersenne-twister.js';
import { type RandomForestOptions, trainRandomForest } from '../../src/training/random-forest.js';
import { readFixture } from '../support/fixture.js';
import { thrownBy } from '../support/thrown-by.js';
import { type TreeLists, treeLists } from '../support/trees.js';

interface ForestFixture {
  readonly title: string;
  readonly options: Omit<RandomForestOptions, 'seed'>;
  readonly seed: number;
  readonly nFeatures: number;
  readonly rows: readonly number[];
  readonly labels: readonly number[];
  readonly trees: readonly TreeLists[];
}

describe('training a random forest', () => {
  it.each(readFixture<ForestFixture[]>('random-forest.json'))(
    'grows the trees of scikit-learn 1.2.1 on $title',
    ({ options, seed, nFeatures, rows, labels, trees }) => {
      const forest = trainRandomForest(
        Float64Array.from(rows),
        Int8Array.from(labels),
        labels.length,
        nFeatures,
        { ...options, nTrees: trees.length, seed },
      );
      expect(forest.map(treeLists)).toEqual(trees);
    },
  );

  it('grows the same forest for the same seed, another for another', () => {
    const grow = (seed: number) => trainExample({ nTrees: 3, seed }).map(treeLists);
    expect(grow(7)).toEqual(grow(7));
    expect(grow(8)).not.toEqual(grow(7));
  });

  it('grows 100 trees unless told otherwise', () => {
    expect(trainExample({ seed: 1 })).toHaveLength(100);
  });

  it('tells anomalies from normal behaviour that it was not trained on', () => {
    const forest = layOutForest(trainExample({ seed: 3 }), N_FEATURES);
    const out = new Float64Array(2);
    plainKernels.meanLeafValueInto(forest, Float64Array.of(0.1, 0.5, 0.9, 0.5), 2, out);
    expect(out[0]).toBeLessThan(0.1);
    expect(out[1]).toBeGreaterThan(0.9);
  });

  it('leaves rows and labels as they were', () => {
    const { rows, labels } = example();
    trainRandomForest(rows, labels, labels.length, N_FEATURES, { nTrees: 2, seed: 1 });
    expect({ rows, labels }).toEqual(example());
  });
});

describe('what no forest can be trained with', () => {
  it.each([
    [{ nTrees: 0, seed: 1 }, 'nTrees', '0'],
    [{ nTrees: 2.5, seed: 1 }, 'nTrees', '2.5'],
    [{ nTrees: Number.NaN, seed: 1 }, 'nTrees', 'NaN'],
    [{ maxDepth: 0, seed: 1 }, 'maxDepth', '0'],
    [{ minLeaf: 0, seed: 1 }, 'minLeaf', '0'],
    [{ maxFeatures: 3, seed: 1 }, 'maxFeatures', '3'],
    [{ maxFeatures: 0, seed: 1 }, 'maxFeatures', '0'],
    [{ classWeight: -1, seed: 1 }, 'classWeight', '-1'],
    [{ seed: -1 }, 'seed', '-1'],
    [{ seed: 2 ** 32 }, 'seed', '4294967296'],
    [{ seed: 0.5 }, 'seed', '0.5'],
  ])('refuses the options %o', (options, field, value) => {
    const error = thrownBy(() => trainExample(options));
    expect(error.tag).toBe('bad-option');
    expect(error.fields).toEqual({ field, value });
    expect(error.message).toContain(`"${field}"`);
    expect(error.message).toContain(`got ${value}`);
  });

  it.each([
    { label: 1, got: '3 normal and 0 anomalous' },
    { label: -1, got: '0 normal and 3 anomalous' },
  ])('refuses labels that are all $label', ({ label, got }) => {
    const error = thrownBy(() => trainOn([1, 2, 3], [label, label, label]));
    expect(error.tag).toBe('bad-data-file');
    expect(error.message).toContain(got);
  });

  it('refuses an empty table', () => {
    expect(thrownBy(() => trainOn([], [])).message).toContain('got 0 normal and 0 anomalous');
  });

  it('refuses a label that is neither normal nor anomaly', () => {
    const error = thrownBy(() => trainOn([1, 2, 3], [1, 0, -1]));
    expect(error.tag).toBe('bad-data-file');
    expect(error.message).toBe('row 1: label expected 1 or -1, got 0');
    expect(error.fields).toEqual({ row: 1, value: '0' });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1e39])('refuses the value %s', (value) => {
    const error = thrownBy(() => trainOn([1, 2, value], [1, -1, -1]));
    expect(error.tag).toBe('bad-data-file');
    expect(error.message).toBe(`row 2: feature 0 expected a number within float32, got ${value}`);
  });
});

const N_FEATURES = 2;

/** Shuffled rows of two features; anomalies have the first above 0.6. */
function example(): { rows: Float64Array; labels: Int8Array } {
  const random = new MersenneTwister(5);
  const rows = Float64Array.from({ length: 200 * N_FEATURES }, () => random.nextBelow(1000) / 1000);
  const labels = Int8Array.from({ length: 200 }, (_, row) =>
    rows[row * N_FEATURES] > 0.6 ? -1 : 1,
  );
  return { rows, labels };
}

function trainExample(options: RandomForestOptions) {
  const { rows, labels } = example();
  return trainRandomForest(rows, labels, labels.length, N_FEATURES, options);
}

function trainOn(values: readonly number[], labels: readonly number[]) {
  const { length } = labels;
  return trainRandomForest(Float64Array.from(values), Int8Array.from(labels), length, 1, {
    seed: 1,
  });
}
