// Support vectors in the memory of a WebAssembly instance, as assembly/rbf.ts and assembly/dots.ts read
// them, and room for a block of rows and its sums:
//
//   exp table   of assembly/exp.ts
//   chunks      of four support vectors: a number of each, its head, then each feature four times
//   rows        and behind them a bias of each
//   sums        two per row
import type { OneClassSvm } from './contract.js';
import { allocate, instantiate, type WasmKernels } from './wasm-instance.js';

export const ROWS_PER_BLOCK = 256;
/** As in assembly/exp.ts: steps of the exponent per factor of two, and their place in the bits. */
const STEPS = 1024;
const EXPONENT_SHIFT = 42n;
export const LN2_OF_STEP = Math.LN2 / STEPS;
/** Of exp(r · LN2_OF_STEP) − 1 for |r| <= 1/2: r³, r², r, and r⁴, which only exp − 1 needs. */
const POLYNOMIAL = [LN2_OF_STEP ** 3 / 6, LN2_OF_STEP ** 2 / 2, LN2_OF_STEP, LN2_OF_STEP ** 4 / 24];
const EXP_TABLE = makeExpTable();
const SUPPORT_PER_CHUNK = 4;
/** Support vectors that stay in the second-level cache while a block of rows passes. */
const BYTES_PER_PASS = 128 * 1024;
const F64 = 8;

export interface SupportMemory {
  readonly kernels: WasmKernels;
  /** Chunks that a block of rows meets at a time. */
  readonly passes: readonly { readonly chunksAt: number; readonly nChunks: number }[];
  readonly chunks: Float64Array;
  /** [ROWS_PER_BLOCK × nFeatures] in the kernel's order */
  readonly rows: Float64Array;
  /** [ROWS_PER_BLOCK] */
  readonly rowBiases: Float64Array;
  /** [ROWS_PER_BLOCK × 2] */
  readonly sums: Float64Array;
}

/** With the exp table and nothing else filled in. */
export function createSupportMemory(
  module: WebAssembly.Module,
  { nSupport, nFeatures }: OneClassSvm,
): SupportMemory {
  const nChunks = Math.ceil(nSupport / SUPPORT_PER_CHUNK);
  const chunkLength = SUPPORT_PER_CHUNK * (nFeatures + 1);
  const lengths = [
    EXP_TABLE.length,
    nChunks * chunkLength,
    ROWS_PER_BLOCK * nFeatures,
    ROWS_PER_BLOCK,
    2 * ROWS_PER_BLOCK,
  ];
  const memory = allocate(lengths.reduce((sum, length) => sum + length) * F64);
  let at = 0;
  const [table, chunks, rows, rowBiases, sums] = lengths.map((length) => {
    const array = new Float64Array(memory.buffer, at, length);
    at += array.byteLength;
    return array;
  });
  table.set(EXP_TABLE);
  const chunksPerPass = Math.ceil(BYTES_PER_PASS / (chunkLength * F64));
  const passes: { chunksAt: number; nChunks: number }[] = [];
  for (let chunk = 0; chunk < nChunks; chunk += chunksPerPass) {
    const chunksAt = chunks.byteOffset + chunk * chunkLength * F64;
    passes.push({ chunksAt, nChunks: Math.min(chunksPerPass, nChunks - chunk) });
  }
  return { kernels: instantiate(module, memory), passes, chunks, rows, rowBiases, sums };
}

/**
 * Writes the chunks: features times `factor`, and heads made of coefficients. The last support vector
 * also fills the lanes that are left, its coefficient shared out among them.
 */
export function fillChunks(
  { chunks }: SupportMemory,
  { nFeatures, nSupport, supportVectors, coefficients }: OneClassSvm,
  factor: number,
  headOf: (coefficient: number, i: number) => number,
): void {
  const nLanes = chunks.length / (nFeatures + 1);
  const nLast = nLanes - nSupport + 1;
  for (let i = 0; i < nLanes; i++) {
    const lane = i % SUPPORT_PER_CHUNK;
    const start = (i - lane) * (nFeatures + 1) + lane;
    const from = Math.min(i, nSupport - 1);
    const share = from === nSupport - 1 ? nLast : 1;
    chunks[start] = headOf(coefficients[from] / share, from);
    for (let feature = 0; feature < nFeatures; feature++) {
      const at = start + (feature + 1) * SUPPORT_PER_CHUNK;
      chunks[at] = factor * supportVectors[from * nFeatures + feature];
    }
  }
}

/**
 * Bits of 2^(j / STEPS), less j where the kernel adds the whole exponent; then the polynomial. The
 * odd length keeps the support vectors 8 bytes off alignment: 2 % faster (Zen 5, V8 11.3).
 */
function makeExpTable(): Float64Array {
  const table = new Float64Array(STEPS + POLYNOMIAL.length + 1);
  const bits = new BigInt64Array(table.buffer);
  for (let j = 0; j < STEPS; j++) {
    table[j] = 2 ** (j / STEPS);
    bits[j] -= BigInt(j) << EXPONENT_SHIFT;
  }
  table.set(POLYNOMIAL, STEPS);
  return table;
}
