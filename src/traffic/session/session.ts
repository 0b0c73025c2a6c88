// What is known of a client at one of its calls, this one included: everything that features are computed from.

export interface Session {
  readonly client: string;
  readonly route: string;
  readonly addressType: string;
  readonly source: string;
  /** When the call came with which the session began: with the client, it tells sessions apart. */
  readonly startMs: number;
  /** Calls since the session began, also those that have left the window. */
  readonly totalCalls: number;
  /** Calls in the window. */
  readonly calls: number;
  /** Of the earliest and the latest of them, in milliseconds since 1970. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Distinct routes among them; an estimate, which need not be whole, beyond 64. */
  readonly routes: number;
  /** Answers in the window with a status of 400 to 499, and of 500 and above. */
  readonly clientErrors: number;
  readonly serverErrors: number;
  /** Sum of the durations of the answers in the window. */
  readonly durationMs: number;
  readonly group: SessionGroup;
}

/** The client's neighbours, itself included, over the same window. */
export interface SessionGroup {
  /** Distinct session keys, users and routes; estimates beyond 128. */
  readonly sessions: number;
  readonly users: number;
  readonly routes: number;
}
