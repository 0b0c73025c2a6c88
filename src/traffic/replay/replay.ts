// A replay of past traffic: what a detector would have blocked, at its own threshold and at others. The calls go through
// the same tracker and the same judge as live ones, once, in constant memory.
import type { Kernels } from '../../../native-free-kernels/contract.js';
import type { Detector } from '../../model/detector.js';
import { driftOf, Population } from '../../model/drift.js';
import type { TrafficSettings } from '../../model/traffic-settings.js';
import type { Call } from '../call.js';
import type { TrafficFeature } from '../features/feature.js';
import type { TrafficException } from '../guard/exception-file.js';
import { ExceptionTable } from '../guard/exception-table.js';
import { createJudge, type Judge } from '../judge.js';
import { followCalls } from '../logs/follow-log.js';
import type { LoggedCall } from '../logs/logged-call.js';
import { SessionPopulation } from '../sampling/session-population.js';
import type { Session } from '../session/session.js';
import { DEFAULT_MAX_SESSIONS, SessionTracker } from '../session/session-tracker.js';
import { causesOf } from './causes.js';
import { ClientList } from './client-list.js';
import { OpenSessions } from './open-sessions.js';
import type { Flip, ListedSession, ReplayResult } from './replay-result.js';
import { edgeOf, scoreEdges } from './score-edges.js';
import { compareSessions, type EndedSession, SessionList } from './session-list.js';
import { Tally } from './tally.js';
import { TallyByHour, TallyByRoute } from './tally-by.js';

export interface ReplayOptions extends TrafficSettings {
  /** To be compared with the detector's own threshold, 0. */
  readonly thresholds: readonly number[];
  /** The user's own. */
  readonly features?: readonly TrafficFeature[];
  /** Calls that they cover are not blocked, as if they had been in force. */
  readonly exceptions?: readonly TrafficException[];
  /** Sessions that are held at most, as of the live tracker. */
  readonly maxSessions?: number;
}

const OWN_THRESHOLD = 0;
/** Thresholds of a result beside those that were asked for. */
const MOST_THRESHOLDS = 100;
/** Sessions of each of the two lists: of the lowest, and of those that flip. */
const LISTED_SESSIONS = 500;
const LISTED_CLIENTS = 500;

export class Replay {
  readonly #detector: Detector;
  readonly #kernels: Kernels;
  readonly #asked: readonly number[];
  readonly #edges: Float64Array;
  readonly #tracker: SessionTracker;
  readonly #judge: Judge;
  readonly #exceptions: ExceptionTable;
  readonly #total: Tally;
  readonly #routes: TallyByRoute;
  readonly #hours: TallyByHour;
  readonly #sessions: OpenSessions;
  readonly #lowest: SessionList;
  readonly #flipping: SessionList;
  readonly #clients: ClientList;
  readonly #population: Population;
  readonly #snapshots: SessionPopulation;
  #nSessions = 0;
  #nJudged = 0;
  #fromMs = Number.POSITIVE_INFINITY;
  #toMs = Number.NEGATIVE_INFINITY;

  /** @throws AnomalyPredictorError `bad-option` where traffic has not the features of the detector */
  constructor(detector: Detector, kernels: Kernels, options: ReplayOptions) {
    const { minRequests, windowMs, features, maxSessions = DEFAULT_MAX_SESSIONS } = options;
    this.#detector = detector;
    this.#kernels = kernels;
    this.#asked = [...new Set([OWN_THRESHOLD, ...options.thresholds])];
    this.#edges = scoreEdges(this.#asked);
    this.#population = new Population(detector);
    this.#snapshots = new SessionPopulation(detector, this.#population, {
      maxSessions,
      minRequests,
    });
    this.#tracker = new SessionTracker({
      windowMs,
      maxSessions,
      onEnd: (_client, slot) => this.#snapshots.end(slot),
    });
    this.#judge = createJudge(detector, kernels, { minRequests, features });
    this.#exceptions = new ExceptionTable(options.exceptions ?? []);
    const nEdges = this.#edges.length;
    this.#total = new Tally(nEdges);
    this.#routes = new TallyByRoute(nEdges);
    this.#hours = new TallyByHour(nEdges);
    const [least, most] = [Math.min(...this.#asked), Math.max(...this.#asked)];
    this.#lowest = new SessionList(LISTED_SESSIONS, Number.NEGATIVE_INFINITY, Number.MAX_VALUE);
    this.#flipping = new SessionList(LISTED_SESSIONS, least, most);
    this.#clients = new ClientList(LISTED_CLIENTS, this.#asked);
    this.#sessions = new OpenSessions(
      maxSessions,
      detector.schema.features.length,
      this.#asked,
      (lowestScore) =>
        [this.#lowest, this.#flipping, this.#clients].filter((list) => list.takes(lowestScore)),
    );
  }

  /** Calls of the log, in the log's order. */
  addAll(calls: readonly LoggedCall[]): void {
    followCalls(calls, this.#tracker, (session, call) => this.#add(session, call));
  }

  /** Of all calls; none can be added afterwards. */
  result(): ReplayResult {
    const tracker = this.#tracker.counts;
    this.#sessions.endAll();
    this.#snapshots.endAll();
    const edges = this.#shownEdges();
    const thresholds = edges.map((edge) => this.#edges[edge]);
    const total = this.#total.counts(edges);
    const routes = this.#routes
      .entries()
      .map(([route, tally]) => ({ route, ...tally.counts(edges) }));
    const shown = thresholds.indexOf(this.#asked[this.#asked.length - 1]);
    routes.sort((a, b) => b.blocked[shown] - a.blocked[shown] || b.calls - a.calls);
    const hours = this.#hours
      .entries()
      .map(([fromMs, tally]) => ({ from: isoTime(fromMs), ...tally.counts(edges) }));
    const listed = this.#listed();
    const own = thresholds.indexOf(OWN_THRESHOLD);
    const flips = this.#asked.slice(1).map((threshold) => {
      const moved = total.flagged[thresholds.indexOf(threshold)] - total.flagged[own];
      return flipOf(threshold, moved, listed);
    });
    return {
      from: total.calls === 0 ? null : isoTime(this.#fromMs),
      to: total.calls === 0 ? null : isoTime(this.#toMs),
      sessions: this.#nSessions,
      judgedSessions: this.#nJudged,
      asked: this.#asked,
      thresholds,
      total,
      routes,
      hours,
      hourMs: this.#hours.spanMs,
      clients: this.#clients.sorted(),
      listed,
      flips,
      drift: driftOf(this.#detector, this.#population, { keysAreSessions: true }),
      tracker,
    };
  }

  #add(session: Session, call: Call): void {
    const { timeMs, client, route } = call;
    const { score, row } = this.#judge(session, OWN_THRESHOLD);
    this.#snapshots.add(session, this.#tracker.slot, timeMs, row, score);
    const isNew = session.totalCalls === 1;
    const slot = this.#sessions.slotFor(call, isNew);
    if (isNew) this.#nSessions++;
    if (timeMs < this.#fromMs) this.#fromMs = timeMs;
    if (timeMs > this.#toMs) this.#toMs = timeMs;
    const tallies = [this.#total, this.#routes.of(route), this.#hours.of(timeMs)];
    if (Number.isNaN(score)) {
      for (const tally of tallies) tally.addUnknown();
      return;
    }
    if (this.#exceptions.holdFor(client, route, timeMs)) {
      for (const tally of tallies) tally.addExcepted();
      return;
    }
    const edge = edgeOf(this.#edges, score);
    const lowest = this.#sessions.lowest(slot);
    if (lowest === Number.POSITIVE_INFINITY) this.#nJudged++;
    const lowestEdge = edgeOf(this.#edges, lowest);
    for (const tally of tallies) tally.add(edge, lowestEdge);
    this.#sessions.judged(slot, score, route, row);
  }

  /** Those asked for, and of those at which something changes as many as are wanted, evenly; ascending. */
  #shownEdges(): number[] {
    const telling = this.#total.telling();
    const [first] = telling;
    // Below the first there is nothing to see: it shows so.
    if (first > 0) telling.unshift(first - 1);
    const step = Math.max(1, (telling.length - 1) / (MOST_THRESHOLDS - 1));
    const taken = Array.from(
      { length: Math.min(telling.length, MOST_THRESHOLDS) },
      (_, i) => telling[Math.round(i * step)],
    );
    const asked = this.#asked.map((threshold) => edgeOf(this.#edges, threshold));
    return [...new Set([...taken, ...asked])].sort((a, b) => a - b);
  }

  #listed(): ListedSession[] {
    const sessions: EndedSession[] = [
      ...new Set([...this.#lowest.sorted(), ...this.#flipping.sorted()]),
    ].sort(compareSessions);
    const causes = causesOf(
      this.#detector,
      this.#kernels,
      sessions.map(({ row }) => row),
    );
    return sessions.map(({ client, fromMs, toMs, calls, lowestScore, route, blocked }, i) => ({
      client,
      from: isoTime(fromMs),
      to: isoTime(toMs),
      calls,
      lowestScore,
      route,
      blocked,
      because: causes[i],
    }));
  }
}

function flipOf(threshold: number, moved: number, listed: readonly ListedSession[]): Flip {
  const [above, most] = [Math.min(threshold, OWN_THRESHOLD), Math.max(threshold, OWN_THRESHOLD)];
  return {
    threshold,
    newlyFlagged: Math.max(0, moved),
    noLongerFlagged: Math.max(0, -moved),
    listed: [...listed.keys()].filter(
      (i) => listed[i].lowestScore > above && listed[i].lowestScore <= most,
    ),
  };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
