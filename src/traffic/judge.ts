// From sessions to verdicts, of live traffic and of logs alike: the behaviour at a call, scored in the calling thread.
import type { Kernels } from '../../native-free-kernels/contract.js';
import type { Detector } from '../model/detector.js';
import { Scorer } from '../model/scorer.js';
import { behaviourInto } from './features/behaviour-row.js';
import type { TrafficFeature } from './features/feature.js';
import type { Session } from './session/session.js';

/** `unknown`: the client has made too few calls to be judged. */
export type TrafficPrediction = 'normal' | 'anomaly' | 'unknown';

export interface Judgement {
  readonly prediction: TrafficPrediction;
  /** Higher is more normal, above the threshold is normal; NaN of an unknown client. */
  readonly score: number;
  /** [nFeatures] unscaled, the behaviour; valid until the judge's next call */
  readonly row: Float64Array;
}

/** Where neither the user nor the detector says otherwise. */
export const DEFAULT_MIN_REQUESTS = 5;

export interface JudgeOptions {
  /** Calls in the window before which a client is unknown; 2 or more. */
  readonly minRequests: number;
  /** The user's own. */
  readonly features?: readonly TrafficFeature[] | undefined;
}

export type Judge = (session: Session, threshold: number) => Judgement;

/** Scores at or below `threshold` are anomalies. @throws as `behaviourInto` does */
export function createJudge(detector: Detector, kernels: Kernels, options: JudgeOptions): Judge {
  const { minRequests, features } = options;
  const toRow = behaviourInto(detector.schema, features);
  const scorer = new Scorer(kernels);
  const row = new Float64Array(detector.schema.features.length);
  const scores = new Float64Array(1);
  return (session, threshold) => {
    toRow(session, row);
    if (session.calls < minRequests) return { prediction: 'unknown', score: Number.NaN, row };
    scorer.scoresInto(detector, row, 1, scores);
    const score = scores[0];
    return { prediction: score <= threshold ? 'anomaly' : 'normal', score, row };
  };
}
