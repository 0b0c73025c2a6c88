// At which of its calls a session's behaviour is written: the first that is judged, whenever its calls have doubled since,
// and its last. So a session of n calls has about log₂ n behaviours, and long ones do not drown the others.
import type { Session } from '../session/session.js';

interface Written {
  session: Session;
  timeMs: number;
  /** Calls at which it is written next. */
  nextCalls: number;
  isWritten: boolean;
}

/** A behaviour to write: the session as it was at a call, and when that was. */
export type WriteSession = (session: Session, timeMs: number) => void;

/** Memory for each session that the tracker holds, if the tracker's `onEnd` is `end`. */
export class WrittenSessions {
  readonly #minRequests: number;
  readonly #write: WriteSession;
  readonly #byClient = new Map<string, Written>();
  #sessions = 0;

  constructor(minRequests: number, write: WriteSession) {
    this.#minRequests = minRequests;
    this.#write = write;
  }

  /** Sessions so far, those with too few calls included. */
  get sessions(): number {
    return this.#sessions;
  }

  /** A session at its latest call. */
  add(session: Session, timeMs: number): void {
    let written = this.#byClient.get(session.client);
    if (written === undefined) {
      written = { session, timeMs, nextCalls: this.#minRequests, isWritten: false };
      this.#byClient.set(session.client, written);
      this.#sessions++;
    }
    written.session = session;
    written.timeMs = timeMs;
    written.isWritten = this.#isJudged(session) && session.totalCalls >= written.nextCalls;
    if (!written.isWritten) return;
    this.#write(session, timeMs);
    while (written.nextCalls <= session.totalCalls) written.nextCalls *= 2;
  }

  /** The client's session is over. */
  end(client: string): void {
    const written = this.#byClient.get(client);
    if (written === undefined) return;
    this.#byClient.delete(client);
    if (!written.isWritten && this.#isJudged(written.session)) {
      this.#write(written.session, written.timeMs);
    }
  }

  /** The traffic is over, and all sessions with it. */
  endAll(): void {
    for (const client of this.#byClient.keys()) this.end(client);
  }

  #isJudged({ calls }: Session): boolean {
    return calls >= this.#minRequests;
  }
}
