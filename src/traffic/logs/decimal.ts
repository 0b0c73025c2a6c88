// Numbers as logs write them, read from their bytes.

/** So many digits fit a double, and so does the power of ten that they are divided by: the quotient is rounded once. */
const MOST_DIGITS = 15;
const POWERS_OF_TEN = Float64Array.from({ length: MOST_DIGITS + 1 }, (_, i) => 10 ** i);

/**
 * Digits, with a point among them or without; NaN of all else, as of signs and exponents.
 * @param bytes of a log, read-only; the number is from `start` to `end`, offsets in bytes, the end excluded
 */
export function decimalAt(bytes: Buffer, start: number, end: number): number {
  let digits = 0;
  let pointAt = end;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte >= ZERO && byte <= NINE) digits = 10 * digits + (byte - ZERO);
    else if (byte === POINT && pointAt === end && at > start) pointAt = at;
    else return Number.NaN;
  }
  const nDigits = end - start - (pointAt < end ? 1 : 0);
  const nDecimals = Math.max(0, end - pointAt - 1);
  const isNumber = nDigits > 0 && pointAt !== end - 1;
  if (!isNumber) return Number.NaN;
  if (nDigits > MOST_DIGITS) return Number(bytes.toString('latin1', start, end));
  return digits / POWERS_OF_TEN[nDecimals];
}

const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
