// A forest in the memory of its own WebAssembly instance: 8 bytes a node, and leaf values apart from them,
// those that are met often only once.
import type { Forest } from './contract.js';
import { instantiateKernels, type WasmKernels } from './wasm-instance.js';

/** As in assembly/forest.ts: rows or trees that are walked together, and room for their leaves. */
const LANES = 8;
const REACHED_BYTES = LANES * 4;
const ROWS_PER_BLOCK = 1024;
/** Fewer rows than this are walked one by one, through eight trees at a time. */
const LEAST_ROWS_PER_GROUP = LANES;
const F64 = 8;
const F32 = 4;
const NODE_BYTES = 8;
const NODE_BITS = 3;
/** A quiet NaN; the 22 bits below number a leaf's value. */
const LEAF_NAN = 0x7fc00000;
const MOST_LEAF_VALUES = 2 ** 22;
/** Leaf values that are stored once: more than there are fractions of up to a hundred rows. */
const MOST_KNOWN_VALUES = 4_096;

export class ResidentForest {
  readonly #kernels: WasmKernels;
  readonly #forest: Forest;
  readonly #shift: number;
  readonly #featureMask: number;
  readonly #roots: Int32Array;
  readonly #nodes: Int32Array;
  readonly #leafValues: Float64Array;
  readonly #groups: Float32Array;
  readonly #sums: Float64Array;

  /** Undefined where the forest does not fit 8-byte nodes. */
  static of(module: WebAssembly.Module, forest: Forest): ResidentForest | undefined {
    const { nNodes, nFeatures, child } = forest;
    const shift = Math.ceil(Math.log2(nFeatures)) + Math.log2(LANES * F32);
    const farthestChild = 2 ** (32 - shift - NODE_BITS);
    let mostValues = 1;
    for (let node = 0; node < nNodes; node++) {
      if (child[node] - node >= farthestChild) return undefined;
      if (child[node] === node) mostValues++;
    }
    mostValues = Math.min(mostValues, MOST_LEAF_VALUES);
    const resident = new ResidentForest(module, forest, shift, mostValues);
    return resident.#fillNodes() ? resident : undefined;
  }

  /** Has room for `mostValues` leaf values; what is not used of it is never touched, and so takes no memory. */
  private constructor(
    module: WebAssembly.Module,
    forest: Forest,
    shift: number,
    mostValues: number,
  ) {
    const { nFeatures, nTrees, nNodes, roots } = forest;
    const nRoots = Math.ceil(nTrees / LANES) * LANES;
    this.#forest = forest;
    this.#shift = shift;
    this.#featureMask = 2 ** shift - 1;
    const sumsAt = REACHED_BYTES;
    const nodesAt = sumsAt + ROWS_PER_BLOCK * F64;
    const groupsAt = nodesAt + (nNodes + 1) * NODE_BYTES;
    const rootsAt = groupsAt + ROWS_PER_BLOCK * nFeatures * F32;
    const leafValuesAt = rootsAt + nRoots * F32;
    const { kernels, buffer } = instantiateKernels(module, leafValuesAt + mostValues * F64);
    this.#kernels = kernels;
    this.#sums = new Float64Array(buffer, sumsAt, ROWS_PER_BLOCK);
    this.#nodes = new Int32Array(buffer, nodesAt, 2 * (nNodes + 1));
    this.#groups = new Float32Array(buffer, groupsAt, ROWS_PER_BLOCK * nFeatures);
    this.#roots = new Int32Array(buffer, rootsAt, nRoots);
    this.#leafValues = new Float64Array(buffer, leafValuesAt, mostValues);
    const emptyTree = nodesAt + nNodes * NODE_BYTES;
    for (let tree = 0; tree < nRoots; tree++) {
      this.#roots[tree] = tree < nTrees ? nodesAt + roots[tree] * NODE_BYTES : emptyTree;
    }
  }

  anomalyProbabilityInto(rows: Float64Array, nRows: number, out: Float64Array): void {
    if (nRows < LEAST_ROWS_PER_GROUP) {
      for (let row = 0; row < nRows; row++) out[row] = this.#probabilityOf(rows, row);
      return;
    }
    const { nFeatures, nTrees } = this.#forest;
    for (let start = 0; start < nRows; start += ROWS_PER_BLOCK) {
      const nBlock = Math.min(ROWS_PER_BLOCK, nRows - start);
      const nGroups = Math.ceil(nBlock / LANES);
      this.#takeRows(rows, start, nBlock);
      this.#sums.fill(0, 0, nGroups * LANES);
      this.#kernels.addLeaves(
        this.#roots.byteOffset,
        nTrees,
        this.#shift,
        this.#featureMask,
        this.#leafValues.byteOffset,
        this.#groups.byteOffset,
        nFeatures * LANES * F32,
        nGroups,
        this.#sums.byteOffset,
      );
      for (let row = 0; row < nBlock; row++) out[start + row] = this.#sums[row] / nTrees;
    }
  }

  #probabilityOf(rows: Float64Array, row: number): number {
    this.#takeRows(rows, row, 1);
    const sum = this.#kernels.sumLeavesOfOne(
      this.#roots.byteOffset,
      this.#roots.length,
      this.#shift,
      this.#featureMask,
      this.#leafValues.byteOffset,
      this.#groups.byteOffset,
    );
    return sum / this.#forest.nTrees;
  }

  /** Rows in groups of eight, feature by feature, as float32. */
  #takeRows(rows: Float64Array, start: number, nRows: number): void {
    const { nFeatures } = this.#forest;
    const groups = this.#groups;
    for (let row = 0, from = start * nFeatures; row < nRows; row++) {
      const lane = row % LANES;
      let at = (row - lane) * nFeatures + lane;
      for (let feature = 0; feature < nFeatures; feature++, at += LANES) {
        groups[at] = rows[from++];
      }
    }
  }

  /** The forest's nodes and one more, a leaf of value 0. False where there are too many leaf values. */
  #fillNodes(): boolean {
    const { nNodes, child, feature, threshold, anomalyFraction } = this.#forest;
    const shift = this.#shift;
    const words = this.#nodes;
    const thresholds = new Float32Array(words.buffer, words.byteOffset, words.length);
    const leafValues = this.#leafValues;
    const numberByValue = new Map([[0, 0]]);
    let nValues = 1;
    for (let node = 0; node < nNodes; node++) {
      if (child[node] === node) {
        const value = anomalyFraction[node];
        let number = numberByValue.get(value);
        if (number === undefined) {
          if (nValues === leafValues.length) return false;
          number = nValues++;
          leafValues[number] = value;
          if (number < MOST_KNOWN_VALUES) numberByValue.set(value, number);
        }
        words[2 * node] = LEAF_NAN | number;
      } else {
        thresholds[2 * node] = threshold[node];
        words[2 * node + 1] =
          (((child[node] - node) * NODE_BYTES) << shift) | (feature[node] * LANES * F32);
      }
    }
    words[2 * nNodes] = LEAF_NAN;
    return true;
  }
}
