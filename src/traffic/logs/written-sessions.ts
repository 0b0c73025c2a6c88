// At which of its calls a session's behaviour is written: the first that is judged, whenever its calls have doubled since,
// and its last. So a session of n calls has about log₂ n behaviours, and long ones do not drown the others.
import type { BehaviourInto } from '../features/behaviour-row.js';
import type { Session } from '../session/session.js';

export interface WrittenSessionsOptions {
  /** The tracker's. */
  readonly maxSessions: number;
  /** Calls in the window before which a session is not judged. */
  readonly minRequests: number;
  readonly nFeatures: number;
  readonly behaviourInto: BehaviourInto;
  /** `row`: [nFeatures] the client's behaviour by then, valid until the next one */
  readonly write: (client: string, timeMs: number, row: Float64Array) => void;
}

/** What of a session lies where in its row: the calls at which it is written next. */
const NEXT_CALLS = 0;
/** 1 where its last call is judged and not written yet: then the following are of it. */
const IS_UNWRITTEN = 1;
const TIME_MS = 2;
/** [nFeatures] To hold sessions instead costs more than half a tracker (Node 20). */
const BEHAVIOUR = 3;

/** The tracker's `onEnd` is to be `end`. */
export class WrittenSessions {
  readonly #options: WrittenSessionsOptions;
  /** [maxSessions × rowLength] by the tracker's slots */
  readonly #rows: Float64Array;
  readonly #rowLength: number;
  readonly #clients: string[] = [];
  readonly #row: Float64Array;
  #sessions = 0;

  constructor(options: WrittenSessionsOptions) {
    const { maxSessions, nFeatures } = options;
    this.#options = options;
    this.#rowLength = BEHAVIOUR + nFeatures;
    this.#rows = new Float64Array(maxSessions * this.#rowLength);
    this.#row = new Float64Array(nFeatures);
  }

  /** Sessions so far, those with too few calls included. */
  get sessions(): number {
    return this.#sessions;
  }

  /** A session at its latest call, and the tracker's slot of it. */
  add(session: Session, slot: number, timeMs: number): void {
    const { minRequests, behaviourInto, write } = this.#options;
    const rows = this.#rows;
    const at = slot * this.#rowLength;
    if (session.totalCalls === 1) this.#begin(session.client, slot);
    rows[at + IS_UNWRITTEN] = 0;
    if (session.calls < minRequests) return;
    behaviourInto(session, this.#row);
    if (session.totalCalls < rows[at + NEXT_CALLS]) {
      rows[at + IS_UNWRITTEN] = 1;
      rows[at + TIME_MS] = timeMs;
      rows.set(this.#row, at + BEHAVIOUR);
      return;
    }
    write(session.client, timeMs, this.#row);
    while (rows[at + NEXT_CALLS] <= session.totalCalls) rows[at + NEXT_CALLS] *= 2;
  }

  /** The session that the tracker had there is over. */
  end(slot: number): void {
    const rows = this.#rows;
    const at = slot * this.#rowLength;
    if (rows[at + IS_UNWRITTEN] === 0) return;
    rows[at + IS_UNWRITTEN] = 0;
    const behaviour = rows.subarray(at + BEHAVIOUR, at + this.#rowLength);
    this.#options.write(this.#clients[slot], rows[at + TIME_MS], behaviour);
  }

  /** The traffic is over, and all sessions with it: those whose last calls came first are written first. */
  endAll(): void {
    const timeMsOf = (slot: number) => this.#rows[slot * this.#rowLength + TIME_MS];
    const slots = [...this.#clients.keys()].sort((a, b) => timeMsOf(a) - timeMsOf(b));
    for (const slot of slots) this.end(slot);
  }

  #begin(client: string, slot: number): void {
    // A tracker may end a session with the very call that began it, before it is added here.
    this.end(slot);
    this.#clients[slot] = client;
    this.#rows[slot * this.#rowLength + NEXT_CALLS] = this.#options.minRequests;
    this.#sessions++;
  }
}
