// The process that bench/session-memory.ts starts: holds as many sessions as it is told, each as large as one gets, and
// prints what they take. Needs --expose-gc.
import { SessionTracker } from '../src/traffic/session/session-tracker.js';

export interface SessionMemory {
  readonly nSessions: number;
  /** Objects and array buffers that the sessions added. */
  readonly heldBytes: number;
  /** What the process as a whole grew by. */
  readonly residentBytes: number;
}

/** So many routes that a session's count of them is next to the largest exact one. */
const ROUTES = 60;
/** Beyond what a group counts exactly, so that all of its memory is in use. */
const USERS = 1_000;
const SESSIONS_PER_GROUP = 8;
const WARM_UP_SESSIONS = 10_000;
const START_MS = 1_750_000_000_000;

const nSessions = Number(process.argv[2]);
const routes = Array.from({ length: ROUTES }, (_, i) => `GET /route-${i}`);
const users = Array.from({ length: USERS }, (_, i) => `user-${i}`);
// What a process takes for the code alone is none of the sessions'.
trackerWith(WARM_UP_SESSIONS);
const before = memory();
const tracker = trackerWith(nSessions);
const after = memory();
const { sessions, groups } = tracker.counts;
if (sessions !== nSessions || groups !== Math.ceil(nSessions / SESSIONS_PER_GROUP)) {
  throw new Error(`expected ${nSessions} sessions, got ${sessions} in ${groups} groups`);
}
const used: SessionMemory = {
  nSessions,
  heldBytes: after.heldBytes - before.heldBytes,
  residentBytes: after.residentBytes - before.residentBytes,
};
console.log(JSON.stringify(used));

function trackerWith(nSessions: number): SessionTracker {
  const tracker = new SessionTracker({ maxSessions: nSessions });
  for (let i = 0, nCalls = 0; i < nSessions; i++) {
    // As a hashed key is: 22 characters, in a text of its own.
    const client = Buffer.from(String(i).padStart(22, '.')).toString('latin1');
    const group = `group-${Math.floor(i / SESSIONS_PER_GROUP)}`;
    const timeMs = START_MS + i / nSessions;
    for (const route of routes) {
      const user = users[nCalls++ % USERS];
      tracker.record({ timeMs, client, user, route, group, addressType: 'default', source: '' });
    }
  }
  return tracker;
}

function memory() {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return { heldBytes: heapUsed + arrayBuffers, residentBytes: rss };
}
