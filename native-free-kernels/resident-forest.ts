// A forest in WebAssembly memory: 8 bytes a node, and leaf values apart from them, those that are met
// often only once. Threads share it, and each has its own room behind it.
//
//   nodes        8 bytes each, and one more than the forest has
//   roots        4 bytes each, filled up to whole groups of trees
//   small trees  as lists of their splits, where the forest is made of such
//   leaf values  8 bytes each
//   per thread   leaves that were reached, sums, rows
import type { Forest } from './contract.js';
import { fillSmallTrees, smallTreesBytes } from './small-trees.js';
import { allocate, growBy, instantiate, type WasmKernels } from './wasm-instance.js';

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
const MOST_THREADS = 1_024;

export class ResidentForest {
  /** For `join`, on other threads. */
  readonly memory: WebAssembly.Memory;
  readonly #kernels: WasmKernels;
  readonly #forest: Forest;
  readonly #layout: Layout;
  readonly #reachedAt: number;
  readonly #sums: Float64Array;
  readonly #groups: Float32Array;

  /** Undefined where the forest does not fit 8-byte nodes. */
  static of(module: WebAssembly.Module, forest: Forest): ResidentForest | undefined {
    const { nNodes, child } = forest;
    const layout = layoutOf(forest);
    const farthestChild = 2 ** (32 - layout.shift - NODE_BITS);
    let mostValues = 1;
    for (let node = 0; node < nNodes; node++) {
      if (child[node] - node >= farthestChild) return undefined;
      if (child[node] === node) mostValues++;
    }
    mostValues = Math.min(mostValues, MOST_LEAF_VALUES);
    const memory = allocate(
      layout.leafValuesAt + mostValues * F64,
      MOST_THREADS * layout.threadBytes,
    );
    const leafValues = new Float64Array(memory.buffer, layout.leafValuesAt, mostValues);
    if (!fillNodes(forest, layout, memory, leafValues)) return undefined;
    fillRoots(forest, layout, memory);
    if (layout.smallTreesAt < layout.leafValuesAt) {
      fillSmallTrees(forest, memory.buffer, layout.smallTreesAt, LANES * F32);
    }
    return new ResidentForest(module, forest, memory);
  }

  /** The same forest, which another thread has put into `memory`. Undefined where too many threads have joined. */
  static join(
    module: WebAssembly.Module,
    forest: Forest,
    memory: WebAssembly.Memory,
  ): ResidentForest | undefined {
    try {
      return new ResidentForest(module, forest, memory);
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  private constructor(module: WebAssembly.Module, forest: Forest, memory: WebAssembly.Memory) {
    this.memory = memory;
    this.#forest = forest;
    this.#layout = layoutOf(forest);
    this.#reachedAt = growBy(memory, this.#layout.threadBytes);
    const sumsAt = this.#reachedAt + REACHED_BYTES;
    this.#sums = new Float64Array(memory.buffer, sumsAt, ROWS_PER_BLOCK);
    const groupsAt = sumsAt + this.#sums.byteLength;
    this.#groups = new Float32Array(memory.buffer, groupsAt, ROWS_PER_BLOCK * forest.nFeatures);
    this.#kernels = instantiate(module, memory);
  }

  meanLeafValueInto(rows: Float64Array, nRows: number, out: Float64Array): void {
    if (nRows < LEAST_ROWS_PER_GROUP) {
      for (let row = 0; row < nRows; row++) out[row] = this.#probabilityOf(rows, row);
      return;
    }
    const { nTrees } = this.#forest;
    for (let start = 0; start < nRows; start += ROWS_PER_BLOCK) {
      const nBlock = Math.min(ROWS_PER_BLOCK, nRows - start);
      const nGroups = Math.ceil(nBlock / LANES);
      this.#takeRows(rows, start, nBlock);
      this.#sums.fill(0, 0, nGroups * LANES);
      this.#addLeaves(nGroups);
      for (let row = 0; row < nBlock; row++) out[start + row] = this.#sums[row] / nTrees;
    }
  }

  #addLeaves(nGroups: number): void {
    const { nFeatures, nTrees } = this.#forest;
    const { rootsAt, leafValuesAt, shift, featureMask, smallTreesAt } = this.#layout;
    const groupsAt = this.#groups.byteOffset;
    const groupBytes = nFeatures * LANES * F32;
    const sumsAt = this.#sums.byteOffset;
    if (smallTreesAt < leafValuesAt) {
      this.#kernels.addSmallTrees(smallTreesAt, nTrees, groupsAt, groupBytes, nGroups, sumsAt);
      return;
    }
    this.#kernels.addLeaves(
      rootsAt,
      nTrees,
      shift,
      featureMask,
      leafValuesAt,
      groupsAt,
      groupBytes,
      nGroups,
      sumsAt,
      this.#reachedAt,
    );
  }

  #probabilityOf(rows: Float64Array, row: number): number {
    this.#takeRows(rows, row, 1);
    const { rootsAt, nRoots, leafValuesAt, shift, featureMask } = this.#layout;
    const sum = this.#kernels.sumLeavesOfOne(
      rootsAt,
      nRoots,
      shift,
      featureMask,
      leafValuesAt,
      this.#groups.byteOffset,
      this.#reachedAt,
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
}

/** Where things stand in memory, in bytes. */
interface Layout {
  readonly rootsAt: number;
  readonly nRoots: number;
  /** Up to the leaf values; there are none where the two are the same. */
  readonly smallTreesAt: number;
  readonly leafValuesAt: number;
  readonly threadBytes: number;
  /** A node's second word: the way to its left child above `shift` bits, its feature's place below. */
  readonly shift: number;
  readonly featureMask: number;
}

function layoutOf(forest: Forest): Layout {
  const { nNodes, nTrees, nFeatures } = forest;
  const nRoots = Math.ceil(nTrees / LANES) * LANES;
  const rootsAt = (nNodes + 1) * NODE_BYTES;
  const smallTreesAt = rootsAt + nRoots * F32;
  const shift = Math.ceil(Math.log2(nFeatures)) + Math.log2(LANES * F32);
  return {
    rootsAt,
    nRoots,
    smallTreesAt,
    leafValuesAt: smallTreesAt + smallTreesBytes(forest),
    threadBytes: REACHED_BYTES + ROWS_PER_BLOCK * (F64 + nFeatures * F32),
    shift,
    featureMask: 2 ** shift - 1,
  };
}

/** The forest's nodes and one more, a leaf of value 0. False where there are too many leaf values. */
function fillNodes(
  { nNodes, child, feature, threshold, leafValue }: Forest,
  { shift }: Layout,
  { buffer }: WebAssembly.Memory,
  leafValues: Float64Array,
): boolean {
  const words = new Int32Array(buffer, 0, 2 * (nNodes + 1));
  const thresholds = new Float32Array(buffer, 0, words.length);
  const numberByValue = new Map([[0, 0]]);
  let nValues = 1;
  for (let node = 0; node < nNodes; node++) {
    if (child[node] === node) {
      const value = leafValue[node];
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

/** Groups of trees are filled up with the leaf of value 0. */
function fillRoots(
  { nTrees, nNodes, roots }: Forest,
  { rootsAt, nRoots }: Layout,
  { buffer }: WebAssembly.Memory,
): void {
  const addresses = new Int32Array(buffer, rootsAt, nRoots).fill(nNodes * NODE_BYTES);
  for (let tree = 0; tree < nTrees; tree++) addresses[tree] = roots[tree] * NODE_BYTES;
}
