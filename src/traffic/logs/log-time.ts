// Times in logs, in milliseconds since 1970. Lines of one minute follow each other, so that its time is worked out once.
import { type ByteText, hasBytesAt } from './byte-text.js';
import { decimalAt } from './decimal.js';

const MS_PER_SECOND = 1_000;
const MS_PER_MINUTE = 60_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Numbers since 1970 from here on are milliseconds, from 1,000 times as much on microseconds, then nanoseconds. */
const LEAST_MS = 1e11;

/** `10/Oct/2000:13:55:` and what follows the seconds: a blank and the zone. */
const CLF_MINUTE_LENGTH = 18;
const CLF_SECONDS_END = 20;
const CLF_LENGTH = 26;
/** `2000-10-10T13:55:` */
const ISO_MINUTE_LENGTH = 17;

/** One for a stream of lines. */
export class LogTime {
  readonly #clfMinute = new RecentMinute(clfMinuteMs);
  readonly #isoMinute = new RecentMinute(isoMinuteMs);

  /** Of `10/Oct/2000:13:55:36 -0700` at `start`, with or without zone before `end`; NaN where that is none. */
  clf(bytes: Buffer, start: number, end: number): number {
    const secondsAt = start + CLF_MINUTE_LENGTH;
    const zoneEnd = Math.min(start + CLF_LENGTH, end);
    return (
      this.#clfMinute.ms(bytes, start, secondsAt, Math.min(secondsAt + 3, zoneEnd), zoneEnd) +
      secondsMs(bytes, secondsAt)
    );
  }

  /**
   * Of ISO 8601, a number since 1970, or as in combined logs. A time without a zone is in UTC, whatever machine reads it. NaN
   * where it is none.
   */
  of(text: ByteText): number {
    const { bytes, start, end, length } = text;
    if (length >= ISO_MINUTE_LENGTH + 2 && bytes[start + 4] === DASH) {
      return this.#iso(bytes, start, end);
    }
    if (length >= CLF_SECONDS_END && bytes[start + 2] === SLASH) return this.clf(bytes, start, end);
    return epochMs(decimalAt(bytes, start, end));
  }

  #iso(bytes: Buffer, start: number, end: number): number {
    const secondsAt = start + ISO_MINUTE_LENGTH;
    let zoneAt = secondsAt + 2;
    let fractionMs = 0;
    if (zoneAt < end && (bytes[zoneAt] === DOT || bytes[zoneAt] === COMMA)) {
      let digitMs = MS_PER_SECOND;
      for (zoneAt++; zoneAt < end && isDigit(bytes[zoneAt]); zoneAt++) {
        digitMs /= 10;
        fractionMs += digitMs * (bytes[zoneAt] - ZERO);
      }
    }
    return (
      this.#isoMinute.ms(bytes, start, secondsAt, zoneAt, end) +
      secondsMs(bytes, secondsAt) +
      fractionMs
    );
  }
}

/** The minute that was read last, in its zone. */
class RecentMinute {
  readonly #minuteMs: (text: string) => number;
  // No line has a line end, so that nothing is taken for known before it was read.
  #minute = Buffer.from('\n');
  #zone = Buffer.from('\n');
  #ms = Number.NaN;

  constructor(minuteMs: (text: string) => number) {
    this.#minuteMs = minuteMs;
  }

  /** Of the minute from `start` to `end`, and of the zone from `zoneStart` to `zoneEnd`. */
  ms(bytes: Buffer, start: number, end: number, zoneStart: number, zoneEnd: number): number {
    const isKnown =
      hasBytesAt(bytes, start, this.#minute) &&
      zoneEnd - zoneStart === this.#zone.length &&
      hasBytesAt(bytes, zoneStart, this.#zone);
    if (!isKnown) {
      this.#minute = Buffer.from(bytes.subarray(start, end));
      this.#zone = Buffer.from(bytes.subarray(zoneStart, zoneEnd));
      this.#ms =
        this.#minuteMs(this.#minute.toString('latin1')) - zoneMs(this.#zone.toString('latin1'));
    }
    return this.#ms;
  }
}

function clfMinuteMs(text: string): number {
  const [, day, month, year, hour, minute] =
    /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):$/.exec(text) ?? [];
  return minuteMs(Number(year), MONTHS.indexOf(month), Number(day), Number(hour), Number(minute));
}

function isoMinuteMs(text: string): number {
  const [, year, month, day, hour, minute] =
    /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):$/.exec(text) ?? [];
  return minuteMs(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute));
}

/** NaN of a day that is none, as the 30th of February. */
function minuteMs(year: number, month: number, day: number, hour: number, minute: number): number {
  const midnight = new Date(Date.UTC(year, month, day));
  const isDay = midnight.getUTCMonth() === month && midnight.getUTCDate() === day;
  return isDay && hour < 24 && minute < 60
    ? midnight.getTime() + (60 * hour + minute) * MS_PER_MINUTE
    : Number.NaN;
}

/** East of Greenwich: of `-0700`, `+02:00`, `+02`, `Z` or nothing. */
function zoneMs(text: string): number {
  if (text === '' || text === 'Z' || text === 'z') return 0;
  const [, sign, hours, minutes = '0'] = /^([+-])(\d\d)(?::?(\d\d))?$/.exec(text.trim()) ?? [];
  return Number(`${sign}1`) * (60 * Number(hours) + Number(minutes)) * MS_PER_MINUTE;
}

/** Of two digits; 60 is a leap second. */
function secondsMs(bytes: Buffer, at: number): number {
  const tens = bytes[at] - ZERO;
  const ones = bytes[at + 1] - ZERO;
  const isValid = tens >= 0 && tens <= 6 && ones >= 0 && ones <= 9 && 10 * tens + ones <= 60;
  return isValid ? (10 * tens + ones) * MS_PER_SECOND : Number.NaN;
}

/** Of a number since 1970, whatever its unit. */
export function epochMs(value: number): number {
  if (!(value >= 0 && value < LEAST_MS * 1e9)) return Number.NaN;
  if (value < LEAST_MS) return value * MS_PER_SECOND;
  let ms = value;
  while (ms >= LEAST_MS * MS_PER_SECOND) ms /= 1_000;
  return ms;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9;
}

const ZERO = 0x30;
const DOT = 0x2e;
const COMMA = 0x2c;
const DASH = 0x2d;
const SLASH = 0x2f;
