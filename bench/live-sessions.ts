// Sessions as a busy service has them, the same for the same number: for the bench of the tracker and of the guards.
import type { Call } from '../src/traffic/call.js';
import { AddressBook } from '../src/traffic/identity/address-book.js';
import { SessionTracker } from '../src/traffic/session/session-tracker.js';
import type { MersenneTwister } from '../src/training/mersenne-twister.js';

/** Of a client before it is judged; every session of the bench has them. */
export const MIN_REQUESTS = 5;
const PRODUCTS = 10_000;

export function clientAt(i: number): string {
  return `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;
}

/** Method and path, as shoppers ask for them. */
export function pathAt(random: MersenneTwister): string {
  const kinds = ['/products', `/products/${random.nextBelow(PRODUCTS)}`, '/cart'];
  return kinds[random.nextBelow(kinds.length)];
}

export function callOf(client: string, timeMs: number, route: string, book: AddressBook): Call {
  const { group, type } = book.of(client);
  return { timeMs, client, user: '', route, group, addressType: type, source: '' };
}

/** A tracker that holds them, all called within the last minute. */
export function trackerWith(nSessions: number): SessionTracker {
  const tracker = new SessionTracker({ maxSessions: Math.ceil(nSessions * 1.1) });
  const book = new AddressBook();
  const nCalls = nSessions * MIN_REQUESTS;
  const startMs = Date.now() - 60_000;
  for (let i = 0; i < nCalls; i++) {
    const timeMs = startMs + (60_000 * i) / nCalls;
    tracker.record(callOf(clientAt(i % nSessions), timeMs, `GET /${i % 3}`, book));
  }
  if (tracker.counts.sessions !== nSessions) throw new Error('the sessions are not all there');
  return tracker;
}
