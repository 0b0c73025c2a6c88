// A line of the combined or the common log format, as Apache and nginx write it:
//   203.0.113.7 - ada [10/Oct/2000:13:55:36 -0700] "GET /apples?page=2 HTTP/1.1" 200 2326 "referer" "agent" 0.004
// Both escape quotes within fields, so that no client can write what looks like the time or the request.

import type { LogTime } from './log-time.js';
import type { LineReading, LogLine } from './logged-call.js';

/** `[10/Oct/2000:13:55:36 -0700] ` */
const TIME_LENGTH = 29;
const NOT_ASCII = /[\u0080-\u00ff]/;
/** nginx's $request_time: seconds with three digits. Apache's %D and %T are whole numbers, and nobody can tell which. */
const SECONDS = /^\d{1,7}\.\d{1,6}$/;

/** Fills `into`. Characters of `line` stand for the bytes of the log. */
export function readCombinedLine(line: string, time: LogTime, into: LogLine): LineReading {
  const quote = quoteFrom(line, 0);
  const timeAt = quote - TIME_LENGTH;
  const addressEnd = line.indexOf(' ');
  const userAt = line.indexOf(' ', addressEnd + 1) + 1;
  const hasForm =
    addressEnd > 0 &&
    userAt > addressEnd &&
    timeAt > userAt + 1 &&
    line.charCodeAt(timeAt) === OPEN_BRACKET &&
    line.charCodeAt(quote - 2) === CLOSE_BRACKET;
  const requestEnd = hasForm ? quoteFrom(line, quote + 1) : -1;
  if (requestEnd < 0) return 'neither combined nor JSON';

  into.timeMs = time.clf(line, timeAt + 1);
  if (Number.isNaN(into.timeMs)) return 'no time';
  into.address = line.slice(0, addressEnd);
  if (into.address === '-') return 'no client address';
  into.status = statusAt(line, requestEnd + 2);
  if (Number.isNaN(into.status)) return 'no status';
  into.user = line.slice(userAt, timeAt - 1);
  if (into.user === '-') into.user = '';
  const isRequest = readRequest(line, quote + 1, requestEnd, into);
  const escapeAt = line.indexOf('\\');
  if (escapeAt >= 0 && escapeAt < requestEnd) {
    into.user = unescaped(into.user);
    into.path = unescaped(into.path);
  }
  if (NOT_ASCII.test(into.user)) into.user = Buffer.from(into.user, 'latin1').toString();
  into.durationMs = durationMs(line, requestEnd + 5);
  into.id = '';
  into.key = '';
  return isRequest ? 'call' : 'no request';
}

/** The first that is not escaped; −1 where there is none. */
function quoteFrom(line: string, start: number): number {
  let at = line.indexOf('"', start);
  while (at > 0 && isEscaped(line, at)) at = line.indexOf('"', at + 1);
  return at;
}

function isEscaped(line: string, at: number): boolean {
  let backslashes = 0;
  while (line.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}

/** False where it is no request, as of the bytes of TLS or of a client that said nothing. */
function readRequest(line: string, start: number, end: number, into: LogLine): boolean {
  const pathAt = line.indexOf(' ', start) + 1;
  const protocolAt = line.lastIndexOf(' ', end);
  const isRequest =
    pathAt > start + 1 && protocolAt > pathAt && line.startsWith('HTTP/', protocolAt + 1);
  if (!isRequest) return false;
  into.method = line.slice(start, pathAt - 1);
  into.path = line.slice(pathAt, protocolAt);
  return true;
}

/** Three digits and nothing else, or 0 of `-`; NaN of anything else. */
function statusAt(line: string, at: number): number {
  if (line.charCodeAt(at) === DASH) return 0;
  const [a, b, c] = [line.charCodeAt(at), line.charCodeAt(at + 1), line.charCodeAt(at + 2)];
  const isStatus = isDigit(a) && isDigit(b) && isDigit(c) && !(line.charCodeAt(at + 3) > SPACE);
  return isStatus ? 100 * (a - ZERO) + 10 * (b - ZERO) + (c - ZERO) : Number.NaN;
}

/** Of the first number with a decimal point behind the last quoted field; 0 where there is none. */
function durationMs(line: string, afterStatus: number): number {
  let start = Math.max(afterStatus, line.lastIndexOf('"') + 1);
  if (line.indexOf('.', start) < 0) return 0;
  while (start < line.length) {
    const space = line.indexOf(' ', start);
    const end = space < 0 ? line.length : space;
    const field = line.slice(start, end);
    if (SECONDS.test(field)) return 1_000 * Number(field);
    start = end + 1;
  }
  return 0;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', v: '\v', b: '\b' };

/** What `\x22`, `\"`, `\\` and the like stand for. */
function unescaped(text: string): string {
  return text.replace(/\\(?:x([0-9A-Fa-f]{2})|(.))/g, (_, hex: string | undefined, sign: string) =>
    hex === undefined ? (ESCAPES[sign] ?? sign) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= ZERO + 9;
}

const SPACE = 0x20;
const DASH = 0x2d;
const ZERO = 0x30;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
