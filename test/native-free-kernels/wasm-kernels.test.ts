import { readFileSync } from 'node:fs';
import { createWasmKernels } from '../../native-free-kernels/wasm-kernels.js';
import { describeKernels } from './conformance.js';

const bytes = readFileSync(new URL('../../native-free-kernels/kernels.wasm', import.meta.url));
describeKernels(createWasmKernels(new WebAssembly.Module(bytes)));
