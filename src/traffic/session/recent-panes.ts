// What time it is, as many calls tell it: the panes that the last few hundred of them lie between. One call whose clock
// has jumped, or a line of a log that comes late, moves a single end, and a session is over only beyond both. The span
// under way counts as well: where calls are few, it may take days.

const CALLS_PER_SPAN = 256;

export class RecentPanes {
  /** Of the last whole span of calls; until there was one, any pane may be the present. */
  #earliest = Number.NEGATIVE_INFINITY;
  #latest = Number.POSITIVE_INFINITY;
  /** Of the span under way. */
  #earliestSoFar = Number.POSITIVE_INFINITY;
  #latestSoFar = Number.NEGATIVE_INFINITY;
  #nCalls = 0;

  get earliest(): number {
    return Math.min(this.#earliest, this.#earliestSoFar);
  }

  get latest(): number {
    return Math.max(this.#latest, this.#latestSoFar);
  }

  add(pane: number): void {
    if (pane < this.#earliestSoFar) this.#earliestSoFar = pane;
    if (pane > this.#latestSoFar) this.#latestSoFar = pane;
    if (++this.#nCalls < CALLS_PER_SPAN) return;
    this.#earliest = this.#earliestSoFar;
    this.#latest = this.#latestSoFar;
    this.#earliestSoFar = Number.POSITIVE_INFINITY;
    this.#latestSoFar = Number.NEGATIVE_INFINITY;
    this.#nCalls = 0;
  }
}
