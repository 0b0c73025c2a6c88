// Finite float64 numbers to the shortest text that reads back as the same number, as JSON.stringify writes them.
// The digits are found as in Raffaello Giulietti, "The Schubfach way to render doubles" (2020).
import { LOWER_E, MINUS, PLUS, POINT, ZERO } from './ascii';
import { mulHigh, SCRATCH, widePower } from './powers-of-ten';

/** Digits of one number, zeros in front: three words, of which the last 18 bytes count. */
const DIGITS: usize = SCRATCH;
const FIRST_DIGIT: usize = DIGITS + 6;
const DIGITS_END: usize = DIGITS + 24;

const LARGEST_EXACT: f64 = 9007199254740992;
const TEN_TO_8: u64 = 100_000_000;
const ASCII_ZEROS: u64 = 0x3030303030303030;

/** Positions of the point between which there is no exponent. */
const MOST_WHOLE_DIGITS: i32 = 21;
const MOST_LEADING_ZEROS: i32 = 5;

/** Writes `value` at `out`; returns where the text ends. */
export function writeNumber(value: f64, out: usize): usize {
  if (value == 0) {
    store<u8>(out, ZERO);
    return out + 1;
  }
  if (value < 0) {
    store<u8>(out++, MINUS);
    value = -value;
  }
  if (value < LARGEST_EXACT) {
    const whole = <i64>value;
    if (<f64>whole == value) return writeDecimal(<u64>whole, 0, out);
  }
  return writeShortest(reinterpret<u64>(value), out);
}

/** `bits`: of a positive number. */
function writeShortest(bits: u64, out: usize): usize {
  const fraction = bits & ((<u64>1 << 52) - 1);
  const biased = <i32>(bits >> 52);
  const significand = biased == 0 ? fraction : fraction | (<u64>1 << 52);
  const exponent = max(biased, 1) - 1075;
  // Below a power of two the numbers lie twice as close.
  const isPowerOfTwo = fraction == 0 && biased > 1;
  // ⌊log10(2^exponent)⌋, of three quarters of it for a power of two
  const power = (exponent * 1262611 - (isPowerOfTwo ? 524031 : 0)) >> 22;
  const shift = exponent + ((-power * 1741647) >> 19) + 1;

  // The number and the ends of the interval that rounds to it, in quarters of 10^power.
  const quarters = significand << 2;
  const wide = widePower(-power);
  const low = load<u64>(wide);
  const high = load<u64>(wide, 8);
  const isOdd = significand & 1;
  const least = productToOdd(low, high, (quarters - 2 + <u64>isPowerOfTwo) << shift) + isOdd;
  const middle = productToOdd(low, high, quarters << shift);
  const most = productToOdd(low, high, (quarters + 2) << shift) - isOdd;

  const digits = middle >> 2;
  if (digits >= 10) {
    const tens = digits / 10;
    const isBelowInside = least <= 40 * tens;
    const isAboveInside = 40 * tens + 40 <= most;
    if (isBelowInside != isAboveInside) {
      return writeDecimal((tens + <u64>isAboveInside) * 10, power, out);
    }
  }
  const isBelowInside = least <= 4 * digits;
  const isAboveInside = 4 * digits + 4 <= most;
  if (isBelowInside != isAboveInside) return writeDecimal(digits + <u64>isAboveInside, power, out);
  const half = 4 * digits + 2;
  const roundsUp = middle > half || (middle == half && (digits & 1) != 0);
  return writeDecimal(digits + <u64>roundsUp, power, out);
}

/** The high word of the product, whose last bit is set also where anything below it is. */
@inline
function productToOdd(low: u64, high: u64, factor: u64): u64 {
  const middle = high * factor;
  const sum = middle + mulHigh(low, factor);
  return (mulHigh(high, factor) + <u64>(sum < middle)) | <u64>(sum > 1);
}

/** Writes digits · 10^power; `digits` below 10^18 and above 0. */
function writeDecimal(digits: u64, power: i32, out: usize): usize {
  const upper = digits / TEN_TO_8;
  const top = upper / TEN_TO_8;
  store<u64>(DIGITS, eightDigits(top));
  store<u64>(DIGITS, eightDigits(upper - top * TEN_TO_8), 8);
  store<u64>(DIGITS, eightDigits(digits - upper * TEN_TO_8), 16);
  let first = FIRST_DIGIT;
  while (load<u8>(first) == ZERO) first++;
  let end = DIGITS_END;
  while (load<u8>(end - 1) == ZERO) end--;
  const nDigits = <i32>(end - first);
  const point = <i32>(DIGITS_END - first) + power;

  if (point > MOST_WHOLE_DIGITS || point < -MOST_LEADING_ZEROS) {
    return writeExponent(first, nDigits, point - 1, out);
  }
  if (point <= 0) {
    store<u64>(out, ASCII_ZEROS);
    store<u8>(out, POINT, 1);
    out += 2 - point;
    copyDigits(first, out);
    return out + nDigits;
  }
  if (nDigits <= point) {
    store<u64>(out, ASCII_ZEROS, 16);
    store<u64>(out, ASCII_ZEROS, 8);
    store<u64>(out, ASCII_ZEROS);
    for (let i = 0; i < nDigits; i++) store<u8>(out + i, load<u8>(first + i));
    return out + point;
  }
  copyDigits(first, out);
  store<u8>(out + point, POINT);
  copyDigits(first + point, out + point + 1);
  return out + nDigits + 1;
}

function writeExponent(first: usize, nDigits: i32, exponent: i32, out: usize): usize {
  store<u8>(out, load<u8>(first));
  out++;
  if (nDigits > 1) {
    store<u8>(out, POINT);
    copyDigits(first + 1, out + 1);
    out += nDigits;
  }
  store<u8>(out, LOWER_E);
  store<u8>(out, exponent < 0 ? MINUS : PLUS, 1);
  out += 2;
  let rest = <u32>abs(exponent);
  if (rest >= 100) {
    store<u8>(out++, ZERO + <u8>(rest / 100));
    rest %= 100;
    store<u8>(out++, ZERO + <u8>(rest / 10));
  } else if (rest >= 10) {
    store<u8>(out++, ZERO + <u8>(rest / 10));
  }
  store<u8>(out, ZERO + <u8>(rest % 10));
  return out + 1;
}

/** The digits from `first` on and what lies behind them, 18 bytes at least. */
@inline
function copyDigits(first: usize, out: usize): void {
  const low = load<u64>(first);
  const middle = load<u64>(first, 8);
  const high = load<u64>(first, 16);
  store<u64>(out, low);
  store<u64>(out, middle, 8);
  store<u64>(out, high, 16);
}

/** The eight digits of a number below 10^8 as ASCII, split into halves, pairs and single digits at once. */
@inline
function eightDigits(value: u64): u64 {
  const upper = (value * 3518437209) >> 45;
  let split = upper | ((value - upper * 10_000) << 32);
  const hundreds = ((split * 10486) >> 20) & 0x7f0000007f;
  split = hundreds | ((split - hundreds * 100) << 16);
  const tens = ((split * 103) >> 10) & 0x000f000f000f000f;
  return (tens | ((split - tens * 10) << 8)) + ASCII_ZEROS;
}
