// Numbers of JSON to float64, rounded as its grammar wants. Up to 2^53 the digits make an exact whole number, up to
// 10^22 a power of ten is exact too, and one operation rounds once (Clinger, PLDI 1990). Else the product of the
// digits and a power of 128 bits decides, as in Lemire's "Number parsing at a gigabyte per second" (2021), unless
// it lies within its own error of a tie; that is left to the caller's Number().
import { LOWER_E, MINUS, PLUS, POINT, ZERO } from './ascii';
import {
  exactPower,
  floorLog2OfPower,
  hasWidePower,
  MOST_EXACT_POWER,
  mulHigh,
  widePower,
} from './powers-of-ten';

/** Number() of the text from `start` to `end`. */
@external('env', 'slowNumber')
declare function slowNumber(start: usize, end: usize): f64;

/** Makes letters lower case. */
const CASE_BIT: u8 = 0x20;

const LARGEST_EXACT: u64 = 1 << 53;
/** So many digits always fit 64 bits. */
const MOST_DIGITS: usize = 19;
const HUGE_EXPONENT: i32 = 100_000;

/** Stores the number at `at`; returns where it ends, or 0 where there is no finite number. */
export function readNumber(at: usize, value: usize): usize {
  const start = at;
  const isNegative = load<u8>(at) == MINUS;
  at += <usize>isNegative;
  const firstDigit = at;
  let digits: u64 = 0;
  let digit = digitAt(at);
  while (digit <= 9) {
    digits = digits * 10 + <u64>digit;
    digit = digitAt(++at);
  }
  const nWhole = at - firstDigit;
  if (nWhole == 0 || (nWhole > 1 && digitAt(firstDigit) == 0)) return 0;
  let power: i32 = 0;
  if (load<u8>(at) == POINT) {
    const firstDecimal = ++at;
    digit = digitAt(at);
    while (digit <= 9) {
      digits = digits * 10 + <u64>digit;
      digit = digitAt(++at);
    }
    if (at == firstDecimal) return 0;
    power = <i32>(firstDecimal - at);
  }
  const hasAllDigits = at - firstDigit <= MOST_DIGITS || nSignificant(firstDigit, at) <= MOST_DIGITS;
  if ((load<u8>(at) | CASE_BIT) == LOWER_E) {
    const sign = load<u8>(++at);
    at += <usize>(sign == MINUS || sign == PLUS);
    const firstOfExponent = at;
    let exponent: i32 = 0;
    digit = digitAt(at);
    while (digit <= 9) {
      exponent = min(exponent * 10 + <i32>digit, HUGE_EXPONENT);
      digit = digitAt(++at);
    }
    if (at == firstOfExponent) return 0;
    power += sign == MINUS ? -exponent : exponent;
  }
  let size: f64 = NaN;
  if (hasAllDigits) {
    if (digits <= LARGEST_EXACT && power >= -MOST_EXACT_POWER && power <= MOST_EXACT_POWER) {
      const whole = <f64>(<i64>digits);
      size = power < 0 ? whole / exactPower(-power) : whole * exactPower(power);
    } else if (digits != 0 && hasWidePower(power)) {
      size = product(digits, power);
    }
  }
  if (isNaN(size)) {
    size = slowNumber(start, at);
    if (!isFinite(size)) return 0;
    store<f64>(value, size);
  } else {
    store<f64>(value, isNegative ? -size : size);
  }
  return at;
}

@inline
function digitAt(at: usize): u32 {
  return <u32>load<u8>(at) - <u32>ZERO;
}

/** Digits from the first that is not 0. */
function nSignificant(start: usize, end: usize): usize {
  while (start < end && (digitAt(start) == 0 || load<u8>(start) == POINT)) start++;
  return end - start;
}

/** digits · 10^power rounded to float64; NaN near a tie and outside the range of normal numbers. */
function product(digits: u64, power: i32): f64 {
  const shift = <i32>clz(digits);
  const whole = digits << shift;
  const wide = widePower(power);
  const highPower = load<u64>(wide, 8);
  const middle = whole * highPower;
  const sum = middle + mulHigh(whole, load<u64>(wide));
  const high = mulHigh(whole, highPower) + <u64>(sum < middle);
  // The power is too large by less than one in its last bit, so the product by less than one in `sum`.
  const spare: u64 = 10 + (high >> 63);
  const rest = high & ((<u64>1 << (spare - 1)) - 1);
  if (rest == 0 && sum == 0) return NaN;
  const biased = <i64>spare + <i64>(floorLog2OfPower(power) + 1 - shift) + 1075;
  if (biased < 1 || biased > 2045) return NaN;
  const roundsUp = (high >> (spare - 1)) & 1;
  // A significand that rounds up to 2^53 carries into the exponent, as it should.
  return reinterpret<f64>((<u64>(biased - 1) << 52) + (high >> spare) + roundsUp);
}
