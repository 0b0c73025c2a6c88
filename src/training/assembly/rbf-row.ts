// One row of an RBF kernel matrix in float32, two points per register. Every operation, and their order, is that of
// kernel-points.ts and fast-exp.ts, so that the bits are the same.

/** Math.exp, for exponents that rounding makes positive. */
@external("env", "exp")
declare function hostExp(x: f64): f64;

/** As in fast-exp.ts. */
const STEPS_PER_UNIT: f64 = 256 / 0.6931471805599453;
const STEP_HIGH: f64 = 0.0027076061815023422;
const STEP_LOW: f64 = -7.440055859210031e-12;
const ROUNDER: f64 = 6755399441055744;
const LEAST: f64 = -104;
const STEPS: i32 = 256;

/** Address of the table; entry j is the bits of 2^(j / 256), less j at the exponent's place. */
const TABLE: usize = 0;
/** From a whole number of steps to the exponent's place. */
const TO_EXPONENT: i32 = 44;

/** Points per round. */
const ROUND: i32 = 8;

/**
 * exp(−γ |x − y|²) of the point at index `i` and those at from … to − 1 into `out` at the same indices; up to 7 more
 * are written behind them.
 *
 * @param points feature by feature, float64, `stride` bytes apart
 * @param norms x·x of every point, float64
 * @param out float32
 */
export function rbfRow(
  points: usize,
  stride: usize,
  nFeatures: i32,
  norms: usize,
  minusGamma: f64,
  i: i32,
  from: i32,
  to: i32,
  out: usize,
): void {
  const end = points + <usize>nFeatures * stride;
  const point = points + (<usize>i << 3);
  const norm = v128.load64_splat(norms + (<usize>i << 3));
  const factor = f64x2.splat(minusGamma);
  for (let j = from; j < to; j += ROUND) {
    const offset = <usize>j << 3;
    let a = f64x2.splat(0);
    let b = f64x2.splat(0);
    let c = f64x2.splat(0);
    let d = f64x2.splat(0);
    let x = point;
    for (let y = points; y < end; y += stride) {
      const value = v128.load64_splat(x);
      x += stride;
      const at = y + offset;
      a = f64x2.add(a, f64x2.mul(value, v128.load(at)));
      b = f64x2.add(b, f64x2.mul(value, v128.load(at, 16)));
      c = f64x2.add(c, f64x2.mul(value, v128.load(at, 32)));
      d = f64x2.add(d, f64x2.mul(value, v128.load(at, 48)));
    }
    const normsAt = norms + offset;
    const outAt = out + (<usize>j << 2);
    store(outAt, exponent(a, norm, v128.load(normsAt), factor));
    store(outAt + 8, exponent(b, norm, v128.load(normsAt, 16), factor));
    store(outAt + 16, exponent(c, norm, v128.load(normsAt, 32), factor));
    store(outAt + 24, exponent(d, norm, v128.load(normsAt, 48), factor));
  }
}

@inline
function exponent(product: v128, norm: v128, norms: v128, factor: v128): v128 {
  const squares = f64x2.add(norm, norms);
  return f64x2.mul(factor, f64x2.sub(squares, f64x2.mul(f64x2.splat(2), product)));
}

/** exp of both, rounded to float32. */
@inline
function store(out: usize, x: v128): void {
  const inRange = v128.and(f64x2.ge(x, f64x2.splat(LEAST)), f64x2.le(x, f64x2.splat(0)));
  if (!i64x2.all_true(inRange)) {
    storeAny(out, x);
    return;
  }
  v128.store64_lane(out, f32x4.demote_f64x2_zero(exp(x)), 0);
}

/** For any exponents, also such that are no number. */
function storeAny(out: usize, x: v128): void {
  f32.store(out, <f32>expOfAny(f64x2.extract_lane(x, 0)));
  f32.store(out, <f32>expOfAny(f64x2.extract_lane(x, 1)), 4);
}

function expOfAny(x: f64): f64 {
  if (x < LEAST) return 0;
  if (!(x <= 0)) return hostExp(x);
  return f64x2.extract_lane(exp(f64x2.splat(x)), 0);
}

/** From LEAST to 0. */
@inline
function exp(x: v128): v128 {
  const rounded = f64x2.add(f64x2.mul(x, f64x2.splat(STEPS_PER_UNIT)), f64x2.splat(ROUNDER));
  const steps = f64x2.sub(rounded, f64x2.splat(ROUNDER));
  const high = f64x2.sub(x, f64x2.mul(steps, f64x2.splat(STEP_HIGH)));
  const rest = f64x2.sub(high, f64x2.mul(steps, f64x2.splat(STEP_LOW)));
  let p = f64x2.mul(rest, f64x2.splat(1.0 / 24));
  p = f64x2.mul(rest, f64x2.add(f64x2.splat(1.0 / 6), p));
  p = f64x2.mul(rest, f64x2.add(f64x2.splat(0.5), p));
  p = f64x2.mul(rest, f64x2.add(f64x2.splat(1), p));
  p = f64x2.add(f64x2.splat(1), p);
  const j0 = i32x4.extract_lane(rounded, 0) & (STEPS - 1);
  const j1 = i32x4.extract_lane(rounded, 2) & (STEPS - 1);
  let root = v128.load64_zero(TABLE + (<usize>j0 << 3));
  root = v128.load64_lane(TABLE + (<usize>j1 << 3), root, 1);
  const power = i64x2.add(root, i64x2.shl(rounded, TO_EXPONENT));
  return f64x2.mul(power, p);
}
