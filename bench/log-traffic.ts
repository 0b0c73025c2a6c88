// Made-up access logs: the same calls for the same seed, in each format. Times are whole seconds, as combined logs have
// them; each line is some milliseconds after the one before.
import { RandomValues } from './random-values.js';

export type LogFormat = 'combined' | 'json';

const CLIENTS = 20_000;
const MS_PER_LINE = 5;
const START_MS = Date.UTC(2025, 0, 1);
const LINES_PER_BLOCK = 1_000;
const WORDS = ['products', 'cart', 'search', 'orders', 'reviews', 'account', 'help', 'login'];
const AGENTS = [
  'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15',
  'shop-app/3.2',
];
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** Blocks of whole lines. */
export function* logTraffic(format: LogFormat, nLines: number, seed: number): Generator<string> {
  const random = new RandomValues(seed);
  const lineOf = format === 'json' ? jsonLine : combinedLine;
  let block = '';
  for (let i = 0; i < nLines; i++) {
    block += lineOf(START_MS + i * MS_PER_LINE, random);
    if ((i + 1) % LINES_PER_BLOCK > 0 && i + 1 < nLines) continue;
    yield block;
    block = '';
  }
}

interface Request {
  readonly address: string;
  readonly user: string;
  readonly method: string;
  readonly target: string;
  readonly status: number;
  readonly agent: string;
}

/** Few clients make most of the calls. */
function request(random: RandomValues): Request {
  const client = Math.floor(CLIENTS * random.uniform() ** 2);
  const id = random.oneIn(2) ? `/${below(random, 10_000)}` : '';
  const query = random.oneIn(3) ? `?page=${below(random, 9)}` : '';
  return {
    address: `203.${client >> 8}.${client & 255}.${1 + ((7 * client) & 127)}`,
    user: random.oneIn(3) ? `user${client}` : '-',
    method: random.oneIn(5) ? 'POST' : 'GET',
    target: `/${WORDS[below(random, WORDS.length)]}${id}${query}`,
    status: random.oneIn(20) ? 404 : 200,
    agent: AGENTS[below(random, AGENTS.length)],
  };
}

function combinedLine(timeMs: number, random: RandomValues): string {
  const { address, user, method, target, status, agent } = request(random);
  const [year, month, rest] = isoSecond(timeMs).split('-');
  const time = `${rest.slice(0, 2)}/${MONTHS[Number(month) - 1]}/${year}:${rest.slice(3)}`;
  return (
    `${address} - ${user} [${time} +0000] "${method} ${target} HTTP/1.1" ${status} 1234 ` +
    `"https://shop.example/" "${agent}" 0.012\n`
  );
}

function jsonLine(timeMs: number, random: RandomValues): string {
  const { address, user, method, target, status, agent } = request(random);
  return `${JSON.stringify({
    time_iso8601: `${isoSecond(timeMs)}+00:00`,
    remote_addr: address,
    remote_user: user,
    request_method: method,
    request_uri: target,
    status,
    body_bytes_sent: 1234,
    request_time: 0.012,
    http_referer: 'https://shop.example/',
    http_user_agent: agent,
  })}\n`;
}

function isoSecond(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 19);
}

function below(random: RandomValues, limit: number): number {
  return Math.floor(limit * random.uniform());
}
