import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KERNEL_FUNCTIONS, type Transform } from '../../native-free-kernels/contract.js';
import { contributionText } from '../../src/model/contribution-text.js';
import type { DetectorParts, Model } from '../../src/model/detector.js';
import { loadCatalog } from '../../src/model/detector-store.js';
import {
  type ExplainableParts,
  explainedFeatures,
  explainInto,
  explanationMethod,
  explanationOf,
  rowsPerExplanation,
} from '../../src/model/explanation.js';
import { layOutForest } from '../../src/model/forest-layout.js';
import { API_BEHAVIOUR_SCHEMA } from '../../src/model/schema.js';
import { Scorer } from '../../src/model/scorer.js';
import { SHIPPED_MODELS_FOLDER } from '../../src/package-paths.js';
import { MersenneTwister } from '../../src/training/mersenne-twister.js';
import { naiveDecision } from '../native-free-kernels/naive-kernels.js';
import {
  randomScaler,
  randomSvm,
  randomTrees,
  randomValues,
} from '../native-free-kernels/random-models.js';
import { shapleyValues } from '../support/brute-force-shapley.js';
import { KERNEL_SETS, wasmKernels } from '../support/kernel-sets.js';
import { ANOMALOUS_ROW, sampleForest, sampleOneClassSvm } from '../support/sample-detectors.js';
import { thrownBy } from '../support/thrown-by.js';

const scorer = new Scorer(wasmKernels);

function explain(detector: ExplainableParts, rows: Float64Array, by = scorer) {
  const nFeatures = detector.schema.features.length;
  const nRows = rows.length / nFeatures;
  const contributions = new Float64Array(rows.length);
  const errors = new Float64Array(rows.length);
  const baseline = new Float64Array(1);
  const scores = new Float64Array(nRows);
  explainInto(by, detector, rows, nRows, { contributions, errors, baseline });
  by.scoresInto(detector, rows, nRows, scores);
  const of = (values: Float64Array, row: number) => [
    ...values.subarray(row * nFeatures, (row + 1) * nFeatures),
  ];
  return {
    nRows,
    baseline: baseline[0],
    scores,
    contributionsOf: (row: number) => of(contributions, row),
    errorsOf: (row: number) => of(errors, row),
  };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function expectToAddUp(explained: ReturnType<typeof explain>) {
  for (let row = 0; row < explained.nRows; row++) {
    const total = explained.baseline + sum(explained.contributionsOf(row));
    const score = explained.scores[row];
    expect(Math.abs(total - score)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(score)));
  }
}

/** A detector of any number of features, which have no names worth knowing. */
function madeUp(
  nFeatures: number,
  model: Model,
  transforms: readonly Transform[],
): ExplainableParts {
  const [feature] = sampleForest().schema.features;
  const features = Array.from({ length: nFeatures }, (_, i) => ({ ...feature, name: `x${i}` }));
  return { name: 'made-up', schema: { features }, transforms, model, threshold: 0.125 };
}

const isolationForest = (nFeatures: number, random: MersenneTwister): Model => ({
  type: 'isolation-forest',
  forest: layOutForest(randomTrees(random, 5, nFeatures), nFeatures),
  averagePathLength: 0.7,
  offset: -0.5,
});

describe.each([...loadCatalog(SHIPPED_MODELS_FOLDER).values()])(
  'explanations of the shipped detector $name',
  (detector) => {
    const lines = readFileSync(join(SHIPPED_MODELS_FOLDER, 'examples/behaviours.ndjson'), 'utf8');
    const behaviours: Record<string, number>[] = lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const rows = Float64Array.from(behaviours.flatMap((behaviour) => Object.values(behaviour)));

    it('add up to the score of every example, less the baseline', () => {
      const explained = explain(detector, rows);
      expectToAddUp(explained);
      expect(explained.baseline).toBeGreaterThan(0);
    });

    it('are the same for a batch and for its rows one by one', () => {
      const nFeatures = detector.schema.features.length;
      const explained = explain(detector, rows);
      for (let row = 0; row < 20; row++) {
        const alone = explain(detector, rows.slice(row * nFeatures, (row + 1) * nFeatures));
        expect(alone.contributionsOf(0)).toEqual(explained.contributionsOf(row));
      }
    });

    it('are the same from all kernels, but for rounding', () => {
      const [first, second] = KERNEL_SETS.map((kernels) =>
        explain(detector, rows, new Scorer(kernels)),
      );
      for (let row = 0; row < first.nRows; row++) {
        const others = second.contributionsOf(row);
        first.contributionsOf(row).forEach((contribution, i) => {
          expect(contribution).toBeCloseTo(others[i], 10);
        });
      }
    });

    it('know the normal range of every feature', () => {
      for (const { low, high } of explainedFeatures(detector)) {
        expect(low).toBeLessThanOrEqual(high as number);
      }
    });
  },
);

describe('a One-Class SVM', () => {
  it.each(KERNEL_FUNCTIONS)(
    'with the %s kernel has the Shapley values of its score against the usual behaviour',
    (kernelFunction) => {
      const random = new MersenneTwister(7);
      const nFeatures = 6;
      const svm = randomSvm(random, kernelFunction, 8, nFeatures);
      const scaler = randomScaler(random, nFeatures);
      const model: Model = { type: 'one-class-svm', svm, riskScale: 1 };
      const detector = madeUp(nFeatures, model, [scaler]);
      const row = randomValues(random, nFeatures);
      const explained = explain(detector, row);
      const expected = shapleyValues(nFeatures, (isKnown) => {
        const mixed = scaler.mean.map((usual, i) => (isKnown(i) ? row[i] : usual));
        const scaled = mixed.map((value, i) => (value - scaler.mean[i]) / scaler.scale[i]);
        return naiveDecision(svm, [...scaled]).score;
      });
      explained.contributionsOf(0).forEach((contribution, i) => {
        expect(Math.abs(contribution - expected[i])).toBeLessThan(
          1e-9 * (1 + Math.abs(expected[i])),
        );
      });
      expectToAddUp(explained);
      expect(explanationMethod(detector)).toBe('exact-shapley');
    },
  );

  it('gives nothing to a feature that is as usual', () => {
    const detector = sampleOneClassSvm();
    const { contributionsOf } = explain(detector, Float64Array.from(Object.values(ANOMALOUS_ROW)));
    const names = detector.schema.features.map(({ name }) => name);
    expect(contributionsOf(0)[names.indexOf('source_F')]).toBe(0);
    expect(contributionsOf(0)[names.indexOf('num_users')]).toBeLessThan(0);
  });

  it('gives features the same that mean the same to it', () => {
    const detector = sampleOneClassSvm();
    const { scale, mean } = detector.transforms[0] as Extract<Transform, { type: 'standard' }>;
    const { contributionsOf } = explain(
      detector,
      mean.map((usual, i) => usual + scale[i]),
    );
    for (const contribution of contributionsOf(0)) {
      expect(contribution).toBeCloseTo(contributionsOf(0)[0], 14);
    }
  });
});

describe('more than twelve features', () => {
  const nFeatures = 13;
  const random = new MersenneTwister(11);
  const svm = randomSvm(random, 'rbf', 9, nFeatures);
  const scaler = randomScaler(random, nFeatures);
  const model: Model = {
    type: 'one-class-svm',
    svm: { ...svm, kernel: { ...svm.kernel, gamma: 0.05 } },
    riskScale: 1,
  };
  const detector = madeUp(nFeatures, model, [scaler]);
  const row = randomValues(random, nFeatures).map(
    (x, i) => scaler.mean[i] + scaler.scale[i] * (x || 1),
  );

  it('are estimated, within the errors that are told, and add up all the same', () => {
    const explained = explain(detector, row);
    expect(explanationMethod(detector)).toBe('sampled-shapley');
    expectToAddUp(explained);
    const mixed = new Float64Array(nFeatures);
    const score = new Float64Array(1);
    const exact = shapleyValues(nFeatures, (isKnown) => {
      for (let i = 0; i < nFeatures; i++) mixed[i] = isKnown(i) ? row[i] : scaler.mean[i];
      scorer.scoresInto(detector, mixed, 1, score);
      return score[0];
    });
    const errors = explained.errorsOf(0);
    explained.contributionsOf(0).forEach((contribution, i) => {
      expect(errors[i]).toBeGreaterThan(0);
      expect(errors[i]).toBeLessThan(0.1 * Math.max(...exact.map(Math.abs)));
      expect(Math.abs(contribution - exact[i])).toBeLessThan(5 * errors[i]);
    });
    expect(explain(detector, row).contributionsOf(0)).toEqual(explained.contributionsOf(0));
  });

  it('are exact for a row that has few of them unusual', () => {
    const few = row.map((value, i) => (i < 4 ? value : scaler.mean[i]));
    const explained = explain(detector, few);
    expectToAddUp(explained);
    expect(explained.errorsOf(0)).toEqual(new Array(nFeatures).fill(0));
    expect(explained.contributionsOf(0).slice(4)).toEqual(new Array(nFeatures - 4).fill(0));
  });
});

describe('other detectors', () => {
  const random = new MersenneTwister(13);
  const nFeatures = 5;
  const rows = randomValues(random, 20 * nFeatures);
  const scaler = randomScaler(random, nFeatures);

  it('an isolation forest is explained by its score, which no sum over trees is', () => {
    const detector = madeUp(nFeatures, isolationForest(nFeatures, random), [scaler]);
    expect(explanationMethod(detector)).toBe('exact-shapley');
    expectToAddUp(explain(detector, rows));
  });

  it('a forest without weights is explained against the usual behaviour', () => {
    const forest = layOutForest(randomTrees(random, 5, nFeatures), nFeatures);
    const detector = madeUp(nFeatures, { type: 'forest', forest }, [scaler]);
    expect(explanationMethod(detector)).toBe('exact-shapley');
    expectToAddUp(explain(detector, rows));
  });

  it('so is a forest behind a transform that mixes features', () => {
    const hybrid = loadCatalog(SHIPPED_MODELS_FOLDER).get('hybrid') as DetectorParts;
    expect(explanationMethod(hybrid)).toBe('tree-shap');
    const [standard] = hybrid.transforms;
    const normalizer: Transform = { type: 'normalize', nFeatures: 9, norm: 'l2' };
    const mixing = { ...hybrid, transforms: [standard, normalizer] };
    expect(explanationMethod(mixing)).toBe('exact-shapley');
    expectToAddUp(explain(mixing, Float64Array.from(Object.values(ANOMALOUS_ROW))));
  });

  it('one that does not know what is usual says so', () => {
    const detector = sampleOneClassSvm({ transforms: [] });
    for (const ask of [
      () => explain(detector, Float64Array.from(Object.values(ANOMALOUS_ROW))),
      () => explanationMethod(detector),
      () => rowsPerExplanation(detector),
    ]) {
      const error = thrownBy(ask);
      expect(error.tag).toBe('not-explainable');
      expect(error.message).toContain('"ocsvm" cannot explain its scores');
    }
  });

  it('cost more the more has to be tried', () => {
    expect(rowsPerExplanation(sampleOneClassSvm())).toBe(512);
    const wide = madeUp(64, isolationForest(64, random), [randomScaler(random, 64)]);
    expect(rowsPerExplanation(wide)).toBe(8_192);
  });
});

describe('rows so far out that the arithmetic overflows', () => {
  it.each(['linear', 'poly'] as const)('are explained by finite numbers, %s kernel', (name) => {
    const { model } = sampleOneClassSvm();
    if (model.type !== 'one-class-svm') throw new TypeError('not a One-Class SVM');
    const svm = { ...model.svm, kernel: { ...model.svm.kernel, function: name } };
    const detector = sampleOneClassSvm({ model: { ...model, svm } });
    const { contributionsOf } = explain(detector, new Float64Array(9).fill(1e308));
    expect(contributionsOf(0).every(Number.isFinite)).toBe(true);
  });
});

describe('what is out of the training range', () => {
  const shipped = [...loadCatalog(SHIPPED_MODELS_FOLDER).values()];

  it.each(shipped)('is named of $name, which says whether it is known', (detector) => {
    const features = explainedFeatures(detector);
    const inside = Float64Array.from(features, ({ max }) => Number(max));
    const outside = inside.slice();
    outside[2] *= 1_000;
    outside[5] = Number(features[5].min) - 1;
    const rows = Float64Array.of(...inside, ...outside, ...inside.map(Math.fround));
    const found = { contributions: rows.slice(), errors: rows.slice(), baseline: rows.slice(0, 1) };
    explainInto(scorer, detector, rows, 3, found);
    const { outOfRange } = explanationOf(detector, found, rows);
    expect(outOfRange).toEqual([[], ['sequence_length', 'num_users'], []]);
  });

  it('is not known of a detector without training data', () => {
    const detector = sampleOneClassSvm();
    expect(explainedFeatures(detector)[0]).toMatchObject({ min: null, max: null });
    const rows = new Float64Array(detector.schema.features.length).fill(1e9);
    const found = { contributions: rows.slice(), errors: rows.slice(), baseline: rows.slice(0, 1) };
    explainInto(scorer, detector, rows, 1, found);
    expect(explanationOf(detector, found, rows).outOfRange).toEqual([[]]);
  });

  it('is told in words, with the bound that a value is beyond', () => {
    const feature = { name: 'calls', low: 5, high: 40, min: 2, max: 90, contribution: -0.5 };
    const text = (value: number) =>
      contributionText({ ...feature, bounds: { low: null, high: 180 }, value });
    expect(text(90)).toBe('calls 90 (normal 5 to 40): -0.5');
    expect(text(100)).toBe('calls 100 (normal 5 to 40, above all training rows): -0.5');
    expect(text(1)).toBe('calls 1 (normal 5 to 40, below all training rows): -0.5');
    expect(text(1e6)).toBe(
      'calls 1000000 (normal 5 to 40, above all training rows, above the bound of 180): -0.5',
    );
  });
});

describe('a forest within bounds', () => {
  it('owes its score to the feature that is beyond its bound, and names the bound', () => {
    const [{ profile }] = loadCatalog(SHIPPED_MODELS_FOLDER).values();
    const nFeatures = API_BEHAVIOUR_SCHEMA.features.length;
    const high = new Float64Array(nFeatures).fill(Number.POSITIVE_INFINITY);
    high[2] = 500;
    const bounds = { low: high.map((bound) => -bound), high };
    const detector = sampleForest({ bounds, ...(profile && { profile }) });
    const row = Float64Array.from(
      explainedFeatures(detector),
      ({ min, max }) => (Number(min) + Number(max)) / 2,
    );
    row[2] = 501;
    expect(explanationMethod(detector)).toBe('exact-shapley');
    const explained = explain(detector, row);
    expect(explained.scores[0]).toBe(-1);
    expectToAddUp(explained);
    const parts = explained.contributionsOf(0);
    expect(Math.min(...parts)).toBe(parts[2]);
    expect(explainedFeatures(detector)[2].bounds).toEqual({ low: -500, high: 500 });
    expect(explainedFeatures(detector)[1].bounds).toBeUndefined();
  });
});
