// The worker threads that this process starts, seen from the outside: Node tells of each.
import type { Worker } from 'node:worker_threads';

export interface ThreadWatch {
  /** Those started since, in the order of their start, dead ones included. */
  readonly threads: readonly Worker[];
  stop(): void;
}

/** `onStart` is called with each thread before it runs anything. */
export function watchThreads(onStart: (thread: Worker) => void = () => {}): ThreadWatch {
  const threads: Worker[] = [];
  const listener = (thread: Worker) => {
    threads.push(thread);
    onStart(thread);
  };
  process.on('worker', listener);
  return { threads, stop: () => void process.off('worker', listener) };
}

/** Resolves as soon as `condition` holds, looking again every few milliseconds. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
