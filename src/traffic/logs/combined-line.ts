// A line of the combined or the common log format, as Apache and nginx write it:
//   203.0.113.7 - ada [10/Oct/2000:13:55:36 -0700] "GET /apples?page=2 HTTP/1.1" 200 2326 "referer" "agent" 0.004
// Both escape quotes within fields, so that no client can write what looks like the time or the request.

import { type ByteText, findByte } from './byte-text.js';
import { decimalAt } from './decimal.js';
import type { LogTime } from './log-time.js';
import type { LineReading, LogLine } from './logged-call.js';
import { protocolAt } from './request-text.js';

/** `[10/Oct/2000:13:55:36 -0700] ` */
const TIME_LENGTH = 29;
/**
 * Digits before the point and behind it of nginx's $request_time. Apache's %D and %T are whole numbers, and nobody can tell
 * which; more digits have the times of other variables.
 */
const MOST_SECOND_DIGITS = 7;
const MOST_FRACTION_DIGITS = 6;

/**
 * Fills `into` with the line from `start` to `end`, offsets in bytes, the end excluded.
 * @param bytes of the log, read-only, and shared by `into`
 */
export function readCombinedLine(
  bytes: Buffer,
  start: number,
  end: number,
  time: LogTime,
  into: LogLine,
): LineReading {
  const quote = quoteFrom(bytes, start, end);
  const timeAt = quote - TIME_LENGTH;
  const addressEnd = findByte(bytes, SPACE, start, timeAt);
  const userAt = findByte(bytes, SPACE, addressEnd + 1, timeAt) + 1;
  const hasForm =
    addressEnd > start &&
    timeAt > userAt + 1 &&
    bytes[timeAt] === OPEN_BRACKET &&
    bytes[quote - 2] === CLOSE_BRACKET;
  const requestEnd = hasForm ? quoteFrom(bytes, quote + 1, end) : end;
  if (requestEnd === end) return 'neither combined nor JSON';

  into.timeMs = time.clf(bytes, timeAt + 1, quote);
  if (Number.isNaN(into.timeMs)) return 'no time';
  into.address.set(bytes, start, addressEnd);
  if (into.address.isByte(DASH)) return 'no client address';
  into.status = statusAt(bytes, requestEnd + 2, end);
  if (Number.isNaN(into.status)) return 'no status';
  into.user.set(bytes, userAt, timeAt - 1);
  if (into.user.isByte(DASH)) into.user.clear();
  else undoEscapes(into.user, userAt);
  if (!readRequest(bytes, quote + 1, requestEnd, into.request)) return 'no request';
  // Of the path alone: a method is none that has any.
  undoEscapes(into.request, into.request.find(SPACE));
  into.durationMs = durationMs(bytes, requestEnd + 5, end);
  into.id.clear();
  into.key.clear();
  return 'call';
}

/** The first that is not escaped; `end` where there is none. */
function quoteFrom(bytes: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at++;
  }
  return end;
}

/** False where it is no request, as of the bytes of TLS or of a client that said nothing. */
function readRequest(bytes: Buffer, start: number, end: number, into: ByteText): boolean {
  const pathAt = findByte(bytes, SPACE, start, end) + 1;
  const pathEnd = protocolAt(bytes, pathAt, end);
  const isRequest = pathAt > start + 1 && pathEnd >= 0;
  if (isRequest) into.set(bytes, start, pathEnd);
  return isRequest;
}

/** Three digits and nothing else, or 0 of `-`; NaN of anything else. */
function statusAt(bytes: Buffer, at: number, end: number): number {
  if (at < end && bytes[at] === DASH) return 0;
  const isAlone = at + 3 === end || (at + 3 < end && bytes[at + 3] <= SPACE);
  let status = 0;
  for (let i = 0; i < 3; i++) {
    const digit = bytes[at + i] - ZERO;
    if (!(isAlone && digit >= 0 && digit <= 9)) return Number.NaN;
    status = 10 * status + digit;
  }
  return status;
}

/** Of the first number with a decimal point behind the last quoted field; 0 where there is none. */
function durationMs(bytes: Buffer, afterStatus: number, end: number): number {
  let start = end;
  let hasPoint = false;
  while (start > afterStatus && bytes[start - 1] !== QUOTE) {
    start--;
    if (bytes[start] === DOT) hasPoint = true;
  }
  while (hasPoint && start < end) {
    const fieldEnd = findByte(bytes, SPACE, start, end);
    const point = findByte(bytes, DOT, start, fieldEnd);
    const isLikeSeconds =
      point < fieldEnd &&
      point - start <= MOST_SECOND_DIGITS &&
      fieldEnd - point - 1 <= MOST_FRACTION_DIGITS;
    const seconds = isLikeSeconds ? decimalAt(bytes, start, fieldEnd) : Number.NaN;
    if (!Number.isNaN(seconds)) return 1_000 * seconds;
    start = fieldEnd + 1;
  }
  return 0;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', v: '\v', b: '\b' };

/** Replaces `\x22`, `\"`, `\\` and the like from `start` on by what they stand for. */
function undoEscapes(text: ByteText, start: number): void {
  const { bytes, end } = text;
  if (findByte(bytes, BACKSLASH, start, end) === end) return;
  const before = bytes.toString('latin1', text.start, start);
  const plain = bytes
    .toString('latin1', start, end)
    .replace(/\\(?:x([0-9A-Fa-f]{2})|(.))/g, (_, hex: string | undefined, sign: string) =>
      hex === undefined ? (ESCAPES[sign] ?? sign) : String.fromCharCode(Number.parseInt(hex, 16)),
    );
  text.setBytes(Buffer.from(before + plain, 'latin1'));
}

const SPACE = 0x20;
const QUOTE = 0x22;
const DASH = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
