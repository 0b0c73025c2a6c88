// The last hundred clients that were judged on a route, and which of them would be blocked: in fixed memory, however
// many come and however far apart. At high rates those of the lowest hashes stand for all.
import { textHash } from '../session/text-hash.js';

const MAX_RECENT_CLIENTS = 100;
/** Hashes of clients have 30 bits. */
export const CLIENT_HASHES = 2 ** 30;
/** Where a hundred others take less of a window, half of the clients is left out from then on … */
const NARROWS_BELOW = 1 / 64;
/** … and where they take more, as many again are looked at. */
const WIDENS_ABOVE = 1 / 16;

export class RecentClients {
  size = 0;
  /** Would be blocked, at any call since they are among the last. */
  nBlocked = 0;
  nNetworks = 0;
  /** Hashes; 0 where there is none yet. */
  readonly #clients = new Int32Array(MAX_RECENT_CLIENTS);
  readonly #networks = new Int32Array(MAX_RECENT_CLIENTS);
  readonly #isBlocked = new Uint8Array(MAX_RECENT_CLIENTS);
  readonly #windowMs: number;
  /** Hashes from here on are left out. */
  #limit = CLIENT_HASHES;
  #turnedMs = Number.NaN;
  #next = 0;

  /** @param windowMs of the sessions that are judged */
  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /**
   * @param client hash, below CLIENT_HASHES
   * @returns whether that has changed anything
   */
  add(client: number, network: string, isBlocked: boolean, timeMs: number): boolean {
    if (this.#limit < CLIENT_HASHES) this.#widen(timeMs);
    if (client >= this.#limit) return false;
    const key = client + 1;
    // Twice as fast as a loop, and as a Map where clients come and go (Node 20).
    const known = this.#clients.indexOf(key);
    if (known >= 0) {
      if (!isBlocked || this.#isBlocked[known] === 1) return false;
      this.#isBlocked[known] = 1;
      this.nBlocked++;
      return true;
    }
    const place = this.#next;
    this.nBlocked += (isBlocked ? 1 : 0) - this.#isBlocked[place];
    this.#clients[place] = key;
    this.#isBlocked[place] = isBlocked ? 1 : 0;
    this.#setNetwork(place, (textHash(network) >>> 2) + 1);
    this.#next = (place + 1) % MAX_RECENT_CLIENTS;
    if (this.#next === 0) this.#narrow(timeMs);
    if (this.size < MAX_RECENT_CLIENTS) this.size++;
    return true;
  }

  get blockedShare(): number {
    return this.size === 0 ? 0 : this.nBlocked / this.size;
  }

  /** A hundred others have come. */
  #narrow(timeMs: number): void {
    if (timeMs - this.#turnedMs < NARROWS_BELOW * this.#windowMs) this.#limit /= 2;
    this.#turnedMs = timeMs;
  }

  #widen(timeMs: number): void {
    if (timeMs - this.#turnedMs < WIDENS_ABOVE * this.#windowMs) return;
    this.#limit *= 2;
    this.#turnedMs = timeMs;
  }

  #setNetwork(place: number, network: number): void {
    const networks = this.#networks;
    const before = networks[place];
    if (network === before) return;
    networks[place] = 0;
    if (before !== 0 && !networks.includes(before)) this.nNetworks--;
    if (!networks.includes(network)) this.nNetworks++;
    networks[place] = network;
  }
}
