// The sample of a session that stands for it wherever populations of sessions are compared or written: its behaviours at
// the first call that is judged, whenever its calls have doubled since, and at its last. So a session of n calls has about
// log₂ n behaviours, and long ones do not drown the others.
import type { Session } from '../session/session.js';

export interface SessionSnapshotsOptions {
  /** The tracker's. */
  readonly maxSessions: number;
  /** Calls in the window before which a session is not judged. */
  readonly minRequests: number;
  /** Numbers that are kept of a call. */
  readonly nValues: number;
  /** Takes a snapshot. */
  readonly take: (snapshot: Snapshot) => void;
}

/** A session at one of its calls; valid until the next one. */
export interface Snapshot {
  client: string;
  /** The session's first call. */
  startMs: number;
  /** The call's. */
  timeMs: number;
  /** [nValues] */
  readonly values: Float64Array;
}

/** What of a session lies where in its row: the calls at which it is written next. */
const NEXT_CALLS = 0;
/** 1 where its last call is judged and not taken yet: then the following are of it. */
const IS_OPEN = 1;
const START_MS = 2;
const TIME_MS = 3;
/** [nValues] To hold sessions instead costs more than half a tracker (Node 20). */
const VALUES = 4;

/** The tracker's `onEnd` is to be `end`. */
export class SessionSnapshots {
  readonly #options: SessionSnapshotsOptions;
  /** [maxSessions × rowLength] by the tracker's slots */
  readonly #rows: Float64Array;
  readonly #rowLength: number;
  readonly #clients: string[] = [];
  readonly #snapshot: Snapshot;
  #sessions = 0;

  constructor(options: SessionSnapshotsOptions) {
    const { maxSessions, nValues } = options;
    this.#options = options;
    this.#rowLength = VALUES + nValues;
    this.#rows = new Float64Array(maxSessions * this.#rowLength);
    this.#snapshot = { client: '', startMs: 0, timeMs: 0, values: new Float64Array(nValues) };
  }

  /** Sessions so far, those with too few calls included. */
  get sessions(): number {
    return this.#sessions;
  }

  /**
   * A session at its latest call, and the tracker's slot of it.
   * @param values [nValues] copied; read only where the session is judged
   */
  add(session: Session, slot: number, timeMs: number, values: Float64Array): void {
    const { minRequests } = this.#options;
    const rows = this.#rows;
    const at = slot * this.#rowLength;
    if (session.totalCalls === 1) this.#begin(session, slot);
    // Begun before anyone looked: its first calls are not known.
    if (rows[at + NEXT_CALLS] === 0) return;
    rows[at + IS_OPEN] = 0;
    if (session.calls < minRequests) return;
    rows[at + TIME_MS] = timeMs;
    for (let i = 0; i < values.length; i++) rows[at + VALUES + i] = values[i];
    if (session.totalCalls < rows[at + NEXT_CALLS]) {
      rows[at + IS_OPEN] = 1;
      return;
    }
    this.#take(slot);
    while (rows[at + NEXT_CALLS] <= session.totalCalls) rows[at + NEXT_CALLS] *= 2;
  }

  /** The session that the tracker had there is over. */
  end(slot: number): void {
    const at = slot * this.#rowLength;
    if (this.#rows[at + IS_OPEN] === 0) return;
    this.#rows[at + IS_OPEN] = 0;
    this.#take(slot);
  }

  /** The traffic is over, and all sessions with it: those whose last calls came first are taken first. */
  endAll(): void {
    const timeMsOf = (slot: number) => this.#rows[slot * this.#rowLength + TIME_MS];
    const slots = [...this.#clients.keys()].sort((a, b) => timeMsOf(a) - timeMsOf(b));
    for (const slot of slots) this.end(slot);
  }

  #begin({ client, startMs }: Session, slot: number): void {
    // A tracker may end a session with the very call that began it, before it is added here.
    this.end(slot);
    this.#clients[slot] = client;
    this.#rows[slot * this.#rowLength + START_MS] = startMs;
    this.#rows[slot * this.#rowLength + NEXT_CALLS] = this.#options.minRequests;
    this.#sessions++;
  }

  #take(slot: number): void {
    const snapshot = this.#snapshot;
    const at = slot * this.#rowLength;
    snapshot.client = this.#clients[slot];
    snapshot.startMs = this.#rows[at + START_MS];
    snapshot.timeMs = this.#rows[at + TIME_MS];
    for (let i = 0; i < snapshot.values.length; i++)
      snapshot.values[i] = this.#rows[at + VALUES + i];
    this.#options.take(snapshot);
  }
}
