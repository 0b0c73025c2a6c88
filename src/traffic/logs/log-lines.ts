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

const MOST_KEYS = 16_384;
const NOT_ASCII = /[\u0080-\u00ff]/;

export class LogLines {
  readonly #counts: LogCounts;
  readonly #sessionKey: string;
  readonly #source: string;
  readonly #json: JsonLines;
  readonly #time = new LogTime();
  readonly #line = emptyLine();
  readonly #addresses: AddressBook;
  readonly #routes: RouteTemplates;
  readonly #users = new OwnedTexts(MOST_KEYS, shortKey);
  readonly #clients: OwnedTexts<string>;

  /** @throws AnomalyPredictorError `bad-option` */
  constructor(options: LogOptions, counts: LogCounts) {
    const { sessionKey = 'address', fields = DEFAULT_LOG_FIELDS, source = '' } = options;
    const isField = sessionKey !== 'address' && sessionKey !== 'user';
    this.#counts = counts;
    this.#sessionKey = sessionKey;
    this.#source = source;
    // Named by its field, as a guard names keys, so that nobody can pass for an address.
    this.#clients = new OwnedTexts(MOST_KEYS, (key) =>
      shortKey(`${sessionKey}:${isField ? hashedKey(key) : key}`),
    );
    this.#json = new JsonLines(fields, isField ? sessionKey : '');
    this.#addresses = new AddressBook(options.addressTypes);
    this.#routes = new RouteTemplates(options.routes);
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
      route: this.#routes.of(line.method, line.path),
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

/** Code of the first character that is not blank, or END. */
function firstCharacter(line: string): number {
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code !== SPACE && !(code >= TAB && code <= CARRIAGE_RETURN)) return code;
  }
  return END;
}

function utf8(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString();
}

const END = -1;
const TAB = 0x09;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const OPEN_BRACE = 0x7b;
