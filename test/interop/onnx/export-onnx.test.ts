import { describe, expect, it } from 'vitest';
import { makeBehaviours } from '../../../bench/rows.js';
import {
  KERNEL_FUNCTIONS,
  type KernelFunction,
  NORMS,
  type Transform,
} from '../../../native-free-kernels/contract.js';
import { exportOnnx } from '../../../src/interop/onnx/export-onnx.js';
import { importOnnx } from '../../../src/interop/onnx/import-onnx.js';
import type { Detector, Model } from '../../../src/model/detector.js';
import { assembleDetector } from '../../../src/model/detector-file.js';
import { loadCatalog } from '../../../src/model/detector-store.js';
import { API_BEHAVIOUR_ENCODER } from '../../../src/model/encoder.js';
import { layOutForest } from '../../../src/model/forest-layout.js';
import { API_BEHAVIOUR_SCHEMA } from '../../../src/model/schema.js';
import { Scorer, type ScoringParts } from '../../../src/model/scorer.js';
import { SHIPPED_MODELS_FOLDER } from '../../../src/package-paths.js';
import { readDataset } from '../../../src/training/dataset.js';
import { MersenneTwister } from '../../../src/training/mersenne-twister.js';
import { hybrid } from '../../../src/training/recipes/hybrid.js';
import { ocsvm } from '../../../src/training/recipes/ocsvm.js';
import type { Recipe } from '../../../src/training/recipes/recipe.js';
import type { Settings } from '../../../src/training/settings.js';
import { trainDetector } from '../../../src/training/train.js';
import {
  randomScaler,
  randomSvm,
  randomTrees,
  randomValues,
} from '../../native-free-kernels/random-models.js';
import { wasmKernels } from '../../support/kernel-sets.js';
import { labelledCsv } from '../../support/labelled-csv.js';
import { hasOnnxRuntime, runOnnx } from '../../support/onnx-runtime.js';
import {
  sampleForest,
  sampleIsolationForest,
  sampleOneClassSvm,
} from '../../support/sample-detectors.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { thrownBy } from '../../support/thrown-by.js';

const N_FEATURES = API_BEHAVIOUR_SCHEMA.features.length;
const N_ROWS = 100_000;
const FLOAT32_ERROR = 2 ** -22;

const random = new MersenneTwister(11);
const toRange = {
  type: 'min-max',
  nFeatures: N_FEATURES,
  factor: new Float64Array(N_FEATURES).fill(0.3),
  offset: new Float64Array(N_FEATURES).fill(0.1),
} as const;
const scaling: readonly (readonly [title: string, transform: Transform])[] = [
  ['scaling', randomScaler(random, N_FEATURES)],
  ['scaling to a range', { ...toRange, lowest: -Infinity, highest: Infinity }],
  ['scaling and clipping to a range', { ...toRange, lowest: -0.5, highest: 0.75 }],
  ...NORMS.map((norm): readonly [string, Transform] => [
    `dividing by the ${norm} norm`,
    { type: 'normalize', nFeatures: N_FEATURES, norm },
  ]),
  [
    'scaling in float32',
    {
      type: 'float32',
      nFeatures: N_FEATURES,
      offset: randomValues(random, N_FEATURES).map(Math.fround),
      factor: randomValues(random, N_FEATURES).map((value) => Math.fround(value + 4)),
    },
  ],
  [
    'the logarithm of some features',
    { type: 'log1p', nFeatures: N_FEATURES, columns: Int32Array.of(0, 3, 4, 8) },
  ],
  ...[2, 3, 50, 1_000].map((nQuantiles): readonly [string, Transform] => [
    `the shares of some features among ${nQuantiles} quantiles`,
    quantileMap(Int32Array.of(1, 3, 5, 6, 7), nQuantiles),
  ]),
];

/** Usual behaviours, with every second one pulled apart so that about half are anomalies. */
const BEHAVIOURS = makeBehaviours(N_ROWS, 5).map((value, at) =>
  Math.floor(at / N_FEATURES) % 2 === 0 ? value : value * 10 ** (((at * 7) % 5) - 2),
);
/** Half of the values are multiples of 1/4, as half of the thresholds. */
const ROUND_ROWS = randomValues(random, N_ROWS * N_FEATURES);
const FEWER_ROWS = ROUND_ROWS.subarray(0, 20_000 * N_FEATURES);

const LOG_OF_USERS = { transform: 'quantile', 'transform.num_users': 'log1p' };
const data = temporaryFolder().write('data.csv', labelledCsv(900, 200));
const dataset = await readDataset(data, API_BEHAVIOUR_ENCODER);

async function trained(recipe: Recipe, settings: Settings): Promise<Detector> {
  return (await trainDetector(recipe, dataset, 5, { settings, force: true })).detector;
}

type Case = readonly [title: string, detector: Detector, rows: Float64Array];

const CASES: readonly Case[] = [
  ...[...loadCatalog(SHIPPED_MODELS_FOLDER).values()].map(
    (detector): Case => [`the shipped ${detector.name}`, detector, BEHAVIOURS],
  ),
  ['a machine trained on logarithms', await trained(ocsvm, { transform: 'log1p' }), BEHAVIOURS],
  ['a machine trained on those of units', await trained(ocsvm, { transform: 'log' }), BEHAVIOURS],
  ['a machine trained on shares', await trained(ocsvm, { transform: 'quantile' }), BEHAVIOURS],
  ['a forest trained on both', await trained(hybrid, LOG_OF_USERS), BEHAVIOURS],
  ...KERNEL_FUNCTIONS.map(
    (name): Case => [`a machine with kernel ${name}`, machine(name, []), ROUND_ROWS],
  ),
  [
    'a machine behind every transform',
    machine(
      'linear',
      scaling.map(([, transform]) => transform),
    ),
    ROUND_ROWS,
  ],
  ...scaling.map(
    ([title, transform]): Case => [`a forest behind ${title}`, forest([transform]), FEWER_ROWS],
  ),
  ['stumps whose votes are tied', votes(0), ROUND_ROWS],
  ['stumps whose tied votes are normal', votes(-(2 ** -53)), ROUND_ROWS],
  ['an isolation forest', isolation(-0.5), ROUND_ROWS],
  ['an isolation forest with contamination', isolation(-0.47), ROUND_ROWS],
];

describe.each(CASES)('%s as ONNX', (_, detector, rows) => {
  const bytes = exportOnnx(detector);
  const expected = scoresOf(detector, rows);

  it.skipIf(!hasOnnxRuntime)('has the same labels in onnxruntime', async () => {
    const { label, score } = await runOnnx(bytes, rows, N_FEATURES, 'float64', ['label', 'score']);
    expect(differencesOf(expected, Float64Array.from(label, Number))).toEqual([]);
    const largest = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 1);
    for (let row = 0; row < expected.length; row++) {
      const difference = Math.abs(Number(score[row]) - expected[row]);
      if (!(difference <= FLOAT32_ERROR * largest)) expect.fail(`row ${row}: ${difference}`);
    }
    expect(score).toHaveLength(expected.length);
  });

  it('is imported again with the same labels', () => {
    const imported = importOnnx(bytes);
    expect(differencesOf(expected, scoresOf(imported, rows))).toEqual([]);
    expect(imported.featureNames).toEqual(detector.schema.features.map(({ name }) => name));
  });
});

describe.each([
  ['forest', forest([])],
  ['isolation forest', isolation(-0.5)],
  ['machine with kernel rbf', machine('rbf', [])],
  ['machine with kernel linear', machine('linear', [])],
])('bounds of a %s as ONNX', (_, { version: _v, bytes: _b, ...parts }) => {
  const high = Float64Array.of(0.5, Infinity, 1, 0.3, 2, 1, 1, 1, 1);
  const low = Float64Array.of(-2, -1, -Infinity, -1, -1, -1, -1, -1, -1);
  const detector = assembleDetector({ ...parts, bounds: { low, high } });
  const expected = scoresOf(detector, ROUND_ROWS);
  const bytes = exportOnnx(detector);

  it.skipIf(!hasOnnxRuntime)('make the same anomalies in onnxruntime', async () => {
    const { label, score } = await runOnnx(bytes, ROUND_ROWS, N_FEATURES, 'float64', [
      'label',
      'score',
    ]);
    expect(differencesOf(expected, Float64Array.from(label, Number))).toEqual([]);
    const lowest = expected.reduce((min, value) => Math.min(min, value));
    const nLowest = expected.filter((value) => value === lowest).length;
    expect(nLowest).toBeGreaterThan(1_000);
    expect(Array.from(score, Number).filter((value) => value === lowest)).toHaveLength(nLowest);
  });

  it('are not passed over when it is imported', () => {
    expect(thrownBy(() => importOnnx(bytes)).tag).toBe('bad-model-file');
  });
});

it('has rows on both sides of the border in every case', () => {
  const oneSided = CASES.filter(([, detector, rows]) => {
    const scores = scoresOf(detector, rows);
    const share = scores.filter((score) => score <= 0).length / scores.length;
    return share < 0.001 || share > 0.999;
  }).map(([title]) => title);
  expect(oneSided).toEqual([]);
});

it('is refused of a forest whose trees do not follow each other, rather than written as another one', () => {
  const { forest } = sampleForest().model as Extract<Model, { type: 'forest' }>;
  const shared = { ...forest, roots: Int32Array.of(forest.roots[0], forest.roots[0]) };
  const swapped = { ...forest, roots: forest.roots.slice().reverse() };
  for (const scattered of [shared, swapped]) {
    const detector = sampleForest({ model: { type: 'forest', forest: scattered } });
    const error = thrownBy(() => exportOnnx(detector));
    expect(error.tag).toBe('bad-detector-file');
    expect(error.message).toContain('the nodes do not stand tree by tree');
  }
});

/** Some quantiles are equal, and many rows meet one exactly. */
function quantileMap(columns: Int32Array, nQuantiles: number): Transform {
  const quantiles = new Float64Array(columns.length * nQuantiles);
  for (let start = 0; start < quantiles.length; start += nQuantiles) {
    quantiles.set(randomValues(random, nQuantiles).sort(), start);
  }
  return { type: 'quantile', nFeatures: N_FEATURES, columns, nQuantiles, quantiles };
}

function machine(name: KernelFunction, transforms: readonly Transform[]): Detector {
  const svm = randomSvm(random, name, 30, N_FEATURES);
  const model = { type: 'one-class-svm', svm, riskScale: 1 } as const;
  return sampleOneClassSvm(withBorder({ transforms, model, threshold: 0 }));
}

function forest(transforms: readonly Transform[]): Detector {
  const trees = randomTrees(random, 20, N_FEATURES);
  const model = { type: 'forest', forest: layOutForest(trees, N_FEATURES) } as const;
  return sampleForest(withBorder({ transforms, model, threshold: 0 }));
}

/** About half of the rows become anomalies; none lies on the border. */
function withBorder(parts: ScoringParts): ScoringParts {
  const scores = scoresOf(parts, ROUND_ROWS.subarray(0, 1_000 * N_FEATURES));
  const distinct = [...new Set(scores.sort())];
  const median = scores[scores.length / 2];
  const middle = Math.max(
    1,
    distinct.findIndex((score) => score >= median),
  );
  return { ...parts, threshold: (distinct[middle - 1] + distinct[middle]) / 2 };
}

/** Pure leaves: many rows are halfway. */
function votes(threshold: number): Detector {
  const trees = randomTrees(random, 10, N_FEATURES).map((tree) => ({
    ...tree,
    leafValue: tree.leafValue.map(Math.round),
  }));
  const model = { type: 'forest', forest: layOutForest(trees, N_FEATURES) } as const;
  return sampleForest({ transforms: [], model, threshold });
}

function isolation(offset: number): Detector {
  const trees = randomTrees(random, 25, N_FEATURES).map((tree) => ({
    ...tree,
    leafValue: tree.leafValue.map((value) => 12 * value),
  }));
  const layout = layOutForest(trees, N_FEATURES);
  const model = {
    type: 'isolation-forest',
    forest: layout,
    averagePathLength: 6.1,
    offset,
  } as const;
  return sampleIsolationForest({ transforms: [], model, threshold: 0 });
}

function scoresOf(parts: ScoringParts, rows: Float64Array): Float64Array {
  const nRows = rows.length / N_FEATURES;
  const scores = new Float64Array(nRows);
  new Scorer(wasmKernels).scoreInto(parts, rows, nRows, scores, new Float64Array(nRows));
  return scores;
}

/** Rows that only one of the two calls normal. */
function differencesOf(a: Float64Array, b: Float64Array): number[] {
  return [...a.keys()].filter((row) => a[row] > 0 !== b[row] > 0);
}
