// Times in logs, in milliseconds since 1970. Lines of one minute follow each other, so that its time is worked out once.

const MS_PER_SECOND = 1_000;
const MS_PER_MINUTE = 60_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Numbers since 1970 from here on are milliseconds, from 1,000 times as much on microseconds, then nanoseconds. */
const LEAST_MS = 1e11;

/** `10/Oct/2000:13:55:` and what follows the seconds: a blank and the zone. */
const CLF_MINUTE_LENGTH = 18;
const CLF_LENGTH = 26;
/** `2000-10-10T13:55:` */
const ISO_MINUTE_LENGTH = 17;

/** One for a stream of lines. */
export class LogTime {
  readonly #clfMinute = new RecentMinute(clfMinuteMs);
  readonly #isoMinute = new RecentMinute(isoMinuteMs);

  /** Of `10/Oct/2000:13:55:36 -0700` at `start`; NaN where that is none. */
  clf(line: string, start: number): number {
    const secondsAt = start + CLF_MINUTE_LENGTH;
    return (
      this.#clfMinute.ms(line, start, secondsAt, secondsAt + 3, start + CLF_LENGTH) +
      secondsMs(line, secondsAt)
    );
  }

  /**
   * Of a number since 1970, whatever its unit, or of a text: ISO 8601, such a number, or as in combined logs. A time
   * without a zone is in UTC, whatever machine reads it. NaN where it is none.
   */
  of(value: unknown): number {
    if (typeof value === 'number') return epochMs(value);
    if (typeof value !== 'string') return Number.NaN;
    if (value.charCodeAt(4) === DASH) return this.#iso(value);
    if (value.charCodeAt(2) === SLASH) return this.clf(value, 0);
    return /^\d+(\.\d+)?$/.test(value) ? epochMs(Number(value)) : Number.NaN;
  }

  #iso(text: string): number {
    let zoneAt = ISO_MINUTE_LENGTH + 2;
    let fractionMs = 0;
    const mark = text.charCodeAt(zoneAt);
    if (mark === DOT || mark === COMMA) {
      let digitMs = MS_PER_SECOND;
      for (zoneAt++; isDigit(text.charCodeAt(zoneAt)); zoneAt++) {
        digitMs /= 10;
        fractionMs += digitMs * (text.charCodeAt(zoneAt) - ZERO);
      }
    }
    return (
      this.#isoMinute.ms(text, 0, ISO_MINUTE_LENGTH, zoneAt, text.length) +
      secondsMs(text, ISO_MINUTE_LENGTH) +
      fractionMs
    );
  }
}

/** The minute that was read last, in its zone. */
class RecentMinute {
  readonly #minuteMs: (text: string) => number;
  // No line has a line end, so that nothing is taken for known before it was read.
  #minute = '\n';
  #zone = '\n';
  #ms = Number.NaN;

  constructor(minuteMs: (text: string) => number) {
    this.#minuteMs = minuteMs;
  }

  /** Of the minute from `start` to `end` of a text, and of the zone from `zoneStart` to `zoneEnd`. */
  ms(text: string, start: number, end: number, zoneStart: number, zoneEnd: number): number {
    const isKnown =
      text.startsWith(this.#minute, start) &&
      zoneEnd - zoneStart === this.#zone.length &&
      text.startsWith(this.#zone, zoneStart);
    if (!isKnown) {
      this.#minute = text.slice(start, end);
      this.#zone = text.slice(zoneStart, zoneEnd);
      this.#ms = this.#minuteMs(this.#minute) - zoneMs(this.#zone);
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
function secondsMs(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  const isValid = tens >= 0 && tens <= 6 && ones >= 0 && ones <= 9 && 10 * tens + ones <= 60;
  return isValid ? (10 * tens + ones) * MS_PER_SECOND : Number.NaN;
}

function epochMs(value: number): number {
  if (!(value >= 0 && value < LEAST_MS * 1e9)) return Number.NaN;
  if (value < LEAST_MS) return value * MS_PER_SECOND;
  let ms = value;
  while (ms >= LEAST_MS * MS_PER_SECOND) ms /= 1_000;
  return ms;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= ZERO + 9;
}

const ZERO = 0x30;
const DOT = 0x2e;
const COMMA = 0x2c;
const DASH = 0x2d;
const SLASH = 0x2f;
