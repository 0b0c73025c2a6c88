// The sessions of a log: the one way from its calls to what is known of their clients.
import type { Session } from '../session/session.js';
import type { SessionTracker } from '../session/session-tracker.js';
import type { LoggedCall } from './logged-call.js';

export type OnSession = (session: Session, call: LoggedCall) => void;

/** Gives every session as it was when its call came, as a middleware would have seen it then. */
export async function followLog(
  log: AsyncIterable<readonly LoggedCall[]>,
  tracker: SessionTracker,
  onSession: OnSession,
): Promise<void> {
  for await (const calls of log) followCalls(calls, tracker, onSession);
}

/** The same of one block after the other. */
export function followCalls(
  calls: readonly LoggedCall[],
  tracker: SessionTracker,
  onSession: OnSession,
): void {
  for (const call of calls) {
    onSession(tracker.record(call), call);
    tracker.answered(call);
  }
}
