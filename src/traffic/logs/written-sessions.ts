// At which of its calls a session's behaviour is written: the first that is judged, whenever its calls have doubled since,
// and its last. So a session of n calls has about log₂ n behaviours, and long ones do not drown the others.
import type { BehaviourInto } from '../features/behaviour-row.js';
import type { Session } from '../session/session.js';
import { SlotTable } from '../session/slot-table.js';

export interface WrittenSessionsOptions {
  /** As many as the tracker holds, or more. */
  readonly maxSessions: number;
  /** Calls in the window before which a session is not judged. */
  readonly minRequests: number;
  readonly nFeatures: number;
  readonly behaviourInto: BehaviourInto;
  /** `row`: [nFeatures] the client's behaviour by then, valid until the next one */
  readonly write: (client: string, timeMs: number, row: Float64Array) => void;
}

/** The tracker's `onEnd` is to be `end`. */
export class WrittenSessions {
  readonly #options: WrittenSessionsOptions;
  readonly #slots: SlotTable;
  /** [maxSessions] calls at which a session is written next */
  readonly #nextCalls: Float64Array;
  /** [maxSessions] when its last call came, if that is judged and not written yet; else NaN */
  readonly #unwrittenMs: Float64Array;
  /** [maxSessions × nFeatures] its behaviours then: to hold sessions instead costs more than half a tracker (Node 20) */
  readonly #rows: Float64Array;
  readonly #row: Float64Array;
  #sessions = 0;

  constructor(options: WrittenSessionsOptions) {
    const { maxSessions, nFeatures } = options;
    this.#options = options;
    this.#slots = new SlotTable(maxSessions);
    this.#nextCalls = new Float64Array(maxSessions);
    this.#unwrittenMs = new Float64Array(maxSessions);
    this.#rows = new Float64Array(maxSessions * nFeatures);
    this.#row = new Float64Array(nFeatures);
  }

  /** Sessions so far, those with too few calls included. */
  get sessions(): number {
    return this.#sessions;
  }

  /** A session at its latest call. */
  add(session: Session, timeMs: number): void {
    const { minRequests, behaviourInto, write } = this.#options;
    // A tracker may end a session with the very call that began it, before it is added here.
    if (session.totalCalls === 1) this.end(session.client);
    const known = this.#slots.find(session.client);
    const slot = known < 0 ? this.#begin(session.client) : known;
    this.#unwrittenMs[slot] = Number.NaN;
    if (session.calls < minRequests) return;
    behaviourInto(session, this.#row);
    if (session.totalCalls < this.#nextCalls[slot]) {
      this.#unwrittenMs[slot] = timeMs;
      this.#rows.set(this.#row, slot * this.#row.length);
      return;
    }
    write(session.client, timeMs, this.#row);
    while (this.#nextCalls[slot] <= session.totalCalls) this.#nextCalls[slot] *= 2;
  }

  /** The client's session is over. */
  end(client: string): void {
    const slot = this.#slots.find(client);
    if (slot >= 0) this.#end(slot);
  }

  /** The traffic is over, and all sessions with it. */
  endAll(): void {
    while (this.#slots.size > 0) this.#end(this.#slots.oldest);
  }

  #begin(client: string): number {
    if (this.#slots.isFull) this.#end(this.#slots.oldest);
    const slot = this.#slots.add(client);
    this.#nextCalls[slot] = this.#options.minRequests;
    this.#sessions++;
    return slot;
  }

  #end(slot: number): void {
    const client = this.#slots.remove(slot);
    const timeMs = this.#unwrittenMs[slot];
    if (Number.isNaN(timeMs)) return;
    const nFeatures = this.#row.length;
    const row = this.#rows.subarray(slot * nFeatures, (slot + 1) * nFeatures);
    this.#options.write(client, timeMs, row);
  }
}
