// Σ coefficients[i] · exp(−γ |x − sᵢ|²) for blocks of rows, two support vectors per register.
import { exp } from './exp';

/** Bytes of one row's running sum: two lanes. */
const SUM_BYTES: usize = 16;
/** A chunk holds four support vectors: biases, then each feature four times. */
const LANES_BYTES: usize = 32;

/**
 * Adds the support vectors of `nChunks` chunks to the sums of `nRows` rows, by |x|² + |s|² − 2 x·s.
 * The bias of support vector s is −g |s|² + ln(coefficient) · 1024 / ln 2 and its features are
 * 2 g s, where g = γ · 1024 / ln 2; `rowBiases` holds −g |x|² per row. Rows stand in groups of
 * four, feature by feature. The sum is arbitrary where an exp is no normal float64.
 */
export function addRbf(
  chunks: usize,
  nChunks: i32,
  rows: usize,
  rowBiases: usize,
  nRows: i32,
  nFeatures: i32,
  sums: usize,
): void {
  const groupBytes = <usize>nFeatures << 5;
  for (; nRows >= 4; nRows -= 4) {
    addRbfToFour(chunks, nChunks, rows, rows + groupBytes, rowBiases, sums);
    rows += groupBytes;
    rowBiases += 32;
    sums += SUM_BYTES << 2;
  }
  const groupEnd = rows + groupBytes;
  for (; nRows > 0; nRows--) {
    addRbfToOne(chunks, nChunks, rows, groupEnd, rowBiases, sums);
    rows += 8;
    rowBiases += 8;
    sums += SUM_BYTES;
  }
}

function addRbfToFour(
  chunk: usize,
  nChunks: i32,
  group: usize,
  groupEnd: usize,
  rowBiases: usize,
  sums: usize,
): void {
  let sum0 = v128.load(sums);
  let sum1 = v128.load(sums, 16);
  let sum2 = v128.load(sums, 32);
  let sum3 = v128.load(sums, 48);
  for (let i = 0; i < nChunks; i++) {
    const biasA = v128.load(chunk);
    const biasB = v128.load(chunk, 16);
    let rowBias = v128.load64_splat(rowBiases);
    let a0 = f64x2.add(biasA, rowBias);
    let b0 = f64x2.add(biasB, rowBias);
    rowBias = v128.load64_splat(rowBiases, 8);
    let a1 = f64x2.add(biasA, rowBias);
    let b1 = f64x2.add(biasB, rowBias);
    rowBias = v128.load64_splat(rowBiases, 16);
    let a2 = f64x2.add(biasA, rowBias);
    let b2 = f64x2.add(biasB, rowBias);
    rowBias = v128.load64_splat(rowBiases, 24);
    let a3 = f64x2.add(biasA, rowBias);
    let b3 = f64x2.add(biasB, rowBias);
    chunk += LANES_BYTES;
    for (let x4 = group; x4 < groupEnd; x4 += LANES_BYTES) {
      const a = v128.load(chunk);
      const b = v128.load(chunk, 16);
      let x = v128.load64_splat(x4);
      a0 = f64x2.add(a0, f64x2.mul(x, a));
      b0 = f64x2.add(b0, f64x2.mul(x, b));
      x = v128.load64_splat(x4, 8);
      a1 = f64x2.add(a1, f64x2.mul(x, a));
      b1 = f64x2.add(b1, f64x2.mul(x, b));
      x = v128.load64_splat(x4, 16);
      a2 = f64x2.add(a2, f64x2.mul(x, a));
      b2 = f64x2.add(b2, f64x2.mul(x, b));
      x = v128.load64_splat(x4, 24);
      a3 = f64x2.add(a3, f64x2.mul(x, a));
      b3 = f64x2.add(b3, f64x2.mul(x, b));
      chunk += LANES_BYTES;
    }
    sum0 = f64x2.add(sum0, exp(a0));
    sum1 = f64x2.add(sum1, exp(a1));
    sum2 = f64x2.add(sum2, exp(a2));
    sum3 = f64x2.add(sum3, exp(a3));
    sum0 = f64x2.add(sum0, exp(b0));
    sum1 = f64x2.add(sum1, exp(b1));
    sum2 = f64x2.add(sum2, exp(b2));
    sum3 = f64x2.add(sum3, exp(b3));
  }
  v128.store(sums, sum0);
  v128.store(sums, sum1, 16);
  v128.store(sums, sum2, 32);
  v128.store(sums, sum3, 48);
}

/** The same operations in the same order as for four rows, so that the results are the same bits. */
function addRbfToOne(
  chunk: usize,
  nChunks: i32,
  row: usize,
  rowEnd: usize,
  rowBias: usize,
  sums: usize,
): void {
  const bias = v128.load64_splat(rowBias);
  let sum = v128.load(sums);
  for (let i = 0; i < nChunks; i++) {
    let a = f64x2.add(v128.load(chunk), bias);
    let b = f64x2.add(v128.load(chunk, 16), bias);
    chunk += LANES_BYTES;
    for (let x1 = row; x1 < rowEnd; x1 += LANES_BYTES) {
      const x = v128.load64_splat(x1);
      a = f64x2.add(a, f64x2.mul(x, v128.load(chunk)));
      b = f64x2.add(b, f64x2.mul(x, v128.load(chunk, 16)));
      chunk += LANES_BYTES;
    }
    sum = f64x2.add(sum, exp(a));
    sum = f64x2.add(sum, exp(b));
  }
  v128.store(sums, sum);
}
