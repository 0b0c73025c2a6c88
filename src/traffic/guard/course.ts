// One request on its way through the guard: who calls what, recorded in the session and judged. Each step goes on at once
// where what it waits for is there.
import type { AddressBook, AddressEntry } from '../identity/address-book.js';
import { DEFAULT_ADDRESS_TYPE } from '../identity/address-types.js';
import { shortKey } from '../identity/short-key.js';
import type { Judgement, TrafficPrediction } from '../judge.js';
import type { RouteTemplates } from '../routes/route-templates.js';
import type { Session } from '../session/session.js';
import type { SessionStore } from '../session/session-store.js';
import type { Decision, Failure, GuardAction, GuardMode, GuardReason } from './decision.js';
import type { DetectorSource, Judging } from './detector-source.js';
import type { Exchange } from './exchange.js';
import type { GuardConfig, OfRequest } from './guard-options.js';
import { after, isLater, type MaybeLater } from './maybe-later.js';
import { type Modes, requireMode } from './modes.js';
import type { Refusal } from './refusal.js';
import type { Ruling } from './ruling.js';

/** What a guard's requests share. */
export interface Surroundings<Request> {
  readonly config: GuardConfig<Request>;
  readonly modes: Modes<Request>;
  readonly templates: RouteTemplates;
  readonly addresses: AddressBook;
  readonly store: SessionStore;
  readonly detectors: DetectorSource;
  /** The address to go by, if any. */
  addressOf(exchange: Exchange<Request>): string | undefined;
  /** Whether an anomaly is allowed. */
  isExcepted(client: string, route: string, timeMs: number): boolean;
}

/** What came of the judging; what a request did not come to is left out. */
export interface Finding {
  readonly action: GuardAction;
  readonly reason: GuardReason;
  readonly prediction?: TrafficPrediction;
  readonly score?: number;
  /** [nFeatures], unscaled */
  readonly row?: readonly number[];
  readonly judging?: Judging;
  readonly error?: unknown;
}

/** What a decision tells of its request. */
export type CourseFacts = Pick<
  Course<unknown>,
  'mode' | 'requestId' | 'timeMs' | 'route' | 'client' | 'threshold'
>;

const SKIPPED: Finding = { action: 'skip', reason: 'skipped by skip' };
const SKIPPED_BY_ROUTE: Finding = { action: 'skip', reason: 'skipped by route' };
const NO_CLIENT: Finding = { action: 'error', reason: 'no client' };
const NO_DETECTOR: Finding = { action: 'error', reason: 'no detector' };
const UNKNOWN_GROUP = 'unknown';

export class Course<Request> implements Ruling {
  refusal: Refusal | undefined;
  headers: Readonly<Record<string, string>> | undefined;
  decision: Decision | undefined;
  /** Until it settles, the decision is not made. */
  pending: Promise<unknown> | undefined;
  mode: GuardMode = 'observe';
  /** What runs, and is to blame for what is thrown. */
  stage: Failure = 'mode';
  timeMs = Number.NaN;
  route = '';
  client = '';
  threshold = Number.NaN;
  /** Whether the store has counted the call. */
  isRecorded = false;
  /** Whether the guard was told how the reply ended. */
  isAnswered = false;
  readonly requestId: string;
  readonly exchange: Exchange<Request>;
  readonly #shared: Surroundings<Request>;
  #address: AddressEntry | undefined;

  constructor(requestId: string, exchange: Exchange<Request>, shared: Surroundings<Request>) {
    this.requestId = requestId;
    this.exchange = exchange;
    this.#shared = shared;
  }

  /** Throws, or rejects, whatever the functions among the options do; `stage` then tells which. */
  run(): MaybeLater<Finding> {
    const { config, templates, addresses } = this.#shared;
    const { exchange } = this;
    this.route = templates.of(exchange.method, this.#template ?? exchange.path);
    // Before anything that may fail: it tells what a failure means.
    this.#setMode();
    this.stage = 'now';
    this.timeMs = requireFinite(config.now());
    if (exchange.routeMode === 'off') return SKIPPED_BY_ROUTE;
    this.stage = 'sessionKey';
    const address = this.#shared.addressOf(exchange);
    if (address !== undefined) this.#address = addresses.of(address);
    if (config.routeKey === undefined) return this.#unlessSkipped();
    this.stage = 'routeKey';
    const key = this.#ask(config.routeKey);
    // Whether a request waits is known at once: where the key comes later, a table goes by the template.
    if (isLater(key)) {
      return after(key, (late) => {
        this.#setRoute(late);
        return this.#unlessSkipped();
      });
    }
    this.#setRoute(key);
    this.stage = 'mode';
    this.#setMode();
    return this.#unlessSkipped();
  }

  /** One with a wildcard, as proxies have, says little of what is called: the path tells more, and is what a log has. */
  get #template(): string | undefined {
    const { route } = this.exchange;
    return route?.includes('*') ? undefined : route;
  }

  #setRoute(key: string | undefined): void {
    if (key !== undefined) this.route = shortKey(key);
  }

  #setMode(): void {
    const { request, method, routeMode, path } = this.exchange;
    this.mode =
      routeMode === undefined || routeMode === 'off'
        ? this.#shared.modes.of(
            request,
            method,
            this.route,
            this.#template === undefined ? path : undefined,
          )
        : requireMode(routeMode);
  }

  #unlessSkipped(): MaybeLater<Finding> {
    const { skip } = this.#shared.config;
    if (skip === undefined) return this.#identify();
    this.stage = 'skip';
    return after(this.#ask(skip), (isSkipped) => (isSkipped ? SKIPPED : this.#identify()));
  }

  #identify(): MaybeLater<Finding> {
    const { sessionKey, userKey, source } = this.#shared.config;
    this.stage = 'sessionKey';
    return after(this.#ask(sessionKey), (client) => {
      if (client === undefined || client === '') return NO_CLIENT;
      this.client = shortKey(client);
      this.stage = 'userKey';
      return after(this.#ask(userKey), (user = '') => {
        this.stage = 'source';
        const label = source === undefined ? '' : this.#ask(source);
        return after(label, (text = '') => this.#record(shortKey(user), shortKey(text)));
      });
    });
  }

  #record(user: string, source: string): MaybeLater<Finding> {
    this.stage = 'store';
    const { timeMs, client, route } = this;
    const group = this.#address?.group ?? UNKNOWN_GROUP;
    const addressType = this.#address?.type ?? DEFAULT_ADDRESS_TYPE;
    const call = { timeMs, client, user, route, group, addressType, source };
    return after(this.#shared.store.record(call), (session) => {
      this.isRecorded = true;
      return this.#judge(session);
    });
  }

  #judge(session: Session): MaybeLater<Finding> {
    const { config, detectors } = this.#shared;
    const { threshold } = config;
    this.stage = 'threshold';
    const limit = typeof threshold === 'function' ? this.#ask(threshold) : threshold;
    return after(limit, (number) => {
      this.threshold = requireFinite(number);
      this.stage = 'detector';
      return after(detectors.current, (judging) => {
        if (judging === undefined) return NO_DETECTOR;
        return after(judging.judge(session, number), (judgement) => this.#find(judging, judgement));
      });
    });
  }

  #find(judging: Judging, { prediction, score, row: shared }: Judgement): Finding {
    const row = valuesOf(shared);
    if (prediction === 'anomaly') {
      const { client, route, timeMs } = this;
      return this.#shared.isExcepted(client, route, timeMs)
        ? { action: 'allow', reason: 'exception', prediction, score, row, judging }
        : { action: this.#anomalyAction, reason: 'anomaly', prediction, score, row, judging };
    }
    const reason = prediction === 'unknown' ? 'unknown client' : 'normal';
    return { action: 'allow', reason, prediction, score, row, judging };
  }

  get #anomalyAction(): GuardAction {
    return this.mode === 'enforce' ? 'block' : 'would-block';
  }

  #ask<T>(what: OfRequest<Request, T>): MaybeLater<T> {
    return what(this.exchange.request, this.exchange, this.#address);
  }
}

function requireFinite(value: number): number {
  if (Number.isFinite(value)) return value;
  throw new TypeError(`expected a finite number, got ${value}`);
}

/** A copy as plain numbers: a typed array of more than 64 bytes has memory outside the heap, which costs each collection. */
function valuesOf(row: Float64Array): number[] {
  const values: number[] = [];
  for (let column = 0; column < row.length; column++) values.push(row[column]);
  return values;
}
