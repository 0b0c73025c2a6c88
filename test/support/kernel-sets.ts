// Every implementation of the kernels, for tests that hold for all of them.
import { readFileSync } from 'node:fs';
import type { Kernels } from '../../native-free-kernels/contract.js';
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import { createWasmKernels } from '../../native-free-kernels/wasm-kernels.js';

const bytes = readFileSync(new URL('../../native-free-kernels/kernels.wasm', import.meta.url));

export const WASM_MODULE = new WebAssembly.Module(bytes);
export const wasmKernels: Kernels = createWasmKernels(WASM_MODULE);

export const KERNEL_SETS: readonly Kernels[] = [plainKernels, wasmKernels];
