// Instances of kernels.wasm and their memory. Each model gets a memory of its own, which goes when the
// model goes; instances of several threads may share it.

/** The exports of assembly/kernels.ts; addresses are in bytes. */
export interface WasmKernels {
  addRbf(
    chunks: number,
    nChunks: number,
    rows: number,
    rowBiases: number,
    nRows: number,
    nFeatures: number,
    sums: number,
  ): void;
  addPowers(
    chunks: number,
    nChunks: number,
    rows: number,
    nRows: number,
    nFeatures: number,
    gamma: number,
    coef0: number,
    degree: number,
    sums: number,
  ): void;
  addTanhs(
    chunks: number,
    nChunks: number,
    rows: number,
    nRows: number,
    nFeatures: number,
    gamma: number,
    coef0: number,
    sums: number,
  ): void;
  addLeaves(
    roots: number,
    nTrees: number,
    shift: number,
    featureMask: number,
    leafValues: number,
    groups: number,
    groupBytes: number,
    nGroups: number,
    sums: number,
    reached: number,
  ): void;
  addSmallTrees(
    trees: number,
    nTrees: number,
    groups: number,
    groupBytes: number,
    nGroups: number,
    sums: number,
  ): void;
  sumLeavesOfOne(
    roots: number,
    nTrees: number,
    shift: number,
    featureMask: number,
    leafValues: number,
    row: number,
    reached: number,
  ): number;
}

const PAGE_BYTES = 65_536;
const MOST_PAGES = 65_536;

/** Memory that threads can share, with room to grow by `growthBytes`; what is never touched costs nothing. */
export function allocate(nBytes: number, growthBytes = 0): WebAssembly.Memory {
  const initial = pagesOf(nBytes);
  const maximum = Math.min(initial + Math.ceil(growthBytes / PAGE_BYTES), MOST_PAGES);
  return new WebAssembly.Memory({ initial, maximum, shared: true });
}

/** Adds `nBytes` that no other thread uses, and returns where they start. */
export function growBy(memory: WebAssembly.Memory, nBytes: number): number {
  return memory.grow(pagesOf(nBytes)) * PAGE_BYTES;
}

export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): WasmKernels {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return exports as unknown as WasmKernels;
}

function pagesOf(nBytes: number): number {
  return Math.ceil(nBytes / PAGE_BYTES);
}
