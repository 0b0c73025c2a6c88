// What every detector must do: call anomalous what lies far outside, not call most of what is normal so, and have its
// threshold where scores still vary. Asked by `train`, `learn`, `calibrate` and `import` of the detector alone.
import * as v from 'valibot';
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import { lowestOutput, unboundedFeatures } from './bounds.js';
import type { DetectorParts, Model } from './detector.js';
import { QUANTILE_STEPS } from './distribution.js';
import { type KnownRange, knownRangeOf } from './known-range.js';
import { isolationScore } from './path-length.js';
import type { Schema } from './schema.js';
import { Scorer, type ScoringParts } from './scorer.js';
import { isAnomaly } from './verdict.js';

export const DETECTOR_CHECKS = ['far-out', 'most-normal', 'flat-threshold'] as const;
export type DetectorCheck = (typeof DETECTOR_CHECKS)[number];

export const FailedChecks = v.pipe(
  v.array(v.picklist(DETECTOR_CHECKS)),
  v.minLength(1),
  v.maxLength(DETECTOR_CHECKS.length),
  v.description('Checks that the detector failed; it was written by force'),
);

/** What a failure means, as the end of "It …". */
const MEANINGS: Readonly<Record<DetectorCheck, string>> = {
  'far-out': 'calls behaviours normal that lie far outside of its training data',
  'most-normal': 'calls most normal behaviours anomalies that training did not see',
  'flat-threshold':
    'has its threshold where its scores hardly vary, so that it flags next to nothing',
};

/** What to do instead. */
const REMEDIES: Readonly<Record<DetectorCheck, string>> = {
  'far-out':
    'train it with the rbf kernel, a larger gamma, or the transform standard, log1p or log',
  'most-normal':
    'train it on more rows, or set its threshold by normal rows (train --target-fpr, or calibrate)',
  'flat-threshold':
    'it does not know these rows: train a detector on them (train or learn) instead of calibrating this one',
};

export interface CheckFailure {
  readonly check: DetectorCheck;
  /** With the place and the values. */
  readonly reason: string;
  readonly remedy: string;
}

/** What the detector fails, as far as it knows its training data; none of a sound one. */
export function checkDetector(detector: DetectorParts): CheckFailure[] {
  const range = knownRangeOf(detector);
  const found: (readonly [DetectorCheck, string | undefined])[] = [
    ['far-out', range && farOutFailure(detector, detector.schema, range)],
    ['most-normal', mostNormalFailure(detector)],
    ['flat-threshold', flatThresholdFailure(detector)],
  ];
  return found.flatMap(([check, reason]) =>
    reason === undefined ? [] : [{ check, reason, remedy: REMEDIES[check] }],
  );
}

/** 'it failed checks and was written by force: it …; it …' Undefined of a detector without such a mark. */
export function failedChecksText({
  failedChecks,
}: Pick<DetectorParts, 'failedChecks'>): string | undefined {
  if (failedChecks === undefined) return undefined;
  const meanings = failedChecks.map((check) => `it ${MEANINGS[check]}`);
  return `the detector failed checks and was written by force: ${meanings.join('; ')}`;
}

const FAR_FACTORS = [10, 100, 1_000];
/** Of models with more, the others are taken to be like them. */
const MAX_CHECKED_FEATURES = 100;
const scorer = new Scorer(plainKernels);

/**
 * The first of the rows far outside that `parts` call normal, in words: each feature that may grow without end alone on
 * a row that is otherwise usual, then all of them. Forests are not asked, nor is who has bounds.
 */
export function farOutFailure(
  parts: ScoringParts,
  schema: Schema,
  range: KnownRange,
): string | undefined {
  if (parts.model.type !== 'one-class-svm' || parts.bounds !== undefined) return undefined;
  const rows = farOutRows(schema, range);
  const scores = new Float64Array(rows.length);
  const values = new Float64Array(rows.length * range.usual.length);
  rows.forEach(({ row }, i) => {
    values.set(row, i * row.length);
  });
  scorer.scoresInto(parts, values, rows.length, scores);
  const missed = rows.find((_, i) => !isAnomaly(scores[i]));
  if (missed === undefined) return undefined;
  const { feature, factor, row } = missed;
  const what =
    feature === undefined
      ? `with all features at ${factor} times the largest seen`
      : `with "${schema.features[feature].name}" at ${Number(row[feature].toPrecision(3))}, ${factor} times the largest ` +
        'seen, and all else as usual';
  return `it calls a behaviour normal ${what}`;
}

interface FarOutRow {
  /** Undefined of all together. */
  readonly feature: number | undefined;
  readonly factor: number;
  /** [nFeatures] */
  readonly row: Float64Array;
}

/** Where values may be negative, those far below are there as well. */
function farOutRows(schema: Schema, { min, usual, max }: KnownRange): FarOutRow[] {
  const features = unboundedFeatures(schema).slice(0, MAX_CHECKED_FEATURES);
  const far = (feature: number, factor: number) => {
    const largest = Math.max(Math.abs(min[feature]), Math.abs(max[feature])) || 1;
    return Math.min(factor * largest, Number.MAX_VALUE);
  };
  return FAR_FACTORS.flatMap((factor) => {
    const alone = features.flatMap((feature) =>
      (min[feature] < 0 ? [1, -1] : [1]).map((sign) => {
        const row = usual.slice();
        row[feature] = sign * far(feature, factor);
        return { feature, factor, row };
      }),
    );
    const row = usual.slice();
    for (const feature of features) row[feature] = far(feature, factor);
    return features.length === 0 ? [] : [...alone, { feature: undefined, factor, row }];
  });
}

/** The profile's scores are those of normal rows that did not train. */
function mostNormalFailure({ profile }: DetectorParts): string | undefined {
  const median = profile?.scores.quantiles[QUANTILE_STEPS / 2];
  if (median === undefined || !isAnomaly(median)) return undefined;
  return 'it calls more than half of the normal rows anomalies that training did not see';
}

/** Far from its data an RBF kernel puts out the same to about nine digits. */
const FLAT_SHARE = 1e-6;

function flatThresholdFailure({ model, threshold }: DetectorParts): string | undefined {
  const floor = model.type === 'one-class-svm' ? lowestOutput(model) : lowestOfTrees(model);
  if (threshold - floor > FLAT_SHARE * Math.abs(floor)) return undefined;
  return model.type === 'one-class-svm'
    ? `its threshold is ${threshold}, where far from its training data all scores are ${floor}`
    : `its threshold is ${threshold}, and no row can score less than ${floor}`;
}

/** What every tree says at its most anomalous leaf. */
function lowestOfTrees(model: Exclude<Model, { type: 'one-class-svm' }>): number {
  const { roots, child, leafValue, nNodes, nTrees } = model.forest;
  const moreAnomalous = model.type === 'forest' ? Math.max : Math.min;
  let sum = 0;
  roots.forEach((root, tree) => {
    const end = roots[tree + 1] ?? nNodes;
    let extreme = Number.NaN;
    for (let node = root; node < end; node++) {
      if (child[node] !== node) continue;
      extreme = Number.isNaN(extreme) ? leafValue[node] : moreAnomalous(extreme, leafValue[node]);
    }
    sum += extreme;
  });
  return model.type === 'forest'
    ? 1 - 2 * (sum / nTrees)
    : isolationScore(sum / nTrees, model.averagePathLength) - model.offset;
}
