import { beforeAll, describe, expect, it } from 'vitest';
import { API_BEHAVIOUR_ENCODER } from '../../src/model/encoder.js';
import { type Dataset, readDataset } from '../../src/training/dataset.js';
import { Interrupted } from '../../src/training/interrupted.js';
import { hybrid } from '../../src/training/recipes/hybrid.js';
import { isolationForest } from '../../src/training/recipes/isolation-forest.js';
import { ocsvm } from '../../src/training/recipes/ocsvm.js';
import { ocsvmTuned } from '../../src/training/recipes/ocsvm-tuned.js';
import type { CandidateResult } from '../../src/training/search.js';
import { DEFAULT_SEARCH, type SearchPlan } from '../../src/training/search-plan.js';
import { type TrainOptions, trainDetector } from '../../src/training/train.js';
import { labelledCsv } from '../support/labelled-csv.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const SEED = 5;
const { write } = temporaryFolder();
let dataset: Dataset;
beforeAll(async () => {
  dataset = await readDataset(write('data.csv', labelledCsv(150, 80)), API_BEHAVIOUR_ENCODER);
});

const plan = (changes: Partial<SearchPlan>): TrainOptions => ({
  search: { ...DEFAULT_SEARCH, validation: { kind: 'folds', count: 2 }, ...changes },
});

describe('the search of ocsvm-tuned', () => {
  it('gives every candidate a score, tells of its progress, and takes the best', async () => {
    const steps: number[] = [];
    const onProgress = (done: number) => steps.push(done);
    const { detector, candidates = [] } = await trainDetector(ocsvmTuned, dataset, SEED, {
      onProgress,
    });
    // Four of ν, with four of γ or a linear kernel, which has none.
    expect(candidates).toHaveLength(20);
    expect(steps).toEqual(Array.from({ length: 20 * 5 }, (_, i) => i + 1));
    const scores = candidates.map(({ score }) => score);
    expect(scores.every(Number.isFinite)).toBe(true);
    const rank = ({ isBlind, score }: CandidateResult) => Number(isBlind) - score / 10;
    expect(candidates).toEqual(candidates.toSorted((a, b) => rank(a) - rank(b)));
    expect(new Set(candidates.map(({ isBlind }) => isBlind)).size).toBe(2);
    expect(new Set(scores).size).toBeGreaterThan(1);
    expect(detector.provenance.parameters).toMatchObject(candidates[0].candidate);
  });

  it('leaves alone what is fixed', async () => {
    const settings = { kernel: 'rbf', nu: 0.1 };
    const { candidates = [] } = await trainDetector(ocsvmTuned, dataset, SEED, { settings });
    expect(candidates.map(({ candidate }) => Object.keys(candidate))).toEqual(
      new Array(4).fill(['gamma']),
    );
  });
});

describe('a search', () => {
  it.each([
    [ocsvm, { nu: [0.05, 0.2], transform: ['standard', 'log1p', 'robust', 'quantile'] }],
    [hybrid, { trees: [5, 10], maxDepth: [1, 'none'], 'transform.num_users': ['log1p', 'none'] }],
    [isolationForest, { samples: [16, 64], contamination: [0.05, 'auto'] }],
  ])('finds the same for %o, whatever the number of workers', async (recipe, tries) => {
    const on = (workers: number) =>
      trainDetector(recipe, dataset, SEED, { ...plan({ tries }), workers });
    const [one, three] = [await on(1), await on(3)];
    expect(one.candidates).toHaveLength(8 / (recipe === isolationForest ? 2 : 1));
    expect(three.candidates).toEqual(one.candidates);
    expect(three.detector.version).toBe(one.detector.version);
  });

  it('at random draws some of the combinations, none twice, the same for the same seed', async () => {
    const options = plan({
      kind: 'random',
      nCandidates: 4,
      tries: { nu: [0.05, 0.1, 0.2], gamma: [0.1, 'auto', 'scale'] },
    });
    const drawn = async (seed: number) => {
      const { candidates = [] } = await trainDetector(ocsvm, dataset, seed, options);
      return candidates.map(({ candidate }) => JSON.stringify(candidate)).sort();
    };
    expect(new Set(await drawn(1)).size).toBe(4);
    expect(await drawn(1)).toEqual(await drawn(1));
    expect(await drawn(2)).not.toEqual(await drawn(1));
  });

  it('ranks by the scoring that is asked for', async () => {
    const scored = async (scoring: string) => {
      const options = plan({ tries: { nu: [0.01, 0.3] }, scoring });
      const { candidates = [] } = await trainDetector(ocsvm, dataset, SEED, options);
      return candidates[0];
    };
    // Fewer false alarms make the better F1; at a given rate of them both find all anomalies.
    expect((await scored('f1')).candidate).toEqual({ nu: 0.01 });
    expect((await scored('recall_at_fpr=0.1')).score).toBe(1);
    expect((await scored('roc_auc')).score).toBe(1);
  });

  it('judges on random splits where these are asked for', async () => {
    const steps: number[] = [];
    await trainDetector(ocsvm, dataset, SEED, {
      ...plan({ tries: { nu: [0.1, 0.2] }, validation: { kind: 'holdouts', count: 3 } }),
      onProgress: (_, total) => steps.push(total),
    });
    expect(steps).toEqual(new Array(6).fill(6));
  });

  it('refuses more parts than there are rows of a class', async () => {
    const options = plan({ tries: { trees: [1] }, validation: { kind: 'folds', count: 50 } });
    await expect(trainDetector(hybrid, dataset, SEED, options)).rejects.toThrow(
      'too few rows of a class for 50 folds',
    );
  });

  it('names the candidate with a setting that does not fit the data', async () => {
    const options = plan({ tries: { maxFeatures: [3, 10] } });
    await expect(trainDetector(hybrid, dataset, SEED, options)).rejects.toMatchObject({
      tag: 'bad-option',
      message:
        'candidate with maxFeatures 10: option "maxFeatures" expected a whole number from 1 to 9, got 10',
    });
  });

  it('that is interrupted keeps the candidates that are judged', async () => {
    const controller = new AbortController();
    const tried = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5];
    const training = trainDetector(ocsvm, dataset, SEED, {
      ...plan({ tries: { nu: tried } }),
      workers: 1,
      signal: controller.signal,
      onProgress: (done) => {
        if (done === 5) controller.abort();
      },
    });
    const error = await training.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Interrupted);
    // Two were judged by then, and what the thread had answered meanwhile.
    const kept = (error as Interrupted).candidates.map(({ candidate }) => candidate.nu).sort();
    expect(kept.length).toBeGreaterThanOrEqual(2);
    expect(kept).toEqual(tried.slice(0, kept.length));
  });

  it('that is interrupted before it begins has nothing to keep', async () => {
    const signal = AbortSignal.abort();
    const error = await trainDetector(hybrid, dataset, SEED, { signal }).catch((e: unknown) => e);
    expect(error).toMatchObject({ name: 'Interrupted', candidates: [] });
  });
});

describe('a detector with settings of its own', () => {
  it('tells them, and what was not asked for stays as it is', async () => {
    const settings = { transform: 'log1p', 'transform.ip_type_default': 'none', nu: 0.1 };
    const { detector } = await trainDetector(ocsvm, dataset, SEED, { settings });
    expect(detector.provenance.parameters).toMatchObject({ ...settings, gamma: 'auto' });
    expect(detector.transforms.map(({ type }) => type)).toEqual(['log1p', 'standard']);
  });

  it('has the transforms of every kind in its file', async () => {
    const settings = { transform: 'quantile', 'transform.num_users': 'log1p' };
    const { detector } = await trainDetector(hybrid, dataset, SEED, { settings });
    expect(detector.transforms.map(({ type }) => type)).toEqual(['log1p', 'quantile', 'standard']);
    expect(detector.metrics.recall).toBeGreaterThan(0.9);
  });

  it('grows the same forest on any number of workers', async () => {
    const settings = { trees: 21, classWeight: 'balanced', maxFeatures: 'all', minLeaf: 2 };
    const [one, three] = await Promise.all(
      [1, 3].map((workers) => trainDetector(hybrid, dataset, SEED, { settings, workers })),
    );
    expect(three.detector.version).toBe(one.detector.version);
    expect(one.detector.provenance.parameters).toMatchObject(settings);
  });
});
