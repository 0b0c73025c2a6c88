// The clients of a route that are established: known, and normal, for longer than a window before they are judged. Those
// who come anew are none, however many they are. Held in bounded memory: where there are too many, those of the lowest
// hashes, so that who is held is held again when it comes back.
import { CLIENT_HASHES } from './recent-clients.js';

interface Client {
  /** First normal verdict after which none would have blocked it, until it was established. */
  readonly normalSinceMs: number;
  seenMs: number;
  /** First and last verdict of a run that would block it, without a window between two of them; NaN before the first. */
  blockedSinceMs: number;
  blockedMs: number;
}

export interface EstablishedCounts {
  /** Judged in the last window. */
  clients: number;
  /** Of them, those that would be blocked. */
  blocked: number;
}

const MAX_CLIENTS = 1_024;
/** Below it, as many hashes again are taken. */
const MIN_CLIENTS = 128;

export class EstablishedClients {
  readonly #windowMs: number;
  readonly #clients = new Map<number, Client>();
  /** Hashes from here on are not held. */
  #limit = CLIENT_HASHES;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /**
   * @param client hash, below CLIENT_HASHES
   * @param keeps whether a client stays established that would be blocked for longer than a window
   * @returns whether an established client would be blocked that would not have been in the window before
   */
  judged(client: number, isBlocked: boolean, timeMs: number, keeps: boolean): boolean {
    if (client >= this.#limit) return false;
    const known = this.#clients.get(client);
    if (known === undefined) {
      if (!isBlocked) this.#add(client, timeMs);
      return false;
    }
    known.seenMs = timeMs;
    if (!isBlocked) return false;
    const isFirst = !(timeMs - known.blockedMs < this.#windowMs);
    if (isFirst) known.blockedSinceMs = timeMs;
    known.blockedMs = timeMs;
    const isEstablished = this.#isWindowAgo(known.normalSinceMs, timeMs);
    const isBlockedForLong = !keeps && this.#isWindowAgo(known.blockedSinceMs, timeMs);
    if (isEstablished && !isBlockedForLong) return isFirst;
    this.#clients.delete(client);
    return false;
  }

  /** Looks at each of them; makes room for more where there is. */
  countAt(timeMs: number): EstablishedCounts {
    const counts = { clients: 0, blocked: 0 };
    for (const { normalSinceMs, seenMs, blockedMs } of this.#clients.values()) {
      const isActive = !this.#isWindowAgo(seenMs, timeMs);
      if (!isActive || !this.#isWindowAgo(normalSinceMs, timeMs)) continue;
      counts.clients++;
      if (timeMs - blockedMs < this.#windowMs) counts.blocked++;
    }
    if (this.#limit < CLIENT_HASHES) {
      this.#forgetSilent(timeMs);
      if (this.#clients.size < MIN_CLIENTS) this.#limit *= 2;
    }
    return counts;
  }

  #isWindowAgo(thenMs: number, timeMs: number): boolean {
    return timeMs - thenMs >= this.#windowMs;
  }

  #add(client: number, timeMs: number): void {
    if (this.#clients.size === MAX_CLIENTS) this.#makeRoom(timeMs);
    if (client >= this.#limit) return;
    this.#clients.set(client, {
      normalSinceMs: timeMs,
      seenMs: timeMs,
      blockedSinceMs: Number.NaN,
      blockedMs: Number.NaN,
    });
  }

  /** Forgets who was silent for two windows, and where that is not enough, every second one. */
  #makeRoom(timeMs: number): void {
    this.#forgetSilent(timeMs);
    while (this.#clients.size > MAX_CLIENTS / 2) {
      this.#limit /= 2;
      for (const client of this.#clients.keys()) {
        if (client >= this.#limit) this.#clients.delete(client);
      }
    }
  }

  #forgetSilent(timeMs: number): void {
    for (const [client, { seenMs }] of this.#clients) {
      if (timeMs - seenMs >= 2 * this.#windowMs) this.#clients.delete(client);
    }
  }
}
