// What the guard has decided about a request, and why: for `onDecision`, for the handler, for exceptions.
import type { Explanation } from '../../model/explanation.js';
import type { TrafficPrediction } from '../judge.js';
import type { Hold } from './route-enforcement.js';

/** `observe` never changes a response. */
export type GuardMode = 'observe' | 'enforce';

/** `would-block`: what `enforce` would have blocked, or blocks later: the reason tells. */
export const GUARD_ACTIONS = ['allow', 'would-block', 'block', 'skip', 'error'] as const;
export type GuardAction = (typeof GUARD_ACTIONS)[number];

/** What can keep the guard from a decision: an option's function that failed, or what it works with. */
export const FAILURES = [
  'now',
  'mode',
  'routeKey',
  'skip',
  'sessionKey',
  'userKey',
  'source',
  'threshold',
  'store',
  'detector',
  'no detector',
  'no client',
  'timeout',
] as const;
export type Failure = (typeof FAILURES)[number];

export type GuardReason =
  | 'normal'
  | 'anomaly'
  /** Too few calls to be judged. */
  | 'unknown client'
  /** An anomaly that an exception allows. */
  | 'exception'
  | 'skipped by skip'
  | 'skipped by route'
  /** An anomaly that is only observed although the mode is to enforce. */
  | Hold
  | Failure;

export interface Decision {
  readonly action: GuardAction;
  readonly reason: GuardReason;
  readonly mode: GuardMode;
  /** Whether the request was answered by the guard: `block`, and `error` under `onError: 'deny'`. */
  readonly refused: boolean;
  /** The caller's X-Request-Id where it is a sane one, else made here. */
  readonly requestId: string;
  readonly timeMs: number;
  /** Method and template; the following are empty where the guard did not get so far. */
  readonly route: string;
  /** Who was judged: the session key, secrets hashed. */
  readonly client: string;
  readonly prediction: TrafficPrediction | undefined;
  /** Higher is more normal; NaN where there is none. */
  readonly score: number;
  /** Scores at or below are anomalies. */
  readonly threshold: number;
  /** Name and version. */
  readonly detector: string | undefined;
  /** The features of the client at this call, unscaled. */
  readonly behaviour: Readonly<Record<string, number>> | undefined;
  /**
   * Names of the features that are out of the range that the detector was made from, of which forests know nothing;
   * computed when it is read. Undefined without a behaviour, and of a remote detector, whose explanation tells.
   */
  readonly outOfRange: readonly string[] | undefined;
  /**
   * What each feature contributes to the score, of `would-block` and `block`; computed when it is first read.
   * Undefined where the detector cannot explain, or is remote.
   */
  readonly explanation: Explanation | undefined;
  /** The same, also of a remote detector; rejects as that does. */
  explain(): Promise<Explanation | undefined>;
  /** What was thrown, of `error`. */
  readonly error: unknown;
}
