// Calls that were read not long before, by request id: shippers of logs may write lines twice, and not next to each other.
// Clients may make ids up, so that an id alone does not make a call the same.
import { shortKey } from '../identity/short-key.js';
import { RecentMap } from '../recent-map.js';
import type { LoggedCall } from './logged-call.js';

const MOST_CALLS = 32_768;

export class RecentCalls {
  readonly #calls = new RecentMap<LoggedCall>(MOST_CALLS);

  /** Whether the same call was added under the same id; remembers it if not. */
  has(id: string, call: LoggedCall): boolean {
    const key = shortKey(id);
    const known = this.#calls.get(key);
    if (known !== undefined && isSame(known, call)) return true;
    this.#calls.set(key, call);
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
