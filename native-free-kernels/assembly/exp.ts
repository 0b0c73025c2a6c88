// exp of exponents in units of ln 2 / 1024, where rounding one splits it without loss:
// exp(x) = 2^(k / 1024 + r / 1024) = table[k mod 1024] · 2^⌊k / 1024⌋ · (1 + p(r)), |r| <= 1/2.
// The split and the table with the exponent subtracted are those of Arm's optimized routines.

const TABLE_BITS: i32 = 10;
const STEPS: i32 = 1 << TABLE_BITS;
/** Adding it rounds to a whole number, which then stands in the low bits. */
const ROUND: f64 = 6755399441055744;

/** Address of the table; entry j is the bits of 2^(j / 1024), less j at the exponent's place. */
const TABLE: usize = 0;
/** Address of p's coefficients, r³ first, r⁴ last: V8 loads a constant faster than it builds one. */
const POLYNOMIAL: usize = <usize>STEPS << 3;

/** exp of two exponents, where it is a normal float64. */
@inline
export function exp(exponent: v128): v128 {
  const rounded = f64x2.add(exponent, f64x2.splat(ROUND));
  const r = f64x2.sub(exponent, f64x2.sub(rounded, f64x2.splat(ROUND)));
  const power = powerOf(rounded);
  const p = f64x2.mul(r, v128.load64_splat(POLYNOMIAL));
  return f64x2.add(power, f64x2.mul(power, restOf(r, p)));
}

/**
 * exp(x) − 1, to 1e-12 of itself: up to half a step from 0 the power is 1 and the polynomial is all; farther
 * out power − 1 is at least 2^(1 / 1024) − 1, beside which the table's rounding is below 2e-13.
 */
@inline
export function expm1(exponent: v128): v128 {
  const rounded = f64x2.add(exponent, f64x2.splat(ROUND));
  const r = f64x2.sub(exponent, f64x2.sub(rounded, f64x2.splat(ROUND)));
  const power = powerOf(rounded);
  let p = f64x2.mul(r, v128.load64_splat(POLYNOMIAL, 24));
  p = f64x2.mul(r, f64x2.add(p, v128.load64_splat(POLYNOMIAL)));
  const difference = f64x2.sub(power, f64x2.splat(1));
  return f64x2.add(difference, f64x2.mul(power, restOf(r, p)));
}

/** 2 to the number of steps that a sum with ROUND holds. */
@inline
function powerOf(rounded: v128): v128 {
  const j0 = i32x4.extract_lane(rounded, 0) & (STEPS - 1);
  const j1 = i32x4.extract_lane(rounded, 2) & (STEPS - 1);
  let entry = v128.load64_zero(TABLE + (<usize>j0 << 3));
  entry = v128.load64_lane(TABLE + (<usize>j1 << 3), entry, 1);
  return i64x2.add(entry, i64x2.shl(rounded, 52 - TABLE_BITS));
}

/** p(r), of which `p` is r times the coefficients from r³ on. */
@inline
function restOf(r: v128, p: v128): v128 {
  p = f64x2.mul(r, f64x2.add(p, v128.load64_splat(POLYNOMIAL, 8)));
  return f64x2.mul(r, f64x2.add(p, v128.load64_splat(POLYNOMIAL, 16)));
}
