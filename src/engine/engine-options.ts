// What can be set about an engine, with the defaults.
import { availableParallelism } from 'node:os';
import { KERNEL_CHOICES, type KernelChoice } from '../choose-kernels.js';
import { AnomalyPredictorError, showValue } from '../errors.js';

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

/** `options` with the defaults where they are missing; throws `bad-option`. */
export function filledOptions(options: EngineOptions): Required<EngineOptions> {
  const {
    workers = ENGINE_DEFAULTS.workers,
    maxQueuedRows = ENGINE_DEFAULTS.maxQueuedRows,
    kernels = ENGINE_DEFAULTS.kernels,
  } = options;
  for (const [name, value, least] of [
    ['workers', workers, 0],
    ['maxQueuedRows', maxQueuedRows, 1],
  ] as const) {
    if (!Number.isInteger(value) || value < least) {
      throw new AnomalyPredictorError(
        'bad-option',
        `${name} expected a whole number of at least ${least}, got ${showValue(value)}`,
        { field: name, value },
      );
    }
  }
  if (!KERNEL_CHOICES.includes(kernels)) {
    throw new AnomalyPredictorError(
      'bad-option',
      `kernels expected one of ${KERNEL_CHOICES.join(', ')}, got ${showValue(kernels)}`,
      { field: 'kernels', value: kernels },
    );
  }
  return { workers, maxQueuedRows, kernels };
}
