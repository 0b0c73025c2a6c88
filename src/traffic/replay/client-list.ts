// The clients of a replay that are shown: of those with flagged sessions, as many as there is room for.
import type { EndedSession } from './session-list.js';

export interface ClientCounts {
  readonly client: string;
  /** In the sessions that any of the thresholds asked for flags. */
  readonly calls: number;
  /** Calls that would have been blocked, and sessions flagged, in the order of the thresholds asked for. */
  readonly blocked: readonly number[];
  readonly flagged: readonly number[];
  readonly lowestScore: number;
}

export class ClientList {
  readonly #clients = new Map<string, ClientCounts>();

  /** Those with the most calls that the last of the `asked` thresholds blocks. */
  constructor(
    readonly capacity: number,
    readonly asked: readonly number[],
  ) {}

  /** Whether a session with this score is flagged by any of the thresholds. */
  takes(lowestScore: number): boolean {
    return lowestScore <= Math.max(...this.asked);
  }

  /** One that the list takes. */
  add({ client, calls, blocked, lowestScore }: EndedSession): void {
    const flagged = this.asked.map((threshold) => Number(lowestScore <= threshold));
    const known = this.#clients.get(client);
    if (known === undefined) {
      this.#clients.set(client, { client, calls, blocked, flagged, lowestScore });
      // A client that comes back after it had to go is counted from then on.
      if (this.#clients.size >= 2 * this.capacity) this.sorted();
      return;
    }
    this.#clients.set(client, {
      client,
      calls: known.calls + calls,
      blocked: sums(known.blocked, blocked),
      flagged: sums(known.flagged, flagged),
      lowestScore: Math.min(known.lowestScore, lowestScore),
    });
  }

  sorted(): readonly ClientCounts[] {
    const last = this.asked.length - 1;
    const sorted = [...this.#clients.values()].sort(
      (a, b) => b.blocked[last] - a.blocked[last] || a.lowestScore - b.lowestScore,
    );
    for (const { client } of sorted.splice(this.capacity)) this.#clients.delete(client);
    return sorted;
  }
}

function sums(a: readonly number[], b: readonly number[]): number[] {
  return a.map((number, i) => number + b[i]);
}
