// What the guard counts, for Prometheus. Labels are bounded: routes beyond the first hundred share one.

import type { WatchedDrift } from '../../model/drift-monitor.js';
import { EXPOSITION_TYPE, Histogram, metricText, type Sample } from '../../prometheus.js';
import type { SessionCounts } from '../session/session-store.js';
import { type Decision, GUARD_ACTIONS } from './decision.js';
import type { RouteEnforcement } from './route-enforcement.js';

export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

/** What is told from elsewhere when the metrics are read. */
export interface GuardGauges {
  readonly sessions: SessionCounts;
  readonly exceptions: number;
  readonly detector: string | undefined;
  readonly routes: Iterable<RouteEnforcement>;
  /** Undefined where it is not watched. */
  readonly drift: WatchedDrift | undefined;
}

const PREFIX = 'anomaly_predictor_guard_';
const MOST_ROUTES = 100;
const OTHER_ROUTES = 'other';
const SECONDS_BOUNDS = [2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 1e-3, 1e-2, 0.1, 1];
/** Of the decisions of a route: actions in observe mode, then in enforce mode. */
const N_COUNTERS = 2 * GUARD_ACTIONS.length;

export class GuardMetrics {
  readonly #byRoute = new Map<string, Float64Array>();
  readonly #byReason = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  readonly #pauses = new Map<string, number>();
  readonly #seconds = new Histogram(SECONDS_BOUNDS);

  decided({ action, mode, reason, route }: Decision, elapsedMs: number): void {
    const counters = this.#countersOf(route);
    counters[GUARD_ACTIONS.indexOf(action) + (mode === 'observe' ? 0 : GUARD_ACTIONS.length)]++;
    increment(this.#byReason, reason);
    if (action === 'error') increment(this.#failures, reason);
    this.#seconds.observe(elapsedMs / 1_000);
  }

  /** Counts what went wrong beside a decision, as in `onDecision` or in a file that was read again. */
  failed(kind: string): void {
    increment(this.#failures, kind);
  }

  /** Counts that enforcing pauses on a route; of so many routes as are told apart. */
  paused(route: string): void {
    increment(
      this.#pauses,
      this.#pauses.has(route) || this.#pauses.size < MOST_ROUTES ? route : OTHER_ROUTES,
    );
  }

  expose({ sessions, exceptions, detector, routes: ofRoutes, drift }: GuardGauges): Exposition {
    const routes = [...ofRoutes];
    const text = [
      counter('decisions_total', 'Requests by what was decided', this.#decisions()),
      counter('reasons_total', 'Decisions by their reason', samplesOf(this.#byReason, 'reason')),
      counter(
        'errors_total',
        'Decisions that failed, and what failed beside them, by where it did',
        samplesOf(this.#failures, 'kind'),
      ),
      metricText(
        `${PREFIX}decision_seconds`,
        'histogram',
        'Time from the request to its decision',
        this.#seconds.samples(),
      ),
      metricText(
        `${PREFIX}enforcement`,
        'gauge',
        'Whether anomalies of a route may be refused where its mode is to enforce: on, or why not',
        routes.map(({ route, hold = 'on' }) => ({ labels: { route, state: hold }, value: 1 })),
      ),
      metricText(
        `${PREFIX}blocked_share`,
        'gauge',
        'Of the last 100 clients that were judged on a route, the share that would be blocked',
        routes.map(({ route, blockedShare }) => ({ labels: { route }, value: blockedShare })),
      ),
      counter('pauses_total', 'Times that enforcing paused', samplesOf(this.#pauses, 'route')),
      ...driftMetrics(drift),
      gauge('sessions', 'Sessions that are held', sessions.sessions),
      gauge('groups', 'Groups of sessions that are held', sessions.groups),
      counter('evicted_total', 'Forgotten for lack of room, before they were over', [
        { labels: { kind: 'session' }, value: sessions.evictedSessions },
        { labels: { kind: 'group' }, value: sessions.evictedGroups },
      ]),
      counter('expired_sessions_total', 'Sessions that were over', [
        { value: sessions.expiredSessions },
      ]),
      counter('time_jumps_total', 'Sessions that began anew because time went back', [
        { value: sessions.timeJumps },
      ]),
      gauge('exceptions', 'Exceptions in force', exceptions),
      metricText(`${PREFIX}detector`, 'gauge', 'Whether there is a detector, and which', [
        detector === undefined ? { value: 0 } : { labels: { detector }, value: 1 },
      ]),
    ];
    return { contentType: EXPOSITION_TYPE, text: text.join('') };
  }

  #decisions(): Sample[] {
    return [...this.#byRoute].flatMap(([route, counters]) =>
      [...counters].flatMap((value, at) => {
        const mode = at < GUARD_ACTIONS.length ? 'observe' : 'enforce';
        const action = GUARD_ACTIONS[at % GUARD_ACTIONS.length];
        return value === 0 ? [] : [{ labels: { action, mode, route }, value }];
      }),
    );
  }

  #countersOf(route: string): Float64Array {
    let counters = this.#byRoute.get(route);
    if (counters !== undefined) return counters;
    const label = this.#byRoute.size < MOST_ROUTES ? route : OTHER_ROUTES;
    counters = this.#byRoute.get(label);
    if (counters === undefined) {
      counters = new Float64Array(N_COUNTERS);
      this.#byRoute.set(label, counters);
    }
    return counters;
  }
}

function driftMetrics(drift: WatchedDrift | undefined): string[] {
  if (drift === undefined) return [];
  const { drifted, effectiveRows, score, features } = drift;
  return [
    gauge('drifted', 'Whether sessions do not look like what the detector knows', Number(drifted)),
    gauge('drift_sessions', 'Sessions that are compared with what it knows', effectiveRows),
    metricText(
      `${PREFIX}drift_score_psi`,
      'gauge',
      'Population stability index of the score',
      score === null ? [] : [{ value: score.psi }],
    ),
    metricText(
      `${PREFIX}drift_psi`,
      'gauge',
      'Population stability index of each feature',
      features.map(({ name, psi }) => ({ labels: { feature: name }, value: psi })),
    ),
  ];
}

function samplesOf(counts: ReadonlyMap<string, number>, label: string): Sample[] {
  return Array.from(counts, ([name, value]) => ({ labels: { [label]: name }, value }));
}

function increment(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function counter(name: string, help: string, samples: readonly Sample[]): string {
  return metricText(PREFIX + name, 'counter', help, samples);
}

function gauge(name: string, help: string, value: number): string {
  return metricText(PREFIX + name, 'gauge', help, [{ value }]);
}
