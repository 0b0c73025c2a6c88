// The sessions of a replay that are shown: those that scored lowest, as many as there is room for.

/** What is kept of a session once it is over. */
export interface EndedSession {
  readonly client: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly calls: number;
  /** Of its lowest call; the threshold at which the session flips. */
  readonly lowestScore: number;
  /** What that call called. */
  readonly route: string;
  /** [nFeatures] its behaviour, unscaled */
  readonly row: Float64Array;
  /** [nThresholds] calls that would have been blocked, by the thresholds asked for */
  readonly blocked: readonly number[];
}

/** Lowest first; of equal ones that with more calls, then the earlier. */
export function compareSessions(a: EndedSession, b: EndedSession): number {
  return (
    a.lowestScore - b.lowestScore ||
    b.calls - a.calls ||
    a.fromMs - b.fromMs ||
    (a.client < b.client ? -1 : 1)
  );
}

export class SessionList {
  #sessions: EndedSession[] = [];
  /** Scores above it have no place in the list. */
  #most: number;

  /** Of scores above `above` up to `most`, the `capacity` lowest. */
  constructor(
    readonly capacity: number,
    readonly above: number,
    most: number,
  ) {
    this.#most = most;
  }

  /** Whether a session with this score may have a place. */
  takes(lowestScore: number): boolean {
    return lowestScore > this.above && lowestScore <= this.#most;
  }

  /** One that the list takes. */
  add(session: EndedSession): void {
    this.#sessions.push(session);
    // Sorted only when there are twice as many as are kept: seldom.
    if (this.#sessions.length >= 2 * this.capacity) this.#cut();
  }

  sorted(): readonly EndedSession[] {
    this.#cut();
    return this.#sessions;
  }

  #cut(): void {
    const kept = this.#sessions.sort(compareSessions).slice(0, this.capacity);
    if (kept.length === this.capacity) this.#most = kept[kept.length - 1].lowestScore;
    this.#sessions = kept;
  }
}
