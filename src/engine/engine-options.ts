// What can be set about an engine, with the defaults.
import { availableParallelism } from 'node:os';
import type { KernelChoice } from './choose-kernels.js';

export interface EngineOptions {
  /** Worker threads; 0 scores everything in the calling thread. @default the number of processors */
  readonly workers?: number;
  /** Rows that may wait or run at once; more are refused with `queue-full`. @default 1,000,000 */
  readonly maxQueuedRows?: number;
  /** @default 'auto': WebAssembly where it runs */
  readonly kernels?: KernelChoice;
}

export const ENGINE_DEFAULTS: Required<EngineOptions> = Object.freeze({
  workers: availableParallelism(),
  maxQueuedRows: 1_000_000,
  kernels: 'auto',
});
