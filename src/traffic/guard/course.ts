// One request on its way through the guard: who calls what, recorded in the session and judged. Each step goes on at once
// where what it waits for is there.
import type { AddressBook, AddressEntry } from '../identity/address-book.js';
import { DEFAULT_ADDRESS_TYPE } from '../identity/address-types.js';
import { shortKey } from '../identity/short-key.js';
import type { Judgement, TrafficPrediction } from '../judge.js';
import type { RouteTemplates } from '../routes/route-templates.js';
import type { Session } from '../session/session.js';
import type { SessionStore } from '../session/session-store.js';
import type { SessionTracker } from '../session/session-tracker.js';
import type { Failure, GuardAction, GuardMode, GuardReason } from './decision.js';
import type { DetectorSource, Judging } from './detector-source.js';
import type { Exchange } from './exchange.js';
import type { GuardConfig, OfRequest } from './guard-options.js';
import type { MadeDecision } from './made-decision.js';
import { after, isLater, type MaybeLater } from './maybe-later.js';
import { type Modes, requireMode } from './modes.js';
import { hasPlainerWriting, plainPath } from './plain-path.js';
import type { Refusal } from './refusal.js';
import type { Hold } from './route-enforcement.js';
import type { Ruling } from './ruling.js';

/** What a guard's requests share. */
export interface Surroundings<Request> {
  readonly config: GuardConfig<Request>;
  readonly modes: Modes<Request>;
  readonly templates: RouteTemplates;
  readonly addresses: AddressBook;
  /** Another one once the window is known. */
  store: SessionStore;
  /** The store, where it is the one in memory. */
  tracker: SessionTracker | undefined;
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
  decision: MadeDecision | undefined;
  /** Until it settles, the decision is not made. */
  pending: Promise<unknown> | undefined;
  /** Until it settles, what was asked goes on, also beyond the time that a decision waits for it. */
  running: PromiseLike<unknown> | undefined;
  mode: GuardMode = 'observe';
  /** What runs, and is to blame for what is thrown. */
  stage: Failure = 'mode';
  timeMs = Number.NaN;
  route = '';
  client = '';
  threshold = Number.NaN;
  /** Whether the store has counted the call. */
  isRecorded = false;
  /** Whether the request carries its decision. */
  isCarried = false;
  /** Whether the guard was told how the reply ended. */
  isAnswered = false;
  readonly requestId: string;
  #exchange: Exchange<Request> | undefined;
  readonly #shared: Surroundings<Request>;
  #template: string | undefined;
  #address: AddressEntry | undefined;
  #user = '';
  /** The tracker's, of the session. */
  #slot = -1;

  constructor(requestId: string, exchange: Exchange<Request>, shared: Surroundings<Request>) {
    this.requestId = requestId;
    this.#exchange = exchange;
    this.#shared = shared;
  }

  /** Whether this guard, or another one that the request came to after it, has answered it. */
  get isRefused(): boolean {
    return this.decision?.isAnsweredByGuard ?? false;
  }

  get exchange(): Exchange<Request> {
    if (this.#exchange === undefined) throw new Error('the request is over');
    return this.#exchange;
  }

  /** All is said and done: who keeps the decision does not keep the request. */
  letGo(): void {
    this.#exchange = undefined;
  }

  /** Whether it is one of that guard's, which its requests share. */
  isOf(shared: Surroundings<Request>): boolean {
    return this.#shared === shared;
  }

  /** Throws, or rejects, whatever the functions among the options do; `stage` then tells which. */
  run(): MaybeLater<Finding> {
    const { config, templates, addresses } = this.#shared;
    const { exchange } = this;
    this.#template = templateOf(exchange);
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

  // From here on a closure is made only where something comes later: each request would leave half a KiB behind (Node 20).

  #identify(): MaybeLater<Finding> {
    this.stage = 'sessionKey';
    const client = this.#ask(this.#shared.config.sessionKey);
    return isLater(client) ? after(client, (late) => this.#askUser(late)) : this.#askUser(client);
  }

  #askUser(client: string | undefined): MaybeLater<Finding> {
    if (client === undefined || client === '') return NO_CLIENT;
    this.client = shortKey(client);
    this.stage = 'userKey';
    const user = this.#ask(this.#shared.config.userKey);
    return isLater(user) ? after(user, (late) => this.#askSource(late)) : this.#askSource(user);
  }

  #askSource(user = ''): MaybeLater<Finding> {
    const { source } = this.#shared.config;
    this.#user = shortKey(user);
    this.stage = 'source';
    const label = source === undefined ? '' : this.#ask(source);
    return isLater(label) ? after(label, (late) => this.#record(late)) : this.#record(label);
  }

  #record(text = ''): MaybeLater<Finding> {
    const source = shortKey(text);
    this.stage = 'store';
    const session = this.#shared.store.record({
      timeMs: this.timeMs,
      client: this.client,
      user: this.#user,
      route: this.route,
      group: this.#address?.group ?? UNKNOWN_GROUP,
      addressType: this.#address?.type ?? DEFAULT_ADDRESS_TYPE,
      source,
    });
    return isLater(session)
      ? after(session, (late) => this.#askThreshold(late))
      : this.#askThreshold(session);
  }

  #askThreshold(session: Session): MaybeLater<Finding> {
    this.isRecorded = true;
    // The tracker answers at once: no other call was recorded since.
    this.#slot = this.#shared.tracker?.slot ?? -1;
    const { threshold } = this.#shared.config;
    this.stage = 'threshold';
    const limit = typeof threshold === 'function' ? this.#ask(threshold) : threshold;
    return isLater(limit)
      ? after(limit, (late) => this.#askDetector(session, late))
      : this.#askDetector(session, limit);
  }

  #askDetector(session: Session, threshold: number): MaybeLater<Finding> {
    this.threshold = requireFinite(threshold);
    this.stage = 'detector';
    const judging = this.#shared.detectors.current;
    return isLater(judging)
      ? after(judging, (late) => this.#judge(late, session))
      : this.#judge(judging, session);
  }

  #judge(judging: Judging | undefined, session: Session): MaybeLater<Finding> {
    if (judging === undefined) return NO_DETECTOR;
    const judgement = judging.judge(session, this.threshold);
    return isLater(judgement)
      ? after(judgement, (late) => this.#find(judging, session, late))
      : this.#find(judging, session, judgement);
  }

  #find(judging: Judging, session: Session, judgement: Judgement): Finding {
    const { prediction, score, row: shared } = judgement;
    const row = valuesOf(shared);
    if (this.#slot >= 0) judging.drift?.add(session, this.#slot, this.timeMs, shared, score);
    if (prediction === 'unknown') {
      return { action: 'allow', reason: 'unknown client', prediction, score, row, judging };
    }
    const { client, route, timeMs } = this;
    const isAnomaly = prediction === 'anomaly';
    const isExcepted = isAnomaly && this.#shared.isExcepted(client, route, timeMs);
    const group = this.#address?.group ?? UNKNOWN_GROUP;
    judging.enforcement.judged(route, client, group, isAnomaly && !isExcepted, timeMs);
    if (!isAnomaly) return { action: 'allow', reason: 'normal', prediction, score, row, judging };
    if (isExcepted)
      return { action: 'allow', reason: 'exception', prediction, score, row, judging };
    const hold = this.mode === 'enforce' ? this.#holdOf(judging) : undefined;
    const action = this.mode === 'enforce' && hold === undefined ? 'block' : 'would-block';
    return { action, reason: hold ?? 'anomaly', prediction, score, row, judging };
  }

  /** A route that is guessed of an odd writing of a path has few clients: that of the plain one counts as well. */
  #holdOf({ enforcement }: Judging): Hold | undefined {
    const hold = enforcement.holdOf(this.route);
    const { method, path } = this.exchange;
    const isGuessed = this.#template === undefined && this.#shared.config.routeKey === undefined;
    if (hold === undefined || !isGuessed || !hasPlainerWriting(path)) return hold;
    return enforcement.holdOf(this.#shared.templates.of(method, plainPath(path)));
  }

  #ask<T>(what: OfRequest<Request, T>): MaybeLater<T> {
    return what(this.exchange.request, this.exchange, this.#address);
  }
}

/** One with a wildcard, as proxies have, says little of what is called: the path tells more, and is what a log has. */
function templateOf({ route }: Pick<Exchange<unknown>, 'route'>): string | undefined {
  return route?.includes('*') ? undefined : route;
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
