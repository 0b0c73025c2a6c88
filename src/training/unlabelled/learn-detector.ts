// From behaviours of traffic, of which nobody knows what they are, to a detector: candidates are fitted to the training
// rows and judged without labels, the best one is calibrated on sessions that had no part in either.
import { createHash } from 'node:crypto';
import { AnomalyPredictorError } from '../../errors.js';
import type { Calibration } from '../../model/calibration.js';
import type { Detector, DetectorParts } from '../../model/detector.js';
import { checkDetector } from '../../model/detector-checks.js';
import { assembleDetector } from '../../model/detector-file.js';
import type { LearningRows } from '../../model/learning-rows.js';
import { type Profile, profileOf } from '../../model/profile.js';
import type { TrafficProvenance } from '../../model/provenance.js';
import type { Schema } from '../../model/schema.js';
import type { TrafficSettings } from '../../model/traffic-settings.js';
import { PACKAGE_VERSION } from '../../package-paths.js';
import type { CalibratedThreshold } from '../calibrate.js';
import { checkedDetector } from '../checked-detector.js';
import { NORMAL } from '../dataset.js';
import { plainEncoder } from '../live-behaviours.js';
import { findMethod } from '../methods/find-method.js';
import { sharedArray } from '../shared-array.js';
import { TrainingPool } from '../training-pool.js';
import type { SharedRows } from '../training-task.js';
import { withUsualExamples } from '../usual-examples.js';
import { artificialBehaviours } from './artificial-behaviours.js';
import { calibrateSessions, leastSessions, mostFlagged } from './calibrate-sessions.js';
import { candidatesFor, type UnlabelledMethod } from './candidates.js';
import {
  type Choice,
  chooseCandidate,
  type FailedCandidate,
  type JudgedCandidate,
} from './choose-candidate.js';
import { learnedBounds } from './learned-bounds.js';
import { type ModelParts, outputsOf } from './session-outputs.js';

export const N_ARTIFICIAL = 10_000;
/** Share of the sessions that may be flagged which bounds may flag; the model flags the others. */
const BOUNDS_SHARE = 0.5;

export interface LearnOptions {
  /** Letters, digits, '.', '_' and '-'. */
  readonly name: string;
  readonly schema: Schema;
  /** How the traffic was read. */
  readonly traffic: TrafficSettings;
  /** Where it comes from. */
  readonly data: TrafficProvenance['data'];
  /** Whole number from 0 to 2³² − 1. */
  readonly seed: number;
  /** Share of normal sessions that may be flagged, above 0 and below 1. */
  readonly targetFalsePositiveRate: number;
  readonly methods: readonly UnlabelledMethod[];
  /** Writes a detector that fails its checks nevertheless, with a mark. */
  readonly force?: boolean | undefined;
  /** @default number of processors */
  readonly workers?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Learned extends Choice {
  readonly detector: LearnedDetector;
}

/** It knows where it comes from. */
export type LearnedDetector = Detector &
  Pick<CalibratedThreshold, 'calibration'> & {
    readonly profile: Profile;
    readonly provenance: TrafficProvenance;
  };

/**
 * The same rows, seed and methods give the same detector, byte for byte, on any number of workers.
 * @throws Interrupted; AnomalyPredictorError `bad-data-file` where there are too few sessions, or nothing to tell apart
 */
export async function learnDetector(rows: LearningRows, options: LearnOptions): Promise<Learned> {
  const { seed, targetFalsePositiveRate: target, methods } = options;
  checkRows(rows, options);
  const shared = shareRows(rows.training, options.schema);
  const train = Int32Array.from(shared.labels.keys());
  const bounds = learnedBounds(
    options.schema,
    rows.training,
    rows.calibrating,
    Math.floor(mostFlagged(target, rows.calibrating.ends.length) * BOUNDS_SHARE),
  );
  const pool = new TrainingPool(options);
  try {
    const choice = await chooseCandidate(candidatesFor(methods), {
      data: shared,
      train,
      sessions: {
        values: sharedArray(rows.choosing.values),
        ends: sharedArray(rows.choosing.ends),
      },
      artificial: sharedArray(
        artificialBehaviours(options.schema, rows.training, N_ARTIFICIAL, seed),
      ),
      share: target,
      bounds,
      seed,
      pool,
      onProgress: options.onProgress ?? (() => {}),
    });
    return await firstFit(
      choice,
      async (candidate) => {
        const method = findMethod(candidate.method);
        const settings = { ...method.defaults, ...candidate.settings };
        const task = { data: shared, method: candidate.method, settings, train, seed };
        const fit = await pool.run('fit', task);
        const parameters = {
          method: candidate.method,
          ...method.parameters(candidate.settings, fit, settings, seed),
        };
        return learnedParts(
          rows,
          options,
          { ...fit, bounds },
          TITLES[candidate.method],
          parameters,
        );
      },
      options.force,
    );
  } finally {
    await pool.close();
  }
}

type LearnedParts = DetectorParts & Pick<LearnedDetector, 'calibration' | 'profile' | 'provenance'>;

/** The first candidate that is fit for use; those before it have failed. By `force` the best, with a mark. */
async function firstFit(
  { judged, failed }: Choice,
  make: (candidate: JudgedCandidate) => Promise<LearnedParts>,
  force: boolean | undefined,
): Promise<Learned> {
  const unfit: FailedCandidate[] = [];
  let best: LearnedParts | undefined;
  for (const [i, candidate] of judged.entries()) {
    const parts = await make(candidate);
    best ??= parts;
    const [failure] = checkDetector(parts);
    if (failure === undefined) {
      const detector = finished(parts, assembleDetector(parts));
      return { detector, judged: judged.slice(i), failed: [...failed, ...unfit] };
    }
    unfit.push({ ...candidate, reason: failure.reason });
  }
  const parts = best as LearnedParts;
  return { detector: finished(parts, checkedDetector(parts, force)), judged, failed };
}

function finished(parts: LearnedParts, detector: Detector): LearnedDetector {
  const { calibration, profile, provenance } = parts;
  return { ...detector, calibration, profile, provenance };
}

function learnedParts(
  rows: LearningRows,
  { name, schema, traffic, data, seed, targetFalsePositiveRate: target }: LearnOptions,
  { transforms, model, bounds }: ModelParts,
  title: string,
  parameters: TrafficProvenance['parameters'],
): LearnedParts {
  const bounded = { transforms, model, ...(bounds && { bounds }) };
  const border = calibrateSessions(bounded, rows.calibrating, sourceOf(data.files), target);
  const { values, nSessions } = rows.snapshots;
  const scores = outputsOf(bounded, values).map((output) => output - border.threshold);
  const profile: Profile = {
    ...profileOf(values, scores.length, schema.features.length, scores),
    effectiveRows: nSessions,
    rowsPerSession: scores.length / nSessions,
  };
  const usual = withUsualExamples(schema, profile);
  return {
    ...bounded,
    ...border,
    name,
    title: `${title}, learned from traffic`,
    schema: usual,
    encoder: plainEncoder(usual),
    metrics: null,
    profile,
    provenance: {
      origin: 'traffic',
      trainer: `anomaly-predictor ${PACKAGE_VERSION}`,
      data,
      split: {
        seed,
        trainingRows: rows.training.length / schema.features.length,
        choosingSessions: rows.choosing.ends.length,
        calibratingSessions: rows.calibrating.ends.length,
      },
      parameters,
    },
    traffic,
  };
}

const TITLES: Readonly<Record<UnlabelledMethod, string>> = {
  'one-class-svm': 'One-Class SVM',
  'isolation-forest': 'Isolation Forest',
};

/** Several files as one: its hash is that of theirs. */
function sourceOf(files: TrafficProvenance['data']['files']): Calibration['data'] {
  const [first, ...others] = files;
  if (others.length === 0) return first;
  const hash = createHash('sha256').update(files.map(({ sha256 }) => sha256).join('\n'));
  return { file: `${first.file} and ${others.length} more`, sha256: hash.digest('hex') };
}

function checkRows(
  { training, choosing, calibrating }: LearningRows,
  { schema, traffic, data, targetFalsePositiveRate: target }: LearnOptions,
): void {
  const least = leastSessions(target);
  const n = calibrating.ends.length;
  const nFeatures = schema.features.length;
  if (n < least || choosing.ends.length === 0 || training.length < 2 * nFeatures) {
    throw new AnomalyPredictorError(
      'bad-data-file',
      `too few sessions to learn from: a false positive rate of ${target} takes at least ${least} sessions of ` +
        `${traffic.minRequests} calls or more to set the threshold, two fifths of all; of ${data.sessions} sessions, ` +
        `${n} are left for that`,
      { value: n },
    );
  }
  if (training.every((value, i) => value === training[i % nFeatures])) {
    throw new AnomalyPredictorError(
      'bad-data-file',
      `all ${training.length / nFeatures} behaviours to learn from are equal: there is nothing to tell apart`,
    );
  }
}

function shareRows(values: Float64Array, schema: Schema): SharedRows {
  const nFeatures = schema.features.length;
  return {
    values: sharedArray(values),
    labels: sharedArray(new Int8Array(values.length / nFeatures).fill(NORMAL)),
    nFeatures,
    schema,
  };
}
