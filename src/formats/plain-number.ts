// Numbers of JSON, read from bytes. Up to 2^53 the digits make an exact whole number, up to 10^22 a power of
// ten is exact too, and one division or multiplication of the two rounds as the grammar of JSON wants it
// (Clinger, "How to read floating point numbers accurately", PLDI 1990). Anything else is left to Number().

/** What stands at a place is not what was looked for. */
export const NOT_PLAIN = -1;

const LARGEST_EXACT = Number.MAX_SAFE_INTEGER;
const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const MOST_POWER = POWERS_OF_TEN.length - 1;

const ZERO = 0x30;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const UPPER_E = 0x45;
const LOWER_E = 0x65;

/** Reads the number at `at` into values[index]; returns where it ends, or NOT_PLAIN where there is no finite number. */
export function readPlainNumber(
  bytes: Uint8Array,
  at: number,
  values: Float64Array,
  index: number,
): number {
  const start = at;
  if (bytes[at] === MINUS) at++;
  const firstDigit = at;
  let digits = 0;
  let digit = bytes[at] - ZERO;
  while (digit >= 0 && digit <= 9) {
    digits = digits * 10 + digit;
    digit = bytes[++at] - ZERO;
  }
  if (at === firstDigit || (bytes[firstDigit] === ZERO && at > firstDigit + 1)) return NOT_PLAIN;
  let power = 0;
  if (bytes[at] === POINT) {
    const firstDecimal = ++at;
    digit = bytes[at] - ZERO;
    while (digit >= 0 && digit <= 9) {
      digits = digits * 10 + digit;
      digit = bytes[++at] - ZERO;
    }
    if (at === firstDecimal) return NOT_PLAIN;
    power = firstDecimal - at;
  }
  if (bytes[at] === LOWER_E || bytes[at] === UPPER_E) {
    at++;
    const isNegative = bytes[at] === MINUS;
    if (isNegative || bytes[at] === PLUS) at++;
    const firstOfExponent = at;
    let exponent = 0;
    digit = bytes[at] - ZERO;
    while (digit >= 0 && digit <= 9) {
      exponent = exponent * 10 + digit;
      digit = bytes[++at] - ZERO;
    }
    if (at === firstOfExponent) return NOT_PLAIN;
    power += isNegative ? -exponent : exponent;
  }
  if (digits > LARGEST_EXACT || power < -MOST_POWER || power > MOST_POWER) {
    const value = Number(textOf(bytes, start, at));
    values[index] = value;
    return Number.isFinite(value) ? at : NOT_PLAIN;
  }
  const size = power < 0 ? digits / POWERS_OF_TEN[-power] : digits * POWERS_OF_TEN[power];
  values[index] = bytes[start] === MINUS ? -size : size;
  return at;
}

function textOf({ buffer, byteOffset }: Uint8Array, start: number, end: number): string {
  return Buffer.from(buffer, byteOffset + start, end - start).toString('latin1');
}
