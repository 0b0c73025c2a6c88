// What a replay knows of the sessions that go on: as many as the tracker holds, which forgets them in the same order.
import type { Call } from '../call.js';
import { SlotTable } from '../session/slot-table.js';
import type { SessionList } from './session-list.js';

/** Where a session with this lowest score is wanted once it is over; nothing is made of those that nobody wants. */
export type ListsFor = (lowestScore: number) => readonly Pick<SessionList, 'add'>[];

export class OpenSessions {
  readonly #slots: SlotTable;
  readonly #nFeatures: number;
  readonly #thresholds: readonly number[];
  readonly #listsFor: ListsFor;
  readonly #clients: string[] = [];
  /** [capacity] each */
  readonly #fromMs: Float64Array;
  readonly #toMs: Float64Array;
  readonly #calls: Float64Array;
  /** Lowest score so far; ∞ of a session that was not judged yet. */
  readonly #lowest: Float64Array;
  readonly #routes: string[] = [];
  /** [capacity × nFeatures] behaviours at the lowest calls */
  readonly #rows: Float64Array;
  /** [capacity × nThresholds] */
  readonly #blocked: Float64Array;

  constructor(
    capacity: number,
    nFeatures: number,
    thresholds: readonly number[],
    listsFor: ListsFor,
  ) {
    this.#slots = new SlotTable(capacity);
    this.#nFeatures = nFeatures;
    this.#thresholds = thresholds;
    this.#listsFor = listsFor;
    this.#fromMs = new Float64Array(capacity);
    this.#toMs = new Float64Array(capacity);
    this.#calls = new Float64Array(capacity);
    this.#lowest = new Float64Array(capacity);
    this.#rows = new Float64Array(capacity * nFeatures);
    this.#blocked = new Float64Array(capacity * thresholds.length);
  }

  /** The slot of the call's session, the call counted; `isNew`: the tracker has begun a new one with it. */
  slotFor({ client, timeMs }: Call, isNew: boolean): number {
    let slot = this.#slots.find(client);
    if (slot < 0) {
      if (this.#slots.isFull) {
        const { oldest } = this.#slots;
        this.#end(oldest);
        this.#slots.remove(oldest);
      }
      slot = this.#slots.add(client);
      this.#clients[slot] = client;
      this.#begin(slot);
    } else {
      this.#slots.touch(slot);
      if (isNew) {
        this.#end(slot);
        this.#begin(slot);
      }
    }
    this.#calls[slot]++;
    if (timeMs < this.#fromMs[slot]) this.#fromMs[slot] = timeMs;
    if (timeMs > this.#toMs[slot]) this.#toMs[slot] = timeMs;
    return slot;
  }

  lowest(slot: number): number {
    return this.#lowest[slot];
  }

  /** `row`: [nFeatures] the behaviour at the call, copied if the score is the session's lowest so far */
  judged(slot: number, score: number, route: string, row: Float64Array): void {
    const start = slot * this.#thresholds.length;
    for (let i = 0; i < this.#thresholds.length; i++) {
      if (score <= this.#thresholds[i]) this.#blocked[start + i]++;
    }
    if (score < this.#lowest[slot]) {
      this.#lowest[slot] = score;
      this.#routes[slot] = route;
      this.#rows.set(row, slot * this.#nFeatures);
    }
  }

  /** The log is over, and with it every session. */
  endAll(): void {
    while (this.#slots.size > 0) {
      const { oldest } = this.#slots;
      this.#end(oldest);
      this.#slots.remove(oldest);
    }
  }

  #begin(slot: number): void {
    const nThresholds = this.#thresholds.length;
    this.#fromMs[slot] = Number.POSITIVE_INFINITY;
    this.#toMs[slot] = Number.NEGATIVE_INFINITY;
    this.#calls[slot] = 0;
    this.#lowest[slot] = Number.POSITIVE_INFINITY;
    this.#routes[slot] = '';
    this.#blocked.fill(0, slot * nThresholds, (slot + 1) * nThresholds);
  }

  #end(slot: number): void {
    const lowestScore = this.#lowest[slot];
    const lists = this.#listsFor(lowestScore);
    if (lists.length === 0) return;
    const nThresholds = this.#thresholds.length;
    const session = {
      client: this.#clients[slot],
      fromMs: this.#fromMs[slot],
      toMs: this.#toMs[slot],
      calls: this.#calls[slot],
      lowestScore,
      route: this.#routes[slot],
      row: this.#rows.slice(slot * this.#nFeatures, (slot + 1) * this.#nFeatures),
      blocked: [...this.#blocked.subarray(slot * nThresholds, (slot + 1) * nThresholds)],
    };
    for (const list of lists) list.add(session);
  }
}
