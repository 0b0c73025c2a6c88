// The sliding window, in panes: it slides by a pane at a time and holds the newest pane and those before it, so that
// forgetting costs as little as remembering. It therefore covers between 3/4 and all of its length.

import type { Rows } from './rows.js';

export const PANES = 4;

/** Where a pane has its place among the PANES of its owner; panes of one window have places of their own. */
export function placeOf(pane: number): number {
  return ((pane % PANES) + PANES) % PANES;
}

/** Panes from `place` to the newest one's place: 0 to PANES − 1. */
export function ageOf(place: number, newestPlace: number): number {
  return (newestPlace - place + PANES) % PANES;
}

/** What was summed or counted pane by pane for each of many owners. */
interface Paned {
  /** Drops what the pane at `place` holds. */
  forget(owner: number, place: number): void;
  /** Drops all. */
  clear(owner: number): void;
}

/** The windows of many owners, each where its calls have moved it. Of a row: its newest pane, counted from 1970 (float64). */
export class Windows {
  static readonly rowBytes = 8;
  readonly #paneMs: number;
  readonly #paned: readonly Paned[];
  readonly #panes: Float64Array;
  readonly #rowDoubles: number;
  readonly #at: number;

  constructor(rows: Rows, offset: number, windowMs: number, paned: readonly Paned[]) {
    this.#paneMs = windowMs / PANES;
    this.#paned = paned;
    this.#panes = rows.doubles;
    this.#rowDoubles = rows.rowBytes / 8;
    this.#at = offset / 8;
  }

  paneAt(timeMs: number): number {
    return Math.floor(timeMs / this.#paneMs);
  }

  newest(owner: number): number {
    return this.#panes[owner * this.#rowDoubles + this.#at];
  }

  /** Whether the window holds `pane`, or would once it moved there, without losing all that it holds. */
  reaches(owner: number, pane: number): boolean {
    return this.reachesAny(owner, pane, pane);
  }

  /** The same of any pane between two. */
  reachesAny(owner: number, earliest: number, latest: number): boolean {
    const newest = this.newest(owner);
    return newest > earliest - PANES && newest < latest + PANES;
  }

  /** Moves the window on, if `pane` is newer than all that it holds; one that it reaches. */
  moveTo(owner: number, pane: number): void {
    const newest = this.newest(owner);
    for (let passed = newest + 1; passed <= pane; passed++) {
      for (const one of this.#paned) one.forget(owner, placeOf(passed));
    }
    if (pane > newest) this.#setNewest(owner, pane);
  }

  /** Begins anew, with nothing in any pane. */
  beginAt(owner: number, pane: number): void {
    for (const one of this.#paned) one.clear(owner);
    this.#setNewest(owner, pane);
  }

  #setNewest(owner: number, pane: number): void {
    this.#panes[owner * this.#rowDoubles + this.#at] = pane;
  }
}
