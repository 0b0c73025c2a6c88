// One request as the tracker takes it. Live requests and lines of a log become the same calls, so that both give the
// same behaviours.

export interface Call {
  /** Milliseconds since 1970, with fractions where they are known. Calls need not come in order. */
  readonly timeMs: number;
  /** Who is judged: the session key, not empty; long ones are shortened by `shortKey`. */
  readonly client: string;
  /** Who is behind it, where that is known; empty where it is not. */
  readonly user: string;
  /** What is called: method and template, as `GET /products/:id`. */
  readonly route: string;
  /** The client's neighbours: the network that its address is in, as `203.0.113.0/24`. */
  readonly group: string;
  /** Type of the address: `default`, `datacenter`, `private`, or as configured. */
  readonly addressType: string;
  /** Label of where the traffic was recorded; empty where there is none. */
  readonly source: string;
}

/** What is known of a call once it was answered. */
export interface Answer {
  /** The call's, so that it leaves the window together with it. */
  readonly timeMs: number;
  readonly client: string;
  /** HTTP status. */
  readonly status: number;
  /** From the request to the end of the reply; 0 where a log does not tell. */
  readonly durationMs: number;
}
