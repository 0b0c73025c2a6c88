// Sessions in the memory of this process: constant time for each call, bounded memory, no timers. A session ends when
// its client was silent for a window; until then only a lack of room ends it, that which was longest without a call first.
// Nothing but the calls of a session and of its group decides its numbers, in whatever order they come within a window.
import type { Answer, Call } from '../call.js';
import { CallTimes } from './call-times.js';
import { DistinctCounts } from './distinct-counts.js';
import { PaneSums } from './pane-sums.js';
import { RecentPanes } from './recent-panes.js';
import { Rows } from './rows.js';
import type { Session } from './session.js';
import { SessionGroups } from './session-groups.js';
import type { SessionCounts, SessionStore } from './session-store.js';
import { SlotTable } from './slot-table.js';
import { textHash } from './text-hash.js';
import { placeOf, Windows } from './window.js';

export interface SessionTrackerOptions {
  /** Length of the sliding window. @default half an hour */
  readonly windowMs?: number;
  /** Sessions that are held at most; each takes less than 1 KiB, its part of the groups included. @default 100,000 */
  readonly maxSessions?: number;
  /** Told of the client of every session that is over, for whatever reason, when that is noticed; and of its slot. */
  readonly onEnd?: (client: string, slot: number) => void;
}

export const DEFAULT_WINDOW_MS = 30 * 60_000;
export const DEFAULT_MAX_SESSIONS = 100_000;

/** Distinct routes of a session beyond the 64 that are counted exactly have a standard error of 13 %. */
const REGISTERS = 64;
/** What of a session lies where in its row, in bytes; each begins where the one before it ends. */
const WINDOW_AT = 0;
const TIMES_AT = WINDOW_AT + Windows.rowBytes;
const START_MS_AT = TIMES_AT + CallTimes.rowBytes;
const TOTAL_CALLS_AT = START_MS_AT + 8;
const CLIENT_HASH_AT = TOTAL_CALLS_AT + 4;
const CLIENT_ERRORS_AT = CLIENT_HASH_AT + 4;
const SERVER_ERRORS_AT = CLIENT_ERRORS_AT + PaneSums.rowBytes;
const DURATION_MS_AT = SERVER_ERRORS_AT + PaneSums.rowBytes;
const ROUTES_AT = DURATION_MS_AT + PaneSums.rowBytes;
const ROW_BYTES = ROUTES_AT + DistinctCounts.rowBytes(REGISTERS);
/** There is one group for as many sessions; groups beyond it take the place of the one longest unused. */
const SESSIONS_PER_GROUP = 8;
const FEWEST_GROUPS = 64;
/** Sessions that are over and are looked for at each call: more than can begin with it. */
const EXPIRED_PER_CALL = 2;
const FIRST_CLIENT_ERROR = 400;
const FIRST_SERVER_ERROR = 500;

export class SessionTracker implements SessionStore {
  readonly shared = false;
  readonly #onEnd: SessionTrackerOptions['onEnd'];
  readonly #slots: SlotTable;
  readonly #groups: SessionGroups;
  readonly #times: CallTimes;
  readonly #routes: DistinctCounts;
  readonly #clientErrors: PaneSums;
  readonly #serverErrors: PaneSums;
  readonly #durationMs: PaneSums;
  readonly #windows: Windows;
  readonly #recent = new RecentPanes();
  readonly #rows: Rows;
  #evicted = 0;
  #expired = 0;
  #timeJumps = 0;
  #slot = 0;

  /** @throws RangeError for a number of sessions or a window that is none */
  constructor(options: SessionTrackerOptions = {}) {
    const { windowMs = DEFAULT_WINDOW_MS, maxSessions = DEFAULT_MAX_SESSIONS } = options;
    if (!Number.isInteger(maxSessions) || maxSessions < 1) {
      throw new RangeError(`maxSessions: expected a whole number from 1, got ${maxSessions}`);
    }
    if (!(windowMs > 0 && windowMs < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`windowMs: expected milliseconds, got ${windowMs}`);
    }
    const maxGroups = Math.max(FEWEST_GROUPS, Math.ceil(maxSessions / SESSIONS_PER_GROUP));
    this.#onEnd = options.onEnd;
    this.#slots = new SlotTable(maxSessions);
    this.#groups = new SessionGroups(maxGroups, windowMs);
    const rows = new Rows(maxSessions, ROW_BYTES);
    this.#rows = rows;
    this.#times = new CallTimes(rows, TIMES_AT);
    this.#routes = new DistinctCounts(rows, ROUTES_AT, REGISTERS);
    this.#clientErrors = new PaneSums(rows, CLIENT_ERRORS_AT);
    this.#serverErrors = new PaneSums(rows, SERVER_ERRORS_AT);
    this.#durationMs = new PaneSums(rows, DURATION_MS_AT);
    this.#windows = new Windows(rows, WINDOW_AT, windowMs, [
      this.#times,
      this.#routes,
      this.#clientErrors,
      this.#serverErrors,
      this.#durationMs,
    ]);
  }

  /** Of the session that was recorded last: below `maxSessions`, and no other session's before `onEnd` is told of it. */
  get slot(): number {
    return this.#slot;
  }

  record(call: Call): Session {
    const { timeMs, client, route } = call;
    const pane = this.#windows.paneAt(timeMs);
    const slot = this.#slotFor(client, timeMs, pane);
    this.#slot = slot;
    const place = placeOf(pane);
    const routeHash = textHash(route);
    this.#times.add(slot, place, timeMs);
    this.#routes.add(slot, routeHash, place, placeOf(this.#windows.newest(slot)));
    const { words, doubles } = this.#rows;
    const row = slot * ROW_BYTES;
    const session = {
      client,
      route,
      addressType: call.addressType,
      source: call.source,
      startMs: doubles[(row + START_MS_AT) / 8],
      totalCalls: ++words[(row + TOTAL_CALLS_AT) / 4],
      calls: this.#times.calls(slot),
      firstMs: this.#times.firstMs(slot),
      lastMs: this.#times.lastMs(slot),
      routes: this.#routes.count(slot),
      clientErrors: this.#clientErrors.total(slot),
      serverErrors: this.#serverErrors.total(slot),
      durationMs: this.#durationMs.total(slot),
      group: this.#groups.record(call, words[(row + CLIENT_HASH_AT) / 4], routeHash),
    };
    this.#recent.add(pane);
    this.#sweep();
    return session;
  }

  answered({ timeMs, client, status, durationMs }: Answer): void {
    const slot = this.#slots.find(client);
    const pane = this.#windows.paneAt(timeMs);
    if (slot < 0 || !this.#windows.reaches(slot, pane) || pane > this.#windows.newest(slot)) return;
    const place = placeOf(pane);
    if (status >= FIRST_SERVER_ERROR) this.#serverErrors.add(slot, place, 1);
    else if (status >= FIRST_CLIENT_ERROR) this.#clientErrors.add(slot, place, 1);
    this.#durationMs.add(slot, place, durationMs);
  }

  get counts(): SessionCounts {
    return {
      sessions: this.#slots.size,
      groups: this.#groups.size,
      evictedSessions: this.#evicted,
      evictedGroups: this.#groups.evicted,
      expiredSessions: this.#expired,
      timeJumps: this.#timeJumps,
    };
  }

  #slotFor(client: string, timeMs: number, pane: number): number {
    let slot = this.#slots.find(client);
    if (slot >= 0) {
      this.#slots.touch(slot);
      if (this.#windows.reaches(slot, pane)) {
        this.#windows.moveTo(slot, pane);
        return slot;
      }
      if (pane > this.#windows.newest(slot)) this.#expired++;
      else this.#timeJumps++;
      this.#onEnd?.(client, slot);
    } else {
      if (this.#slots.isFull) this.#evictOldest(pane);
      slot = this.#slots.add(client);
      this.#rows.words[(slot * ROW_BYTES + CLIENT_HASH_AT) / 4] = textHash(client);
    }
    this.#windows.beginAt(slot, pane);
    this.#rows.doubles[(slot * ROW_BYTES + START_MS_AT) / 8] = timeMs;
    this.#rows.words[(slot * ROW_BYTES + TOTAL_CALLS_AT) / 4] = 0;
    return slot;
  }

  #evictOldest(pane: number): void {
    const { oldest } = this.#slots;
    if (this.#windows.reaches(oldest, pane)) this.#evicted++;
    else this.#expired++;
    this.#remove(oldest);
  }

  /** A session that is over would begin anew at its next call all the same: this only gives its memory back. */
  #sweep(): void {
    const { earliest, latest } = this.#recent;
    for (let i = 0; i < EXPIRED_PER_CALL; i++) {
      const { oldest } = this.#slots;
      if (oldest < 0 || this.#windows.reachesAny(oldest, earliest, latest)) return;
      this.#remove(oldest);
      this.#expired++;
    }
  }

  #remove(slot: number): void {
    const client = this.#slots.remove(slot);
    this.#onEnd?.(client, slot);
  }
}
