// Powers of ten that ../powers-of-ten.ts has put at the start of the memory, and products with them.

/** 10^e, e from LEAST_POWER to MOST_POWER, scaled to 128 bits and rounded up: low word, high word. */
const WIDE_POWERS: usize = 0;
const LEAST_POWER: i32 = -342;
const MOST_POWER: i32 = 324;
/** 10^0 to 10^22, which float64 holds without rounding. */
const EXACT_POWERS: usize = WIDE_POWERS + (<usize>(MOST_POWER - LEAST_POWER + 1) << 4);
export const MOST_EXACT_POWER: i32 = 22;
/** The powers end here. */
export const SCRATCH: usize = EXACT_POWERS + (<usize>(MOST_EXACT_POWER + 1) << 3);

export function hasWidePower(exponent: i32): bool {
  return exponent >= LEAST_POWER && exponent <= MOST_POWER;
}

/** Address of the low word; the high one follows it. */
@inline
export function widePower(exponent: i32): usize {
  return WIDE_POWERS + (<usize>(exponent - LEAST_POWER) << 4);
}

@inline
export function exactPower(exponent: i32): f64 {
  return load<f64>(EXACT_POWERS + (<usize>exponent << 3));
}

/** ⌊log2(10^exponent)⌋ for exponents up to 1,233 either way. */
@inline
export function floorLog2OfPower(exponent: i32): i32 {
  return (exponent * 1741647) >> 19;
}

/** The high 64 bits of a · b. */
@inline
export function mulHigh(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffffffff;
  const bHigh = b >> 32;
  const middle = aHigh * bLow + ((aLow * bLow) >> 32);
  const carried = aLow * bHigh + (middle & 0xffffffff);
  return aHigh * bHigh + (middle >> 32) + (carried >> 32);
}
