// What every adapter's entry offers beside its own guard: options, decisions, keys of clients, sessions, remote detectors.
export { AnomalyPredictorError, type ErrorFields, type ErrorTag } from './errors.js';
export type { Detector } from './model/detector.js';
export { loadDetector } from './model/detector-store.js';
export type { ExplainedFeature, Explanation, ExplanationMethod } from './model/explanation.js';
export type { Schema } from './model/schema.js';
export type { Answer, Call } from './traffic/call.js';
export type { TrafficFeature } from './traffic/features/feature.js';
export {
  apiKey,
  type ClientKey,
  clientAddress,
  cookie,
  firstOf,
  tokenClaim,
} from './traffic/guard/client-keys.js';
export type { Decision, GuardAction, GuardMode, GuardReason } from './traffic/guard/decision.js';
export type { TrafficException } from './traffic/guard/exception-file.js';
export type { Excepted, ExceptionTerms } from './traffic/guard/exceptions.js';
export type { Exchange } from './traffic/guard/exchange.js';
export type { Exposition } from './traffic/guard/guard-metrics.js';
export type {
  GuardOptions,
  ModeTable,
  OfRequest,
  Validations,
} from './traffic/guard/guard-options.js';
export type { MaybeLater } from './traffic/guard/maybe-later.js';
export type { Refusal } from './traffic/guard/refusal.js';
export type { AddressEntry } from './traffic/identity/address-book.js';
export type { AddressTypes } from './traffic/identity/address-types.js';
export type { TrafficPrediction } from './traffic/judge.js';
export {
  type RemoteDetector,
  type RemoteModel,
  remoteDetector,
} from './traffic/remote/remote-detector.js';
export type { RemoteOptions } from './traffic/remote/remote-options.js';
export type { Session, SessionGroup } from './traffic/session/session.js';
export type { SessionCounts, SessionStore } from './traffic/session/session-store.js';
export { SessionTracker, type SessionTrackerOptions } from './traffic/session/session-tracker.js';
