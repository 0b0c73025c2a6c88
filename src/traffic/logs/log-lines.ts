// From a line of a log, whatever its format, to a call with the identity of its client.
import { AddressBook, type AddressEntry } from '../identity/address-book.js';
import { hashedKey, shortKey } from '../identity/short-key.js';
import { RouteTemplates } from '../routes/route-templates.js';
import { type ByteText, findByte } from './byte-text.js';
import { readCombinedLine } from './combined-line.js';
import { JsonLines } from './json/json-line.js';
import type { LogCounts } from './log-counts.js';
import { DEFAULT_LOG_FIELDS } from './log-fields.js';
import type { LogOptions } from './log-options.js';
import { LogTime } from './log-time.js';
import { emptyLine, type LineReading, type LoggedCall } from './logged-call.js';
import { TextCache } from './text-cache.js';

/** Why a line is no call. */
export type NoCall = Exclude<LineReading, 'call'> | 'blank';

/** Texts that are remembered, and bytes for each with its length: longer ones are rare, and would take much memory. */
const ADDRESSES = [65_536, 64] as const;
const REQUESTS = [16_384, 128] as const;
const KEYS = [16_384, 64] as const;
/** A guard goes by this claim of a token where it has one, and its exceptions name clients so. */
const USER_CLAIM = 'sub';
/** `203.0.113.7:51234` or `[2001:db8::7]:51234`, as proxies write it. */
const WITH_PORT = /^(?:([\d.]+):\d+|\[([^\]]+)\](?::\d+)?)$/;

export class LogLines {
  readonly #counts: LogCounts;
  readonly #sessionKey: string;
  readonly #source: string;
  readonly #json: JsonLines;
  readonly #time = new LogTime();
  readonly #line = emptyLine();
  readonly #addresses: TextCache<AddressEntry>;
  readonly #routes: TextCache<string>;
  readonly #users = new TextCache(...KEYS, shortKey);
  readonly #clients: TextCache<string>;

  /** @throws AnomalyPredictorError `bad-option` */
  constructor(options: LogOptions, counts: LogCounts) {
    const { sessionKey = 'address', fields = DEFAULT_LOG_FIELDS, source = '' } = options;
    const isField = sessionKey !== 'address' && sessionKey !== 'user';
    const addresses = new AddressBook(options.addressTypes);
    const routes = new RouteTemplates(options.routes);
    this.#counts = counts;
    this.#sessionKey = sessionKey;
    this.#source = source;
    this.#json = new JsonLines(fields, isField ? sessionKey : '');
    this.#addresses = new TextCache(...ADDRESSES, (text) => addresses.of(withoutPort(text)));
    this.#routes = new TextCache(...REQUESTS, (request) => routeOf(request, routes));
    // Named as a guard names keys and subjects, so that nobody can pass for an address.
    this.#clients = new TextCache(...KEYS, (key) =>
      shortKey(isField ? `${sessionKey}:${hashedKey(key)}` : `${USER_CLAIM}:${key}`),
    );
  }

  /** The id of the request that was read last; empty where it has none. */
  get requestId(): string {
    const { id } = this.#line;
    return id.length === 0 ? '' : id.toString();
  }

  /** The line from `start` to `end`, its end excluded. */
  read(bytes: Buffer, start: number, end: number): LoggedCall | NoCall {
    let at = start;
    while (at < end && isBlank(bytes[at])) at++;
    if (at === end) return 'blank';
    const reading =
      bytes[at] === OPEN_BRACE
        ? this.#json.read(bytes, at, end, this.#time, this.#line)
        : readCombinedLine(bytes, start, end, this.#time, this.#line);
    return reading === 'call' ? this.#call() : reading;
  }

  #call(): LoggedCall {
    const line = this.#line;
    const address = this.#addresses.of(line.address);
    cutQuery(line.request);
    return {
      timeMs: line.timeMs,
      client: this.#clientOf(address),
      user: line.user.length === 0 ? '' : this.#users.of(line.user),
      route: this.#routes.of(line.request),
      group: address.group,
      addressType: address.type,
      source: this.#source,
      status: line.status,
      durationMs: line.durationMs,
    };
  }

  #clientOf(address: AddressEntry): string {
    if (this.#sessionKey === 'address') return address.client;
    const key = this.#sessionKey === 'user' ? this.#line.user : this.#line.key;
    if (key.length === 0) {
      this.#counts.withoutKey++;
      return address.client;
    }
    return this.#clients.of(key);
  }
}

function isBlank(byte: number): boolean {
  return byte === SPACE || (byte >= TAB && byte <= CARRIAGE_RETURN);
}

/** What tells no route, so that calls of one path are alike. */
function cutQuery(request: ByteText): void {
  const { bytes, start, end } = request;
  request.set(bytes, start, findByte(bytes, QUESTION_MARK, request.find(SPACE), end));
}

/** Of method and path with a blank between. */
function routeOf(request: string, routes: RouteTemplates): string {
  const blank = request.indexOf(' ');
  return routes.of(request.slice(0, blank), request.slice(blank + 1));
}

function withoutPort(address: string): string {
  const [, v4, v6] = WITH_PORT.exec(address) ?? [];
  return v4 ?? v6 ?? address;
}

const TAB = 0x09;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const QUESTION_MARK = 0x3f;
const OPEN_BRACE = 0x7b;
