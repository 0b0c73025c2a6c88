// Tallies by route and by hour, in bounded memory however many there are.
import { Tally } from './tally.js';

const MOST_ROUTES = 500;
/** Where calls of routes beyond the most are counted. */
const OTHER_ROUTES = '(other routes)';

export class TallyByRoute {
  readonly #tallies = new Map<string, Tally>();

  constructor(readonly nEdges: number) {}

  of(route: string): Tally {
    const known = this.#tallies.get(route);
    if (known !== undefined) return known;
    if (this.#tallies.size >= MOST_ROUTES && route !== OTHER_ROUTES) return this.of(OTHER_ROUTES);
    const tally = new Tally(this.nEdges);
    this.#tallies.set(route, tally);
    return tally;
  }

  entries(): [route: string, tally: Tally][] {
    return [...this.#tallies];
  }
}

const HOUR_MS = 3_600_000;
/** Two weeks of hours. */
const MOST_SPANS = 336;
const HOURS_PER_DAY = 24;
const DAYS_PER_WEEK = 7;

/** Hours since 1970 in UTC; of a log with more than 336 of them days, then weeks and so on. */
export class TallyByHour {
  #spanMs = HOUR_MS;
  #tallies = new Map<number, Tally>();

  constructor(readonly nEdges: number) {}

  get spanMs(): number {
    return this.#spanMs;
  }

  of(timeMs: number): Tally {
    const span = Math.floor(timeMs / this.#spanMs);
    const known = this.#tallies.get(span);
    if (known !== undefined) return known;
    if (this.#tallies.size >= MOST_SPANS) {
      this.#widen(this.#spanMs === HOUR_MS ? HOURS_PER_DAY : DAYS_PER_WEEK);
      return this.of(timeMs);
    }
    const tally = new Tally(this.nEdges);
    this.#tallies.set(span, tally);
    return tally;
  }

  /** In the order of time. */
  entries(): [fromMs: number, tally: Tally][] {
    return [...this.#tallies]
      .map(([span, tally]): [number, Tally] => [span * this.#spanMs, tally])
      .sort(([a], [b]) => a - b);
  }

  #widen(factor: number): void {
    const narrow = this.#tallies;
    this.#tallies = new Map();
    this.#spanMs *= factor;
    for (const [span, tally] of narrow) {
      const wide = Math.floor(span / factor);
      const known = this.#tallies.get(wide);
      if (known === undefined) this.#tallies.set(wide, tally);
      else known.addAll(tally);
    }
  }
}
