// Where sessions are kept: in memory (session-tracker.ts), or with others in a store that several processes share.
import type { Answer, Call } from '../call.js';
import type { Session } from './session.js';

export interface SessionStore {
  /** Counts the call, and tells what is known of its client then. Whatever it throws goes to `onError`. */
  record(call: Call): Session | Promise<Session>;
  /** Counts how a recorded call was answered; of a client that is known no longer, nothing. */
  answered(answer: Answer): void | Promise<void>;
  /** Whether other processes see the same sessions. */
  readonly shared: boolean;
  /** For the metrics. */
  readonly counts: SessionCounts;
  close?(): void | Promise<void>;
}

export interface SessionCounts {
  /** Held now. */
  readonly sessions: number;
  readonly groups: number;
  /** Forgotten to make room for others, before they were over. */
  readonly evictedSessions: number;
  readonly evictedGroups: number;
  /** Forgotten after a window of silence. */
  readonly expiredSessions: number;
  /** Calls from a window or more before the rest of their session, which began anew with them: clocks that jump back. */
  readonly timeJumps: number;
}
