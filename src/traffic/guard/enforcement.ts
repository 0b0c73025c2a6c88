// Whether anomalies may be refused, by route, for as long as one detector is at work. In bounded memory: routes beyond
// the first hundred share one state.
import { randomInt } from 'node:crypto';
import { textHash } from '../session/text-hash.js';
import { plainRoute } from './plain-path.js';
import {
  type EnforcementListener,
  type EnforcementOptions,
  type Hold,
  RouteEnforcement,
} from './route-enforcement.js';

/** As many as metrics tell apart. */
const MAX_ROUTES = 100;
const OTHER_ROUTES = 'other';
/** Writings of routes that are remembered. */
const MAX_WRITINGS = 4_096;

export class Enforcement {
  /** Holds all routes. */
  readonly #hold: Hold | undefined;
  readonly #options: EnforcementOptions;
  readonly #listener: EnforcementListener;
  readonly #routes = new Map<string, RouteEnforcement>();
  readonly #byWriting = new Map<string, RouteEnforcement>();
  /** Nobody shall choose addresses by it. */
  readonly #seed = randomInt(2 ** 32);

  constructor(
    options: EnforcementOptions,
    listener: EnforcementListener,
    hold: Hold | undefined = undefined,
  ) {
    this.#options = options;
    this.#listener = listener;
    this.#hold = hold;
  }

  /** A client, beyond those that are unknown, was judged at a call. */
  judged(route: string, client: string, network: string, isBlocked: boolean, timeMs: number): void {
    const hash = textHash(client, this.#seed) >>> 2;
    this.#of(route).judged(hash, network, isBlocked, timeMs);
  }

  /** Undefined where an anomaly on the route may be refused. */
  holdOf(route: string): Hold | undefined {
    return this.#hold ?? this.#of(route).hold;
  }

  routes(): Iterable<RouteEnforcement> {
    return this.#routes.values();
  }

  #of(route: string): RouteEnforcement {
    return this.#byWriting.get(route) ?? this.#find(route);
  }

  #find(writing: string): RouteEnforcement {
    const plain = plainRoute(writing);
    const name = this.#routes.has(plain) || this.#routes.size < MAX_ROUTES ? plain : OTHER_ROUTES;
    let route = this.#routes.get(name);
    if (route === undefined) {
      route = new RouteEnforcement(name, this.#options, this.#listener);
      this.#routes.set(name, route);
    }
    if (this.#byWriting.size < MAX_WRITINGS) this.#byWriting.set(writing, route);
    return route;
  }
}
