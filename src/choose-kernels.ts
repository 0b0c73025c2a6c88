// Picks the kernels once at start: WebAssembly where the engine has its SIMD, else plain TypeScript.
// `npm run build` compiles kernels.wasm from native-free-kernels/assembly.
import { readFileSync } from 'node:fs';
import type { Kernels } from '../native-free-kernels/contract.js';
import { plainKernels } from '../native-free-kernels/plain-kernels.js';
import { createWasmKernels } from '../native-free-kernels/wasm-kernels.js';
import { AnomalyPredictorError } from './errors.js';

export const KERNEL_CHOICES = ['auto', 'plain', 'wasm'] as const;
export type KernelChoice = (typeof KERNEL_CHOICES)[number];

const WASM_FILE = new URL('../native-free-kernels/kernels.wasm', import.meta.url);

/**
 * Kernels for the calling thread alone.
 * @throws AnomalyPredictorError 'bad-option' where 'wasm' is asked for and does not run
 */
export function chooseKernels(choice: KernelChoice): Kernels {
  if (choice === 'plain') return plainKernels;
  const bytes = readFileSync(WASM_FILE);
  if (WebAssembly.validate(bytes)) return createWasmKernels(new WebAssembly.Module(bytes));
  if (choice === 'auto') return plainKernels;
  throw new AnomalyPredictorError(
    'bad-option',
    'kernels: "wasm" needs WebAssembly SIMD, which this processor or Node.js lacks',
    { field: 'kernels', value: choice },
  );
}
