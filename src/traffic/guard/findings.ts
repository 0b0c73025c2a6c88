// What the guard finds wrong with where it runs. Where requests may be refused, what is found at the start stops the
// program; where all are observed, and later on, it is a warning, told once.
import { AnomalyPredictorError, toErrorData } from '../../errors.js';

export const FINDINGS = {
  ERR_TRUST_PROXY_PERMISSIVE:
    'whoever connects may tell any address in X-Forwarded-For, so that addresses are taken for unknown: ' +
    'name the trusted proxies, or set validate: { trustProxy: false }',
  ERR_FORWARDED_UNTRUSTED:
    'requests have an X-Forwarded-For header, but no proxy is trusted, so that all clients behind one share its ' +
    'address: name the trusted proxies, or set validate: { trustProxy: false }',
  ERR_UNSHARED_STORE:
    'this process is one of a cluster, and sees only its part of the calls of a client: give a shared store, route ' +
    'clients to the same process, or set validate: { unsharedStore: false }',
  ERR_DETECTOR_NOT_FROM_TRAFFIC:
    'the detector did not learn from traffic and may call most of it anomalous, so it cannot enforce: learn one from ' +
    'your access log, train one with --window and --min-requests on labelled behaviours of live traffic, or set ' +
    'validate: { trafficDetector: false }',
  ERR_DETECTOR_FILE: 'the detector file cannot be read',
  ERR_OTHER_WINDOW:
    'the detector was learned with another window than that of the sessions here: start anew, or set windowMs',
  ERR_UNKNOWN_FEATURE: 'the detector has a feature that traffic has not',
  ERR_EXCEPTIONS_FILE: 'the exceptions cannot be read',
  ERR_DRIFT: 'the traffic is not what the detector was trained on: learn anew',
  ERR_MANY_ANOMALIES:
    'the detector would block more of the clients of a route than maxBlockedShare, so that anomalies there are only observed',
  ERR_ENFORCEMENT_PAUSED:
    'the detector would block more of the established clients of a route than maxBlockedShare, so that anomalies there ' +
    'are only observed until there are fewer',
} as const;

export type FindingCode = keyof typeof FINDINGS;

export class Findings {
  readonly #stopsTheStart: boolean;
  readonly #told = new Set<FindingCode>();

  constructor(stopsTheStart: boolean) {
    this.#stopsTheStart = stopsTheStart;
  }

  has(code: FindingCode): boolean {
    return this.#told.has(code);
  }

  warn(code: FindingCode, detail: string = FINDINGS[code]): void {
    if (this.#told.has(code)) return;
    this.warnAgain(code, detail);
  }

  /** However often it was told before. */
  warnAgain(code: FindingCode, detail: string): void {
    this.#told.add(code);
    process.emitWarning(detail, { type: 'AnomalyPredictorWarning', code });
  }

  /** @throws AnomalyPredictorError whose message begins with the code, and whose fields hold it */
  atStart(code: FindingCode, cause?: unknown): void {
    const detail = cause instanceof Error ? cause.message : FINDINGS[code];
    if (!this.#stopsTheStart) {
      this.warn(code, detail);
      return;
    }
    const { tag, fields } = toErrorData(cause);
    throw new AnomalyPredictorError(
      cause === undefined ? 'bad-option' : tag,
      `${code}: ${detail}`,
      { ...fields, code },
      { cause },
    );
  }
}
