// The guard: takes a request before its handler runs, and rules whether it goes on. What adapters of frameworks build on.
// Once made it never throws or rejects, and an observed request never waits for it.
import cluster from 'node:cluster';
import type { TrafficSettings } from '../../model/traffic-settings.js';
import { AddressBook } from '../identity/address-book.js';
import { RouteTemplates } from '../routes/route-templates.js';
import { DEFAULT_WINDOW_MS, SessionTracker } from '../session/session-tracker.js';
import { Course, type Finding, type Surroundings } from './course.js';
import type { Decision, Failure } from './decision.js';
import { type DetectorHooks, detectorSource } from './detector-source.js';
import { Enforcement } from './enforcement.js';
import type { TrafficException } from './exception-file.js';
import { type Excepted, Exceptions, type ExceptionTerms } from './exceptions.js';
import type { Exchange } from './exchange.js';
import { Findings } from './findings.js';
import { type Exposition, GuardMetrics } from './guard-metrics.js';
import type { GuardOptions } from './guard-options.js';
import { MadeDecision } from './made-decision.js';
import { isLater, type MaybeLater, within } from './maybe-later.js';
import { modesOf } from './modes.js';
import { fillOptions } from './option-table.js';
import { ownRefusal } from './own-refusal.js';
import { type Refusal, refusalFor, requestIdFrom } from './refusal.js';
import type { EnforcementListener } from './route-enforcement.js';
import type { Ruling } from './ruling.js';
import { SessionDrift } from './session-drift.js';

export interface Guard<Request> {
  /** Never throws or rejects; a promise only where a request may be refused and something is asynchronous. */
  decide(exchange: Exchange<Request>): MaybeLater<Ruling>;
  /** To be called once the reply has ended, also that of a refusal. Never throws. */
  answered(ruling: Ruling, status: number, durationMs: number): void;
  metrics(): Exposition;
  /**
   * Allows the decision's client its route for a time, and keeps its behaviour as one that is normal.
   * @throws AnomalyPredictorError 'bad-option' for terms that are none, 'bad-data-file' where it cannot be saved
   */
  except(decision: Excepted, terms: ExceptionTerms): TrafficException;
  /** Lets go of files, of the store, and of the other process. */
  close(): Promise<void>;
}

/** How a framework's request carries the decision to its handlers. */
export interface Carrier<Request> {
  get(request: Request, name: string): unknown;
  set(request: Request, name: string, decision: Decision): void;
}

const PROPERTIES: Carrier<unknown> = {
  get: (request, name) => (request as Record<string, unknown>)[name],
  set(request, name, decision) {
    (request as Record<string, unknown>)[name] = decision;
  },
};

/**
 * @param carrier properties of requests by default
 * @throws AnomalyPredictorError 'bad-option' for options that are none, and where requests may be refused also for what
 *   findings.ts names
 */
export function createGuard<Request>(
  options: GuardOptions<Request>,
  carrier: Carrier<Request> = PROPERTIES,
): Guard<Request> {
  const config = fillOptions(options);
  const { timeoutMs, onError, handler, onDecision, requestPropertyName, exposeHeaders } = config;
  const checks = typeof config.validate === 'boolean' ? {} : config.validate;
  const isChecked = (name: keyof typeof checks) =>
    config.validate !== false && checks[name] !== false;
  const templates = new RouteTemplates(config.routes);
  const modes = modesOf(config, templates);
  const metrics = new GuardMetrics();
  const findings = new Findings(modes.mayEnforce);
  if (cluster.isWorker && config.store?.shared !== true && isChecked('unsharedStore')) {
    findings.atStart('ERR_UNSHARED_STORE');
  }
  const isTrafficChecked = isChecked('trafficDetector');
  let windowMs = config.windowMs ?? DEFAULT_WINDOW_MS;
  let isWindowKnown = config.windowMs !== undefined;
  const windowFor = (traffic: TrafficSettings | undefined) =>
    config.windowMs ?? traffic?.windowMs ?? DEFAULT_WINDOW_MS;
  const listener = enforcementListener(findings, metrics);
  const hooks: DetectorHooks = {
    takes(traffic, isStart) {
      if (traffic === undefined) {
        if (isTrafficChecked && isStart) findings.atStart('ERR_DETECTOR_NOT_FROM_TRAFFIC');
        else if (isTrafficChecked) findings.warn('ERR_DETECTOR_NOT_FROM_TRAFFIC');
        return;
      }
      const isOther = traffic.windowMs !== windowMs;
      if (isWindowKnown) {
        if (isOther && !isStart) findings.warn('ERR_OTHER_WINDOW');
        return;
      }
      isWindowKnown = true;
      windowMs = traffic.windowMs;
      // Sessions of another window are none of what the detector knows: they begin anew.
      if (isOther && !isStart && config.store === undefined) {
        shared.tracker = trackerOf(windowMs);
        shared.store = shared.tracker;
      }
    },
    enforcementOf: (traffic) =>
      new Enforcement(
        {
          maxBlockedShare: config.maxBlockedShare,
          windowMs: windowFor(traffic),
        },
        listener,
        traffic === undefined && isTrafficChecked ? 'detector not from traffic' : undefined,
      ),
    driftOf: (detector, minRequests) =>
      config.store === undefined
        ? new SessionDrift(
            detector,
            { maxSessions: config.maxSessions, minRequests, windowMs: windowFor(detector.traffic) },
            (message) => findings.warn('ERR_DRIFT', `detector "${detector.name}": ${message}`),
          )
        : undefined,
  };
  const trackerOf = (ms: number) =>
    new SessionTracker({
      windowMs: ms,
      maxSessions: config.maxSessions,
      onEnd: (_client, slot) => detectors.latest?.drift?.end(slot),
    });
  const detectors = detectorSource(config.detector, config, hooks, findings, metrics);
  const exceptions = new Exceptions(config.exceptions, findings, metrics);
  const checksProxies = isChecked('trustProxy');
  const tracker = config.store === undefined ? trackerOf(windowMs) : undefined;
  const shared: Surroundings<Request> = {
    config,
    modes,
    templates,
    addresses: new AddressBook(config.addressTypes),
    store: config.store ?? (tracker as SessionTracker),
    tracker,
    detectors,
    addressOf(exchange) {
      if (checksProxies) {
        const { trustedProxies } = exchange;
        if (trustedProxies === 'all') {
          findings.warn('ERR_TRUST_PROXY_PERMISSIVE');
          return undefined;
        }
        if (
          trustedProxies === 'none' &&
          !findings.has('ERR_FORWARDED_UNTRUSTED') &&
          exchange.header('x-forwarded-for') !== undefined
        ) {
          findings.warn('ERR_FORWARDED_UNTRUSTED');
        }
      }
      return exchange.address;
    },
    isExcepted: (client, route, timeMs) => exceptions.holdFor(client, route, timeMs),
  };

  function conclude(course: Course<Request>, finding: Finding, startMs: number) {
    const { request } = course.exchange;
    const { action } = finding;
    const isEnforced = course.mode === 'enforce';
    const isRefused =
      isEnforced && (action === 'block' || (action === 'error' && onError === 'deny'));
    const decision = new MadeDecision(course, finding, isRefused);
    course.decision = decision;
    metrics.decided(decision, performance.now() - startMs);
    carry(course, decision);
    if (onDecision !== undefined) attempt('onDecision', () => onDecision(decision, request));
    if (isEnforced && exposeHeaders) course.headers = debugHeaders(decision);
    if (!isRefused) return course;
    const usual = refusalFor(action === 'block' ? 'block' : 'error', decision.requestId);
    return refuse(course, decision, { ...usual, headers: { ...usual.headers, ...course.headers } });
  }

  function refuse(course: Course<Request>, decision: Decision, usual: Refusal): MaybeLater<Ruling> {
    course.refusal = usual;
    if (handler === undefined) return course;
    const failed = () => metrics.failed('handler');
    try {
      const own = ownRefusal(handler, course.exchange.request, decision, usual);
      if (!isLater(own)) {
        course.refusal = own;
        return course;
      }
      return within(own, timeoutMs, () => new Late('handler', timeoutMs))
        .then((refusal) => {
          course.refusal = refusal;
        }, failed)
        .then(() => course);
    } catch {
      failed();
      return course;
    }
  }

  function decideLater(course: Course<Request>, finding: PromiseLike<Finding>, startMs: number) {
    course.running = finding;
    const concluded = within(finding, timeoutMs, () => new Late(course.stage, timeoutMs))
      .catch((error) => failure(course.stage, error))
      .then((found) => conclude(course, found, startMs))
      .finally(() => {
        course.pending = undefined;
      });
    if (course.mode === 'enforce') return concluded;
    course.pending = concluded;
    return course;
  }

  /** Of what the user gave: its failure is counted, and of nobody else's concern. */
  function attempt(kind: string, action: () => unknown): void {
    try {
      const result = action();
      if (isLater(result)) Promise.resolve(result).catch(() => metrics.failed(kind));
    } catch {
      metrics.failed(kind);
    }
  }

  function ruleOn(exchange: Exchange<Request>): MaybeLater<Ruling> {
    const startMs = performance.now();
    const requestId = requestIdFrom(exchange.header('x-request-id'));
    const course = new Course(requestId, exchange, shared);
    let finding: MaybeLater<Finding>;
    try {
      finding = course.run();
    } catch (error) {
      finding = failure(course.stage, error);
    }
    return isLater(finding)
      ? decideLater(course, finding, startMs)
      : conclude(course, finding, startMs);
  }

  /** What the framework or the application has in the decision's place is not the guard's to replace. */
  function carry(course: Course<Request>, decision: MadeDecision): void {
    const { request } = course.exchange;
    try {
      const earlier = carrier.get(request, requestPropertyName);
      if (earlier instanceof MadeDecision) decision.follow(earlier);
      else if (earlier !== undefined && earlier !== null) {
        throw new TypeError(`"${requestPropertyName}" is taken`);
      }
      carrier.set(request, requestPropertyName, decision);
      course.isCarried = carrier.get(request, requestPropertyName) === decision;
    } catch {
      metrics.failed('request property');
    }
  }

  /** Of a request under way that has passed the guard before. */
  function rulingFor(request: Request): MaybeLater<Ruling> | undefined {
    const ruling = uncarried.get(request as object);
    if (ruling !== undefined) return ruling;
    try {
      const carried = carrier.get(request, requestPropertyName);
      return carried instanceof MadeDecision ? carried.rulingBy(isOwn) : undefined;
    } catch {
      // What cannot be read carries none.
      return undefined;
    }
  }

  const isOwn = (ruling: Ruling) => (ruling as Course<Request>).isOf(shared);
  /** Of requests that have no decision yet, or no place for one. To have all of them here costs a collection 6 µs a request. */
  const uncarried = new WeakMap<object, MaybeLater<Ruling>>();

  return {
    /** A request that passes the guard again, where a router has it as well, is still one call. */
    decide(exchange) {
      const known = rulingFor(exchange.request);
      if (known !== undefined) return known;
      const ruling = ruleOn(exchange);
      const isCarried = !isLater(ruling) && (ruling as Course<Request>).isCarried;
      if (!isCarried) uncarried.set(exchange.request as object, ruling);
      return ruling;
    },

    answered(ruling, status, durationMs) {
      const course = ruling as Course<Request>;
      if (course.isAnswered) return;
      course.isAnswered = true;
      const letGo = () => course.letGo();
      const record = () => {
        if (course.running === undefined) letGo();
        else course.running.then(letGo, letGo);
        const { timeMs, client, isRecorded } = course;
        // What the guard answered is no answer of the handlers, and a refusal no fault of its client.
        if (!isRecorded || course.isRefused) return;
        attempt('store', () => shared.store.answered({ timeMs, client, status, durationMs }));
      };
      if (course.pending === undefined) record();
      else course.pending.then(record);
    },

    metrics: () =>
      metrics.expose({
        sessions: shared.store.counts,
        exceptions: exceptions.countAt(config.now()),
        detector: detectors.latest?.label,
        drift: detectors.latest?.drift?.look(),
        routes: detectors.latest?.enforcement.routes() ?? [],
      }),

    except: (decision, terms) => exceptions.add(decision, terms, config.now()),

    async close() {
      exceptions.close();
      await Promise.all([detectors.close(), shared.store.close?.()]);
    },
  };
}

function enforcementListener(findings: Findings, metrics: GuardMetrics): EnforcementListener {
  const ofClients = (nBlocked: number, kind: string) =>
    `${nBlocked} of the ${kind} would be blocked, more than maxBlockedShare, so that anomalies there are only observed`;
  return {
    manyAnomalies(route, nBlocked, nClients) {
      const detail = `${route}: ${ofClients(nBlocked, `last ${nClients} clients`)}`;
      findings.warn(
        'ERR_MANY_ANOMALIES',
        `${detail}: the detector may know other traffic than this`,
      );
    },
    paused(route, nBlocked, nEstablished) {
      metrics.paused(route);
      const detail = `${route}: ${ofClients(nBlocked, `${nEstablished} established clients`)}`;
      findings.warnAgain('ERR_ENFORCEMENT_PAUSED', `${detail} until there are fewer`);
    },
  };
}

/** What did not come in time. */
class Late extends Error {
  constructor(what: string, ms: number) {
    super(`${what} took longer than ${ms} ms`);
    this.name = 'Late';
  }
}

function failure(stage: Failure, error: unknown): Finding {
  return { action: 'error', reason: error instanceof Late ? 'timeout' : stage, error };
}

function debugHeaders({ prediction, score, detector }: Decision): Record<string, string> {
  return {
    'X-Anomaly-Prediction': prediction ?? 'none',
    'X-Anomaly-Score': String(score),
    ...(detector !== undefined && { 'X-Anomaly-Detector': detector }),
  };
}
