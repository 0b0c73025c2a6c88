// Whether anomalies on a route may be refused, by what the detector says of the route's clients. It ramps up: at first
// they are observed, until enough clients were judged and few enough of them would be blocked. It pauses while too many
// of the established clients would be: new ones do not count, so that no flood of them switches it off.
import { EstablishedClients } from './established-clients.js';
import { RecentClients } from './recent-clients.js';

/** Why an anomaly is only observed although its mode is to enforce. */
export const HOLDS = [
  'ramp-up: few clients',
  'ramp-up: many anomalies',
  'paused',
  'detector not from traffic',
] as const;
export type Hold = (typeof HOLDS)[number];

export interface EnforcementOptions {
  /** Of a route's clients, 0 to 1; 1: neither ramp-up nor pause. */
  readonly maxBlockedShare: number;
  /** Of the sessions that are judged. */
  readonly windowMs: number;
}

/** Told of what has changed on a route; counts are of the clients that were looked at. */
export interface EnforcementListener {
  /** The ramp-up goes on for too many that would be blocked. */
  manyAnomalies(route: string, nBlocked: number, nClients: number): void;
  paused(route: string, nBlocked: number, nEstablished: number): void;
}

const MIN_CLIENTS = 50;
const MIN_NETWORKS = 20;
/** Looks at the established clients in a window, beside those whenever one of them would be blocked. */
const CHECKS_PER_WINDOW = 30;

export class RouteEnforcement {
  readonly route: string;
  hold: Hold | undefined;
  readonly #options: EnforcementOptions;
  readonly #listener: EnforcementListener;
  readonly #recent: RecentClients;
  readonly #established: EstablishedClients;
  #checkedMs = Number.NaN;

  constructor(route: string, options: EnforcementOptions, listener: EnforcementListener) {
    this.route = route;
    this.hold = options.maxBlockedShare === 1 ? undefined : 'ramp-up: few clients';
    this.#options = options;
    this.#listener = listener;
    this.#recent = new RecentClients(options.windowMs);
    this.#established = new EstablishedClients(options.windowMs);
  }

  /** Of the last clients, those that would be blocked; 0 to 1. */
  get blockedShare(): number {
    return this.#recent.blockedShare;
  }

  /** @param client hash, below CLIENT_HASHES */
  judged(client: number, network: string, isBlocked: boolean, timeMs: number): void {
    const isPaused = this.hold === 'paused';
    const isNews = this.#recent.add(client, network, isBlocked, timeMs);
    const isAlarming = this.#established.judged(client, isBlocked, timeMs, isPaused);
    if (this.hold !== undefined && !isPaused) {
      if (isNews) this.#rampUp();
    } else if (isAlarming || this.#isCheckDue(timeMs)) {
      this.#check(timeMs);
    }
  }

  #rampUp(): void {
    const { size, nBlocked, nNetworks, blockedShare } = this.#recent;
    if (size < MIN_CLIENTS || nNetworks < MIN_NETWORKS) {
      this.hold = 'ramp-up: few clients';
      return;
    }
    const isMany = blockedShare > this.#options.maxBlockedShare;
    if (isMany && this.hold !== 'ramp-up: many anomalies') {
      this.#listener.manyAnomalies(this.route, nBlocked, size);
    }
    this.hold = isMany ? 'ramp-up: many anomalies' : undefined;
  }

  /** Also of a clock that was set back. */
  #isCheckDue(timeMs: number): boolean {
    const elapsedMs = timeMs - this.#checkedMs;
    return !(elapsedMs >= 0 && elapsedMs < this.#options.windowMs / CHECKS_PER_WINDOW);
  }

  #check(timeMs: number): void {
    this.#checkedMs = timeMs;
    const { clients, blocked } = this.#established.countAt(timeMs);
    // Too few tell nothing: what is paused stays so.
    if (clients < MIN_CLIENTS) return;
    const isMany = blocked / clients > this.#options.maxBlockedShare;
    if (isMany && this.hold === undefined) this.#listener.paused(this.route, blocked, clients);
    this.hold = isMany ? 'paused' : undefined;
  }
}
