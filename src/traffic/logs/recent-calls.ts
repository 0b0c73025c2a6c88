// Calls that were read not long before, by request id: shippers of logs may write lines twice, and not next to each other.
// Clients may make ids up, so that an id alone does not make a call the same.
import { shortKey } from '../identity/short-key.js';
import type { LoggedCall } from './logged-call.js';

/** Calls of one generation; between one and two of them are remembered. */
const GENERATION = 32_768;

export class RecentCalls {
  #young = new Map<string, LoggedCall>();
  #old = new Map<string, LoggedCall>();

  /** Whether the same call was added under the same id; remembers it if not. */
  has(id: string, call: LoggedCall): boolean {
    const key = shortKey(id);
    const known = this.#young.get(key) ?? this.#old.get(key);
    if (known !== undefined && isSame(known, call)) return true;
    if (this.#young.size === GENERATION) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, call);
    return false;
  }
}

function isSame(a: LoggedCall, b: LoggedCall): boolean {
  return (
    a.timeMs === b.timeMs &&
    a.client === b.client &&
    a.route === b.route &&
    a.status === b.status &&
    a.durationMs === b.durationMs
  );
}
