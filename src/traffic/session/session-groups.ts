// Groups of sessions, by default the networks that they come from: how many distinct sessions, users and routes each saw
// in its window. Bounded; the group that was longest without a call goes first.
import type { Call } from '../call.js';
import { DistinctCounts } from './distinct-counts.js';
import type { SessionGroup } from './session.js';
import { SlotTable } from './slot-table.js';
import { textHash } from './text-hash.js';
import { placeOf, Windows } from './window.js';

/** Standard error beyond the 102 that are counted exactly: 9 %. */
const REGISTERS = 128;

export class SessionGroups {
  readonly #slots: SlotTable;
  readonly #sessions: DistinctCounts;
  readonly #users: DistinctCounts;
  readonly #routes: DistinctCounts;
  readonly #windows: Windows;
  #evicted = 0;

  constructor(maxGroups: number, windowMs: number) {
    this.#slots = new SlotTable(maxGroups);
    this.#sessions = new DistinctCounts(maxGroups, REGISTERS);
    this.#users = new DistinctCounts(maxGroups, REGISTERS);
    this.#routes = new DistinctCounts(maxGroups, REGISTERS);
    this.#windows = new Windows(maxGroups, windowMs, [this.#sessions, this.#users, this.#routes]);
  }

  get size(): number {
    return this.#slots.size;
  }

  /** Forgotten to make room for others. */
  get evicted(): number {
    return this.#evicted;
  }

  /** Counts a call of a session. `clientHash` and `routeHash` are `textHash` of its client and route. */
  record(call: Call, clientHash: number, routeHash: number): SessionGroup {
    const windows = this.#windows;
    const pane = windows.paneAt(call.timeMs);
    const slot = this.#slotFor(call.group, pane);
    const place = placeOf(pane);
    const newestPlace = placeOf(windows.newest(slot));
    this.#sessions.add(slot, clientHash, place, newestPlace);
    if (call.user !== '') this.#users.add(slot, textHash(call.user), place, newestPlace);
    this.#routes.add(slot, routeHash, place, newestPlace);
    return {
      sessions: this.#sessions.count(slot),
      users: this.#users.count(slot),
      routes: this.#routes.count(slot),
    };
  }

  #slotFor(group: string, pane: number): number {
    const slots = this.#slots;
    let slot = slots.find(group);
    if (slot >= 0) {
      slots.touch(slot);
      if (this.#windows.reaches(slot, pane)) this.#windows.moveTo(slot, pane);
      else this.#windows.beginAt(slot, pane);
      return slot;
    }
    if (slots.isFull) {
      if (this.#windows.reaches(slots.oldest, pane)) this.#evicted++;
      slots.remove(slots.oldest);
    }
    slot = slots.add(group);
    this.#windows.beginAt(slot, pane);
    return slot;
  }
}
