// From a line of a log, whatever its format, to a call with the identity of its client.
import { AddressBook, type AddressEntry } from '../identity/address-book.js';
import { hashedKey, shortKey } from '../identity/short-key.js';
import { RouteTemplates } from '../routes/route-templates.js';
import { readCombinedLine } from './combined-line.js';
import { JsonLines } from './json-line.js';
import type { LogCounts } from './log-counts.js';
import { DEFAULT_LOG_FIELDS } from './log-fields.js';
import type { LogOptions } from './log-options.js';
import { LogTime } from './log-time.js';
import { emptyLine, type LineReading, type LoggedCall } from './logged-call.js';
import { OwnedTexts } from './owned-texts.js';

/** Why a line is no call. */
export type NoCall = Exclude<LineReading, 'call'> | 'blank';

const MOST_ADDRESSES = 65_536;
const MOST_REQUESTS = 16_384;
const MOST_KEYS = 16_384;
const NOT_ASCII = /[\u0080-\u00ff]/;

export class LogLines {
  readonly #counts: LogCounts;
  readonly #sessionKey: string;
  readonly #source: string;
  readonly #json: JsonLines;
  readonly #time = new LogTime();
  readonly #line = emptyLine();
  readonly #addresses: OwnedTexts<AddressEntry>;
  readonly #routes: OwnedTexts<string>;
  readonly #users = new OwnedTexts(MOST_KEYS, shortKey);
  readonly #clients: OwnedTexts<string>;

  /** @throws AnomalyPredictorError `bad-option` */
  constructor(options: LogOptions, counts: LogCounts) {
    const { sessionKey = 'address', fields = DEFAULT_LOG_FIELDS, source = '' } = options;
    const isField = sessionKey !== 'address' && sessionKey !== 'user';
    const book = new AddressBook(options.addressTypes);
    const templates = new RouteTemplates(options.routes);
    this.#counts = counts;
    this.#sessionKey = sessionKey;
    this.#source = source;
    // Named by its field, as a guard names keys, so that nobody can pass for an address.
    this.#clients = new OwnedTexts(MOST_KEYS, (key) =>
      shortKey(`${sessionKey}:${isField ? hashedKey(key) : key}`),
    );
    this.#json = new JsonLines(fields, isField ? sessionKey : '');
    this.#addresses = new OwnedTexts(MOST_ADDRESSES, (text) => book.of(withoutPort(text)));
    this.#routes = new OwnedTexts(MOST_REQUESTS, (text) => {
      const space = text.indexOf(' ');
      return templates.of(text.slice(0, space), text.slice(space + 1));
    });
  }

  /** The id of the request that was read last; empty where it has none. */
  get requestId(): string {
    return this.#line.id;
  }

  /** @param line each of its characters stands for a byte; `isAscii` where none is above 127 */
  read(line: string, isAscii: boolean): LoggedCall | NoCall {
    const first = firstCharacter(line);
    if (first === END) return 'blank';
    const reading =
      first === OPEN_BRACE
        ? this.#json.read(
            isAscii || !NOT_ASCII.test(line) ? line : utf8(line),
            this.#time,
            this.#line,
          )
        : readCombinedLine(line, this.#time, this.#line);
    return reading === 'call' ? this.#call() : reading;
  }

  #call(): LoggedCall {
    const line = this.#line;
    const address = this.#addresses.of(line.address);
    const user = line.user === '' ? '' : this.#users.of(line.user);
    return {
      timeMs: line.timeMs,
      client: this.#clientOf(address),
      user,
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
    if (key === '') {
      this.#counts.withoutKey++;
      return address.client;
    }
    return this.#clients.of(key);
  }
}

/** Of an address as proxies write it: `203.0.113.7:51234` or `[2001:db8::7]:51234`. */
function withoutPort(address: string): string {
  const [, v4, v6] = /^(?:([\d.]+):\d+|\[([^\]]+)\](?::\d+)?)$/.exec(address) ?? [];
  return v4 ?? v6 ?? address;
}

/** Code of the first character that is not blank, or END. */
function firstCharacter(line: string): number {
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code > SPACE) return code;
    if (code === 0) return code;
  }
  return END;
}

function utf8(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString();
}

const END = -1;
const SPACE = 0x20;
const OPEN_BRACE = 0x7b;
