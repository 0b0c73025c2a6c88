// Σ coefficients[i] · f(γ x·sᵢ + coef0) for blocks of rows, two support vectors per register, where f is a
// whole power or tanh. Its arguments, and so the powers, are those of the plain kernels to the last bit.
import { expm1 } from './exp';

/** Bytes of one row's running sum: two lanes. */
const SUM_BYTES: usize = 16;
/** A chunk holds four support vectors: coefficients, then each feature four times. */
const LANES_BYTES: usize = 32;

/** In place of a degree. */
const TANH: i32 = -1;
/** Steps of ln 2 / 1024 in twice an argument. */
const STEPS_OF_TWO: f64 = 2954.639443740597;
/** tanh is 1 beyond this. */
const LARGEST_ARGUMENT: f64 = 20;

/** Adds the support vectors of `nChunks` chunks to the sums of `nRows` rows. */
export function addPowers(
  chunks: usize,
  nChunks: i32,
  rows: usize,
  nRows: i32,
  nFeatures: i32,
  gamma: f64,
  coef0: f64,
  degree: i32,
  sums: usize,
): void {
  addTerms(chunks, nChunks, rows, nRows, nFeatures, gamma, coef0, degree, sums);
}

/** The same with tanh: a function of its own, so that neither asks in its inner loop which it is. */
export function addTanhs(
  chunks: usize,
  nChunks: i32,
  rows: usize,
  nRows: i32,
  nFeatures: i32,
  gamma: f64,
  coef0: f64,
  sums: usize,
): void {
  addTerms(chunks, nChunks, rows, nRows, nFeatures, gamma, coef0, TANH, sums);
}

@inline
function addTerms(
  chunks: usize,
  nChunks: i32,
  rows: usize,
  nRows: i32,
  nFeatures: i32,
  gamma: f64,
  coef0: f64,
  degree: i32,
  sums: usize,
): void {
  const rowBytes = <usize>nFeatures << 3;
  for (; nRows >= 4; nRows -= 4) {
    addTermsToFour(chunks, nChunks, rows, rowBytes, gamma, coef0, degree, sums);
    rows += rowBytes << 2;
    sums += SUM_BYTES << 2;
  }
  for (; nRows > 0; nRows--) {
    addTermsToOne(chunks, nChunks, rows, rowBytes, gamma, coef0, degree, sums);
    rows += rowBytes;
    sums += SUM_BYTES;
  }
}

@inline
function addTermsToFour(
  chunk: usize,
  nChunks: i32,
  row0: usize,
  rowBytes: usize,
  gamma: f64,
  coef0: f64,
  degree: i32,
  sums: usize,
): void {
  const row1 = row0 + rowBytes;
  const row2 = row1 + rowBytes;
  const row3 = row2 + rowBytes;
  const factor = f64x2.splat(gamma);
  const term = f64x2.splat(coef0);
  let sum0 = v128.load(sums);
  let sum1 = v128.load(sums, 16);
  let sum2 = v128.load(sums, 32);
  let sum3 = v128.load(sums, 48);
  for (let i = 0; i < nChunks; i++) {
    let a0 = f64x2.splat(0);
    let b0 = a0;
    let a1 = a0;
    let b1 = a0;
    let a2 = a0;
    let b2 = a0;
    let a3 = a0;
    let b3 = a0;
    const coefficientsA = v128.load(chunk);
    const coefficientsB = v128.load(chunk, 16);
    chunk += LANES_BYTES;
    for (let at: usize = 0; at < rowBytes; at += 8) {
      const a = v128.load(chunk);
      const b = v128.load(chunk, 16);
      let x = v128.load64_splat(row0 + at);
      a0 = f64x2.add(a0, f64x2.mul(x, a));
      b0 = f64x2.add(b0, f64x2.mul(x, b));
      x = v128.load64_splat(row1 + at);
      a1 = f64x2.add(a1, f64x2.mul(x, a));
      b1 = f64x2.add(b1, f64x2.mul(x, b));
      x = v128.load64_splat(row2 + at);
      a2 = f64x2.add(a2, f64x2.mul(x, a));
      b2 = f64x2.add(b2, f64x2.mul(x, b));
      x = v128.load64_splat(row3 + at);
      a3 = f64x2.add(a3, f64x2.mul(x, a));
      b3 = f64x2.add(b3, f64x2.mul(x, b));
      chunk += LANES_BYTES;
    }
    sum0 = f64x2.add(sum0, f64x2.mul(coefficientsA, valueOf(a0, factor, term, degree)));
    sum1 = f64x2.add(sum1, f64x2.mul(coefficientsA, valueOf(a1, factor, term, degree)));
    sum2 = f64x2.add(sum2, f64x2.mul(coefficientsA, valueOf(a2, factor, term, degree)));
    sum3 = f64x2.add(sum3, f64x2.mul(coefficientsA, valueOf(a3, factor, term, degree)));
    sum0 = f64x2.add(sum0, f64x2.mul(coefficientsB, valueOf(b0, factor, term, degree)));
    sum1 = f64x2.add(sum1, f64x2.mul(coefficientsB, valueOf(b1, factor, term, degree)));
    sum2 = f64x2.add(sum2, f64x2.mul(coefficientsB, valueOf(b2, factor, term, degree)));
    sum3 = f64x2.add(sum3, f64x2.mul(coefficientsB, valueOf(b3, factor, term, degree)));
  }
  v128.store(sums, sum0);
  v128.store(sums, sum1, 16);
  v128.store(sums, sum2, 32);
  v128.store(sums, sum3, 48);
}

/** The same operations in the same order as for four rows, so that the results are the same bits. */
@inline
function addTermsToOne(
  chunk: usize,
  nChunks: i32,
  row: usize,
  rowBytes: usize,
  gamma: f64,
  coef0: f64,
  degree: i32,
  sums: usize,
): void {
  const factor = f64x2.splat(gamma);
  const term = f64x2.splat(coef0);
  let sum = v128.load(sums);
  for (let i = 0; i < nChunks; i++) {
    let a = f64x2.splat(0);
    let b = a;
    const coefficientsA = v128.load(chunk);
    const coefficientsB = v128.load(chunk, 16);
    chunk += LANES_BYTES;
    for (let at: usize = 0; at < rowBytes; at += 8) {
      const x = v128.load64_splat(row + at);
      a = f64x2.add(a, f64x2.mul(x, v128.load(chunk)));
      b = f64x2.add(b, f64x2.mul(x, v128.load(chunk, 16)));
      chunk += LANES_BYTES;
    }
    sum = f64x2.add(sum, f64x2.mul(coefficientsA, valueOf(a, factor, term, degree)));
    sum = f64x2.add(sum, f64x2.mul(coefficientsB, valueOf(b, factor, term, degree)));
  }
  v128.store(sums, sum);
}

/** f(γ · dot + coef0) */
@inline
function valueOf(dot: v128, gamma: v128, coef0: v128, degree: i32): v128 {
  const argument = f64x2.add(f64x2.mul(gamma, dot), coef0);
  return degree === TANH ? tanh(argument) : power(argument, degree);
}

/** By repeated squaring in libsvm's order. */
@inline
function power(square: v128, degree: i32): v128 {
  let result = f64x2.splat(1);
  for (; degree > 0; degree >>= 1) {
    if (degree & 1) result = f64x2.mul(result, square);
    square = f64x2.mul(square, square);
  }
  return result;
}

/** tanh(t) = (exp(2 t) − 1) / (exp(2 t) + 1) */
@inline
function tanh(argument: v128): v128 {
  // The first operand of pmin and pmax goes through where it is NaN.
  argument = f64x2.pmin(argument, f64x2.splat(LARGEST_ARGUMENT));
  argument = f64x2.pmax(argument, f64x2.splat(-LARGEST_ARGUMENT));
  const e = expm1(f64x2.mul(argument, f64x2.splat(STEPS_OF_TWO)));
  return f64x2.div(e, f64x2.add(e, f64x2.splat(2)));
}
