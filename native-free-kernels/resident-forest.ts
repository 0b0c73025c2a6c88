// A forest in the memory of its own WebAssembly instance: 8 bytes a node, and every leaf value once.
import type { Forest } from './contract.js';
import { instantiateKernels, type WasmKernels } from './wasm-instance.js';

const GROUP_ROWS = 8;
const ROWS_PER_BLOCK = 1024;
const F64 = 8;
const F32 = 4;
const NODE_BYTES = 8;
const NODE_BITS = 3;
/** A quiet NaN; the 22 bits below number a leaf's value. */
const LEAF_NAN = 0x7fc00000;
const MOST_LEAF_VALUES = 2 ** 22;

export class ResidentForest {
  readonly #kernels: WasmKernels;
  readonly #forest: Forest;
  readonly #shift: number;
  readonly #roots: Int32Array;
  readonly #leafValues: Float64Array;
  readonly #groups: Float32Array;
  readonly #sums: Float64Array;

  /** Undefined where the forest does not fit 8-byte nodes. */
  static of(module: WebAssembly.Module, forest: Forest): ResidentForest | undefined {
    const { nNodes, nFeatures, child, anomalyFraction } = forest;
    const shift = Math.ceil(Math.log2(nFeatures)) + Math.log2(GROUP_ROWS * F32);
    const farthestChild = 2 ** (32 - shift - NODE_BITS);
    const valueIndex = new Map<number, number>();
    for (let node = 0; node < nNodes; node++) {
      if (child[node] - node >= farthestChild) return undefined;
      if (child[node] === node && !valueIndex.has(anomalyFraction[node])) {
        valueIndex.set(anomalyFraction[node], valueIndex.size);
      }
    }
    if (valueIndex.size > MOST_LEAF_VALUES) return undefined;
    return new ResidentForest(module, forest, shift, valueIndex);
  }

  private constructor(
    module: WebAssembly.Module,
    forest: Forest,
    shift: number,
    valueIndex: ReadonlyMap<number, number>,
  ) {
    const { nFeatures, nTrees, nNodes } = forest;
    this.#forest = forest;
    this.#shift = shift;
    const sizes = [
      ROWS_PER_BLOCK * F64,
      valueIndex.size * F64,
      nNodes * NODE_BYTES,
      ROWS_PER_BLOCK * nFeatures * F32,
      nTrees * F32,
    ];
    const offsets = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0));
    const nBytes = sizes.reduce((sum, size) => sum + size, 0);
    const { kernels, buffer } = instantiateKernels(module, nBytes);
    this.#kernels = kernels;
    this.#sums = new Float64Array(buffer, offsets[0], ROWS_PER_BLOCK);
    this.#leafValues = new Float64Array(buffer, offsets[1], valueIndex.size);
    this.#groups = new Float32Array(buffer, offsets[3], ROWS_PER_BLOCK * nFeatures);
    this.#roots = new Int32Array(buffer, offsets[4], nTrees);
    this.#leafValues.set([...valueIndex.keys()]);
    for (let tree = 0; tree < nTrees; tree++) {
      this.#roots[tree] = offsets[2] + forest.roots[tree] * NODE_BYTES;
    }
    fillNodes(forest, shift, valueIndex, buffer, offsets[2]);
  }

  anomalyProbabilityInto(rows: Float64Array, nRows: number, out: Float64Array): void {
    const { nFeatures, nTrees } = this.#forest;
    for (let start = 0; start < nRows; start += ROWS_PER_BLOCK) {
      const nBlock = Math.min(ROWS_PER_BLOCK, nRows - start);
      const nGroups = Math.ceil(nBlock / GROUP_ROWS);
      this.#takeRows(rows, start, nBlock);
      this.#sums.fill(0, 0, nGroups * GROUP_ROWS);
      this.#kernels.addLeaves(
        this.#roots.byteOffset,
        nTrees,
        this.#shift,
        2 ** this.#shift - 1,
        this.#leafValues.byteOffset,
        this.#groups.byteOffset,
        nFeatures * GROUP_ROWS * F32,
        nGroups,
        this.#sums.byteOffset,
      );
      for (let row = 0; row < nBlock; row++) out[start + row] = this.#sums[row] / nTrees;
    }
  }

  #takeRows(rows: Float64Array, start: number, nRows: number): void {
    const { nFeatures } = this.#forest;
    const groups = this.#groups;
    for (let row = 0, from = start * nFeatures; row < nRows; row++) {
      const lane = row % GROUP_ROWS;
      let at = (row - lane) * nFeatures + lane;
      for (let feature = 0; feature < nFeatures; feature++, at += GROUP_ROWS) {
        groups[at] = rows[from++];
      }
    }
  }
}

function fillNodes(
  forest: Forest,
  shift: number,
  valueIndex: ReadonlyMap<number, number>,
  buffer: ArrayBuffer,
  offset: number,
): void {
  const { nNodes, child, feature, threshold, anomalyFraction } = forest;
  const words = new Int32Array(buffer, offset, 2 * nNodes);
  const thresholds = new Float32Array(buffer, offset, 2 * nNodes);
  for (let node = 0; node < nNodes; node++) {
    if (child[node] === node) {
      words[2 * node] = LEAF_NAN | (valueIndex.get(anomalyFraction[node]) as number);
    } else {
      thresholds[2 * node] = threshold[node];
      words[2 * node + 1] =
        (((child[node] - node) * NODE_BYTES) << shift) | (feature[node] * GROUP_ROWS * F32);
    }
  }
}
