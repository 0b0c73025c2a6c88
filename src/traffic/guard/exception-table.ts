// Which exceptions hold for a call: of a guard's file, or of one that is tried on past traffic.
import type { TrafficException } from './exception-file.js';

export class ExceptionTable {
  /** By client and route: when the last of their exceptions expires, in milliseconds since 1970. */
  readonly #untilMs = new Map<string, number>();

  constructor(exceptions: readonly TrafficException[]) {
    for (const { client, route, until } of exceptions) {
      const key = keyOf(client, route);
      this.#untilMs.set(key, Math.max(this.#untilMs.get(key) ?? 0, Date.parse(until)));
    }
  }

  holdFor(client: string, route: string, timeMs: number): boolean {
    if (this.#untilMs.size === 0) return false;
    const untilMs = this.#untilMs.get(keyOf(client, route));
    return untilMs !== undefined && timeMs < untilMs;
  }

  /** How many are in force. */
  countAt(timeMs: number): number {
    let count = 0;
    for (const untilMs of this.#untilMs.values()) if (timeMs < untilMs) count++;
    return count;
  }
}

function keyOf(client: string, route: string): string {
  return `${client}\n${route}`;
}
