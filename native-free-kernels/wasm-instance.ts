// An instance of kernels.wasm with a memory of its own. Each model gets one: its memory has the size
// of the model, never grows, and goes when the model goes.

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
  ): void;
  sumLeavesOfOne(
    roots: number,
    nTrees: number,
    shift: number,
    featureMask: number,
    leafValues: number,
    row: number,
  ): number;
}

const PAGE_BYTES = 65_536;

export function instantiateKernels(
  module: WebAssembly.Module,
  nBytes: number,
): { kernels: WasmKernels; buffer: ArrayBuffer } {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(nBytes / PAGE_BYTES) });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { kernels: exports as unknown as WasmKernels, buffer: memory.buffer };
}
