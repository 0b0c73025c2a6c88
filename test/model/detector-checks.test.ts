import { describe, expect, it } from 'vitest';
import type { DetectorParts } from '../../src/model/detector.js';
import { checkDetector, failedChecksText } from '../../src/model/detector-checks.js';
import { readDetector } from '../../src/model/detector-file.js';
import { profileOf } from '../../src/model/profile.js';
import type { Schema } from '../../src/model/schema.js';
import { checkedDetector } from '../../src/training/checked-detector.js';
import { MersenneTwister } from '../../src/training/mersenne-twister.js';
import { oneClassSvm } from '../../src/training/methods/one-class-svm.js';
import type { Settings } from '../../src/training/settings.js';
import { outputsOf } from '../../src/training/unlabelled/session-outputs.js';
import { sampleForest, sampleIsolationForest } from '../support/sample-detectors.js';
import { thrownBy } from '../support/thrown-by.js';

const random = new MersenneTwister(3);
const uniform = () => random.nextUint32() / 2 ** 32;

/** A One-Class SVM that was fitted to rows of one feature for each range, in which its values lie by their logarithm. */
async function fitted(
  ranges: readonly (readonly [number, number])[],
  settings: Settings = {},
  threshold = 0,
): Promise<DetectorParts> {
  const nFeatures = ranges.length;
  const nRows = 200;
  const values = Float64Array.from({ length: nRows * nFeatures }, (_, at) => {
    const [low, high] = ranges[at % nFeatures];
    return low > 0 ? low * (high / low) ** uniform() : low + (high - low) * uniform();
  });
  const schema = schemaOf(nFeatures);
  const rows = { values, labels: new Int8Array(nRows).fill(1), nRows, nFeatures };
  const complete = { ...oneClassSvm.defaults, nu: 0.05, ...settings };
  const names = schema.features.map(({ name }) => name);
  const grow = () => Promise.reject(new Error('no forest'));
  const fit = await oneClassSvm.fit({ ...rows, featureNames: names }, complete, 1, grow);
  const scores = outputsOf(fit, values).map((output) => output - threshold);
  return {
    name: 'fitted',
    title: 'Fitted',
    schema,
    encoder: names.map((name) => ({ feature: name, column: name })),
    transforms: fit.transforms,
    model: fit.model,
    threshold,
    metrics: null,
    profile: profileOf(values, nRows, nFeatures, scores),
    provenance: sampleForest().provenance,
  };
}

function schemaOf(nFeatures: number): Schema {
  const features = Array.from({ length: nFeatures }, (_, i) => ({
    ...{ name: `f${i}`, title: '', description: '', unit: 'count' },
    ...{ kind: 'number' as const, example: 1 },
  }));
  return { features };
}

const failed = (parts: DetectorParts) => checkDetector(parts).map(({ check }) => check);

describe('the checks of a detector', () => {
  it.each(['standard', 'log', 'robust'])(
    'pass a One-Class SVM of %s columns',
    async (transform) => {
      for (const ranges of [
        [[1, 50]],
        [
          [1, 50],
          [2, 9],
        ],
        [
          [-40, -3],
          [0.001, 0.01],
        ],
      ] as const) {
        expect(failed(await fitted(ranges, { transform }))).toEqual([]);
      }
    },
  );

  it.each([
    { transform: 'quantile', gamma: 1, nu: 0.01 },
    { kernel: 'poly', degree: 3, transform: 'standard' },
    { kernel: 'linear', transform: 'none' },
  ])('tell that a One-Class SVM with %o calls normal what lies far outside', async (settings) => {
    const parts = await fitted(
      [
        [1, 1e5],
        [2, 9],
      ],
      settings,
    );
    const [failure] = checkDetector(parts);
    expect(failure.check).toBe('far-out');
    expect(failure.reason).toMatch(
      /^it calls a behaviour normal with .* 10 times the largest seen/,
    );
    expect(failure.remedy).toContain('gamma');
  });

  it('ask the other side of what may be negative, and take 1 for the largest of what is always 0', async () => {
    expect(failed(await fitted([[-60, -2]], { kernel: 'linear', transform: 'none' }))).toContain(
      'far-out',
    );
    expect(
      failed(
        await fitted([
          [0, 0],
          [1, 9],
        ]),
      ),
    ).toEqual([]);
  });

  it('tell that most normal rows are called anomalies', async () => {
    const strict = await fitted([[1, 50]], {}, 1e6);
    expect(failed(strict)).toEqual(['most-normal']);
  });

  it('tell that the threshold lies where scores no longer vary', async () => {
    const parts = await fitted([[1, 50]], { gamma: 3 });
    if (parts.model.type !== 'one-class-svm') throw new Error('no One-Class SVM');
    const { intercept } = parts.model.svm;
    for (const share of [0, 1e-12, 1e-9]) {
      const flat = { ...parts, threshold: intercept * (1 - share) };
      expect(failed(flat)).toContain('flat-threshold');
    }
    expect(failed({ ...parts, threshold: intercept * (1 - 1e-3) })).toEqual([]);
  });

  it('expect nothing of forests that they cannot do', () => {
    expect(failed(sampleForest())).toEqual([]);
    expect(failed(sampleIsolationForest())).toEqual([]);
  });

  it('refuse what fails, and write it by force with a mark that its file keeps', async () => {
    const parts = await fitted([[1, 50]], { kernel: 'linear', transform: 'none' });
    const error = thrownBy(() => checkedDetector(parts));
    expect(error).toMatchObject({ tag: 'unfit-detector', fields: { value: 'far-out' } });
    expect(error.message).toMatch(/not fit for use: .*; train it with .*--force writes it/);
    const forced = checkedDetector(parts, true);
    const read = readDetector(forced.bytes);
    expect(read.failedChecks).toEqual(['far-out']);
    expect(failedChecksText(read)).toContain('lie far outside');
    const sound = await fitted([[1, 50]]);
    const plain = checkedDetector(sound, true);
    expect(plain.failedChecks).toBeUndefined();
    expect(failedChecksText(plain)).toBeUndefined();
    expect(checkedDetector({ ...sound, failedChecks: ['far-out'] }).version).toBe(plain.version);
  });
});
