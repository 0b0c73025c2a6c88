// A line of a log that is a JSON object: which of its fields say what is found by their names.

import { type ByteText, findByte } from '../byte-text.js';
import { decimalAt } from '../decimal.js';
import { type LogFields, unitOf } from '../log-fields.js';
import { epochMs, type LogTime } from '../log-time.js';
import type { LineReading, LogLine } from '../logged-call.js';
import { protocolAt } from '../request-text.js';
import { JsonFields } from './json-fields.js';
import { type JsonValue, NOTHING, NUMBER, TEXT } from './json-value.js';

const HIGHEST_STATUS = 999;
const MOST_PLAIN_DIGITS = 15;

/** Where lines of one log have their fields. */
export class JsonLines {
  readonly #fields: JsonFields;
  readonly #time: JsonValue;
  readonly #address: JsonValue;
  readonly #user: JsonValue;
  readonly #method: JsonValue;
  readonly #url: JsonValue;
  readonly #request: JsonValue;
  readonly #status: JsonValue;
  readonly #duration: JsonValue;
  /** Of the paths of `#duration`, in milliseconds. */
  readonly #unitsMs: readonly number[];
  readonly #id: JsonValue;
  readonly #key: JsonValue;
  /** What is put together of method and URL. */
  #joined = Buffer.alloc(1_024);

  /** @param key path of what is to be the session key; none where it is empty */
  constructor(fields: LogFields, key: string) {
    const durations = fields.duration.map(unitOf);
    this.#unitsMs = durations.map(([, unitMs]) => unitMs);
    this.#fields = new JsonFields([
      fields.time,
      fields.address,
      fields.user,
      fields.method,
      fields.url,
      fields.request,
      fields.status,
      durations.map(([path]) => path),
      fields.id,
      key === '' ? [] : [key],
    ]);
    [
      this.#time,
      this.#address,
      this.#user,
      this.#method,
      this.#url,
      this.#request,
      this.#status,
      this.#duration,
      this.#id,
      this.#key,
    ] = this.#fields.values;
  }

  /** Fills `into` with the line from `start`, where its brace is, to `end`. */
  read(bytes: Buffer, start: number, end: number, time: LogTime, into: LogLine): LineReading {
    if (!this.#fields.read(bytes, start, end)) return 'not JSON';
    if (!this.#readRequest(into.request)) return 'no request';
    into.timeMs = timeMsOf(this.#time, time);
    if (Number.isNaN(into.timeMs)) return 'no time';
    readText(this.#address, into.address);
    if (into.address.length === 0) return 'no client address';
    into.status = statusOf(this.#status);
    if (Number.isNaN(into.status)) return 'no status';
    readText(this.#user, into.user);
    into.durationMs = this.#durationMs();
    readText(this.#id, into.id);
    readText(this.#key, into.key);
    return 'call';
  }

  /** False where the line is not about a request. */
  #readRequest(into: ByteText): boolean {
    const [method, url] = [this.#method, this.#url];
    if (method.kind === TEXT && url.kind === TEXT) {
      this.#join(method.text, url.text, into);
      return method.text.length > 0 && url.text.length > 0;
    }
    if (this.#request.kind !== TEXT) return false;
    const { bytes, start, end } = this.#request.text;
    const pathAt = findByte(bytes, SPACE, start, end) + 1;
    const protocol = protocolAt(bytes, pathAt, end);
    const pathEnd = protocol < 0 ? end : protocol;
    into.set(bytes, start, pathEnd);
    return pathAt > start + 1 && pathEnd > pathAt;
  }

  #join(method: ByteText, url: ByteText, into: ByteText): void {
    const length = method.length + 1 + url.length;
    if (length > this.#joined.length) this.#joined = Buffer.alloc(2 * length);
    const joined = this.#joined;
    let at = 0;
    // A method with a blank is none, and not to be taken for another one with a path.
    for (let i = method.start; i < method.end; i++) {
      joined[at++] = method.bytes[i] === SPACE ? DASH : method.bytes[i];
    }
    joined[at++] = SPACE;
    for (let i = url.start; i < url.end; i++) joined[at++] = url.bytes[i];
    into.set(joined, 0, at);
  }

  #durationMs(): number {
    const { kind, text, path } = this.#duration;
    if (kind !== NUMBER && kind !== TEXT) return 0;
    const plain = decimalAt(text.bytes, text.start, text.end);
    const duration = Number.isNaN(plain) ? Number.parseFloat(text.toString()) : plain;
    return duration >= 0 ? duration * this.#unitsMs[path] : 0;
  }
}

function timeMsOf({ kind, text }: JsonValue, time: LogTime): number {
  if (kind === TEXT) return time.of(text);
  return kind === NUMBER ? epochMs(numberOf(text)) : Number.NaN;
}

/** Of a number too; empty for what is none, as `-` is in logs. */
function readText({ kind, text }: JsonValue, into: ByteText): void {
  if ((kind !== TEXT && kind !== NUMBER) || text.isByte(DASH)) into.clear();
  else into.set(text.bytes, text.start, text.end);
  if (kind === NUMBER && !isPlain(text)) into.setText(String(numberOf(text)));
}

/** Whether there is no other way to write the number. */
function isPlain({ bytes, start, end, length }: ByteText): boolean {
  let at = start;
  while (at < end && bytes[at] >= ZERO && bytes[at] <= NINE) at++;
  return at === end && length <= MOST_PLAIN_DIGITS && bytes[start] > ZERO;
}

function numberOf({ bytes, start, end }: ByteText): number {
  const plain = decimalAt(bytes, start, end);
  return Number.isNaN(plain) ? Number(bytes.toString('latin1', start, end)) : plain;
}

/** 0 where the log does not tell; NaN of what no status can be. */
function statusOf({ kind, text }: JsonValue): number {
  if (kind === NOTHING || (kind === TEXT && (text.length === 0 || text.isByte(DASH)))) return 0;
  const status = kind === TEXT || kind === NUMBER ? numberOf(text) : Number.NaN;
  return Number.isInteger(status) && status >= 0 && status <= HIGHEST_STATUS ? status : Number.NaN;
}

const SPACE = 0x20;
const DASH = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
