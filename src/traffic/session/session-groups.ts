// Groups of sessions, by default the networks that they come from: how many distinct sessions, users and routes each saw
// in its window. Bounded; the group that was longest without a call goes first.
import type { Call } from '../call.js';
import { DistinctCounts } from './distinct-counts.js';
import { Rows } from './rows.js';
import type { SessionGroup } from './session.js';
import { SlotTable } from './slot-table.js';
import { textHash } from './text-hash.js';
import { placeOf, Windows } from './window.js';

/** Standard error beyond the 128 that are counted exactly: 9 %. */
const REGISTERS = 128;
/** What of a group lies where in its row, in bytes. */
const WINDOW_AT = 0;
const SESSIONS_AT = WINDOW_AT + Windows.rowBytes;
const USERS_AT = SESSIONS_AT + DistinctCounts.rowBytes(REGISTERS);
const ROUTES_AT = USERS_AT + DistinctCounts.rowBytes(REGISTERS);
const ROW_BYTES = ROUTES_AT + DistinctCounts.rowBytes(REGISTERS);

export class SessionGroups {
  readonly #slots: SlotTable;
  readonly #sessions: DistinctCounts;
  readonly #users: DistinctCounts;
  readonly #routes: DistinctCounts;
  readonly #windows: Windows;
  #evicted = 0;

  constructor(maxGroups: number, windowMs: number) {
    this.#slots = new SlotTable(maxGroups);
    const rows = new Rows(maxGroups, ROW_BYTES);
    this.#sessions = new DistinctCounts(rows, SESSIONS_AT, REGISTERS);
    this.#users = new DistinctCounts(rows, USERS_AT, REGISTERS);
    this.#routes = new DistinctCounts(rows, ROUTES_AT, REGISTERS);
    this.#windows = new Windows(rows, WINDOW_AT, windowMs, [
      this.#sessions,
      this.#users,
      this.#routes,
    ]);
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
