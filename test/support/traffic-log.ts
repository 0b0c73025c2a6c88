// Access logs of made-up clients, in the combined format, the same for the same seed.
import { MersenneTwister } from '../../src/training/mersenne-twister.js';

const START_MS = Date.UTC(2026, 0, 5, 8);
const MS_PER_HOUR = 3_600_000;
const PAGES = ['/', '/products', '/search', '/cart', '/account', '/help', '/checkout', '/offers'];
const MONTHS = ['Jan', 'Feb'];

export interface LoggedRequest {
  readonly timeMs: number;
  readonly address: string;
  readonly path: string;
}

/** Each visits once, some pages one after the other, at the pace of a person. */
export function visitors(nClients: number, seed: number, hours = 6): LoggedRequest[] {
  const random = new MersenneTwister(seed);
  const uniform = () => random.nextUint32() / 2 ** 32;
  return Array.from({ length: nClients }, (_, client) => {
    let timeMs = START_MS + uniform() * hours * MS_PER_HOUR;
    const thinkMs = 4_000 + 20_000 * uniform();
    return Array.from({ length: 6 + random.nextBelow(20) }, () => {
      timeMs += thinkMs * (0.3 + 1.4 * uniform());
      return { timeMs, address: addressOf(client), path: PAGES[random.nextBelow(PAGES.length)] };
    });
  }).flat();
}

/** One client that asks for one page again and again. */
export function hammering(address: string, nCalls: number, gapMs: number): LoggedRequest[] {
  return Array.from({ length: nCalls }, (_, call) => ({
    timeMs: START_MS + MS_PER_HOUR + call * gapMs,
    address,
    path: '/search',
  }));
}

/** In the order of their times. */
export function combinedLog(...requests: readonly (readonly LoggedRequest[])[]): string {
  return requests
    .flat()
    .sort((a, b) => a.timeMs - b.timeMs)
    .map(({ timeMs, address, path }) => {
      const date = new Date(timeMs);
      const [day, time] = date.toISOString().slice(8, 19).split('T');
      const at = `${day}/${MONTHS[date.getUTCMonth()]}/2026:${time} +0000`;
      return `${address} - - [${at}] "GET ${path} HTTP/1.1" 200 512 "-" "-"\n`;
    })
    .join('');
}

/** One client that comes again every two hours, and does the same each time. */
export function returning(nVisits: number): LoggedRequest[] {
  return Array.from({ length: 5 * nVisits }, (_, call) => ({
    timeMs: START_MS + 2 * MS_PER_HOUR * Math.floor(call / 5) + 10_000 * (call % 5),
    address: '203.0.113.9',
    path: '/health',
  }));
}

function addressOf(client: number): string {
  return `198.18.${Math.floor(client / 200)}.${1 + (client % 200)}`;
}
