// Calls of one route, of one hour or of all: how many a threshold would have blocked, for each of the edges.

/** By threshold, in the order of `ReplayResult.thresholds`. */
export interface Counts {
  readonly calls: number;
  /** Calls of clients with too few calls to be judged; never blocked. */
  readonly unknown: number;
  /** Calls of others that an exception allows, whatever they score; never blocked. */
  readonly excepted: number;
  /** Calls that would have been blocked. */
  readonly blocked: readonly number[];
  /** Sessions whose first blocked call is among these calls; over all routes, or hours, they add up to all flagged. */
  readonly flagged: readonly number[];
}

export class Tally {
  #calls = 0;
  #unknown = 0;
  #excepted = 0;
  /** [nEdges + 1] by the lowest edge that blocks the call, the last for those that none blocks */
  readonly #blocked: Float64Array;
  /** [nEdges + 1] differences from edge to edge in the number of sessions that are first blocked here */
  readonly #flagged: Float64Array;

  constructor(nEdges: number) {
    this.#blocked = new Float64Array(nEdges + 1);
    this.#flagged = new Float64Array(nEdges + 1);
  }

  get calls(): number {
    return this.#calls;
  }

  addUnknown(): void {
    this.#calls++;
    this.#unknown++;
  }

  addExcepted(): void {
    this.#calls++;
    this.#excepted++;
  }

  /**
   * A judged call. `edge`: the lowest that blocks it; `lowestBefore`: the lowest that blocks any earlier call of its
   * session. From the one up to the other it is the session's first blocked call.
   */
  add(edge: number, lowestBefore: number): void {
    this.#calls++;
    this.#blocked[edge]++;
    if (edge < lowestBefore) {
      this.#flagged[edge]++;
      this.#flagged[lowestBefore]--;
    }
  }

  addAll(other: Tally): void {
    this.#calls += other.#calls;
    this.#unknown += other.#unknown;
    this.#excepted += other.#excepted;
    for (let edge = 0; edge < this.#blocked.length; edge++) {
      this.#blocked[edge] += other.#blocked[edge];
      this.#flagged[edge] += other.#flagged[edge];
    }
  }

  /** Edges at which calls begin to be blocked, ascending. */
  telling(): number[] {
    return [...this.#blocked.keys()].filter(
      (edge) => edge + 1 < this.#blocked.length && this.#blocked[edge] > 0,
    );
  }

  /** `edges`: indices, ascending */
  counts(edges: readonly number[]): Counts {
    return {
      calls: this.#calls,
      unknown: this.#unknown,
      excepted: this.#excepted,
      blocked: sumsAt(this.#blocked, edges),
      flagged: sumsAt(this.#flagged, edges),
    };
  }
}

/** The sum up to and with each of the edges. */
function sumsAt(values: Float64Array, edges: readonly number[]): number[] {
  let sum = 0;
  let next = 0;
  return edges.map((edge) => {
    while (next <= edge) sum += values[next++];
    return sum;
  });
}
