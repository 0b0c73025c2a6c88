import { describe, expect, it } from 'vitest';
import { assembleDetector, readDetector } from '../../src/model/detector-file.js';
import { normalRangesOf, profileOf } from '../../src/model/profile.js';
import { SAMPLE_SCALER, sampleForest, sampleOneClassSvm } from '../support/sample-detectors.js';
import { thrownBy } from '../support/thrown-by.js';

const N_FEATURES = SAMPLE_SCALER.nFeatures;
/** Feature f of row r is r + 100 f, the rows in no order. */
const ROWS = Float64Array.from({ length: 41 * N_FEATURES }, (_, at) => {
  const row = Math.floor(at / N_FEATURES);
  return ((row * 17) % 41) + 100 * (at % N_FEATURES);
});
const SCORES = Float64Array.from({ length: 41 }, (_, row) => row / 41);
const PROFILE = profileOf(ROWS, 41, N_FEATURES, SCORES);

describe('the profile of training rows', () => {
  it('has the quantiles of every feature, from the smallest value to the largest', () => {
    const [first, second] = [0, 1].map((i) => PROFILE.quantiles.subarray(21 * i, 21 * (i + 1)));
    expect([...first]).toEqual(Array.from({ length: 21 }, (_, step) => 2 * step));
    expect([...second]).toEqual([...first].map((value) => value + 100));
  });

  it('interpolates between rows, and never decreases however values are rounded', () => {
    expect(profileOf(Float64Array.of(3, 1), 2, 1, SCORES).quantiles[10]).toBe(2);
    const values = Float64Array.from({ length: 37 }, (_, i) => 0.1 + Math.floor(i / 12) * 1e-17);
    const { quantiles } = profileOf(values, 37, 1, SCORES);
    expect([...quantiles]).toEqual([...quantiles].sort((a, b) => a - b));
  });

  it('goes with the detector into its file', () => {
    const detector = sampleForest({ profile: PROFILE });
    expect(readDetector(detector.bytes).profile).toEqual(PROFILE);
    expect(detector.version).not.toBe(sampleForest().version);
  });

  it.each([
    ['decreases', 5, -1, 'profile.quantiles[5] is -1, less than the quantile before it'],
    ['is no number', 7, Number.NaN, 'profile.quantiles[7] is NaN'],
  ])('is refused where it %s', (_, at, value, message) => {
    const quantiles = PROFILE.quantiles.with(at, value);
    const error = thrownBy(() =>
      assembleDetector({ ...sampleForest(), profile: { ...PROFILE, quantiles } }),
    );
    expect(error.tag).toBe('bad-detector-file');
    expect(error.message).toContain(message);
  });
});

describe('normal ranges', () => {
  it('hold nine in ten of the training rows, around their median', () => {
    const ranges = normalRangesOf(sampleForest({ profile: PROFILE }));
    expect([ranges?.low[1], ranges?.usual[1], ranges?.high[1]]).toEqual([102, 120, 138]);
  });

  it('are two deviations from the scaler’s mean where there is no profile', () => {
    const ranges = normalRangesOf(sampleOneClassSvm());
    const [mean, scale] = [SAMPLE_SCALER.mean[3], SAMPLE_SCALER.scale[3]];
    expect(ranges?.usual[3]).toBe(mean);
    expect([ranges?.low[3], ranges?.high[3]]).toEqual([mean - 2 * scale, mean + 2 * scale]);
  });

  it('are unknown to a detector with neither', () => {
    expect(normalRangesOf(sampleOneClassSvm({ transforms: [] }))).toBeUndefined();
  });
});
