// The worker threads of this process, seen from the outside: Node tells of each that is started, and
// the first message of a thread of the pool says that it is ready.
import type { Worker } from 'node:worker_threads';

export interface ThreadWatch {
  /** Those that got ready since, dead ones included. */
  readonly threads: readonly Worker[];
  stop(): void;
}

/** `onReady` is called with each thread after the pool has handed it what was waiting. */
export function watchThreads(onReady: (thread: Worker) => void = () => {}): ThreadWatch {
  const threads: Worker[] = [];
  const listener = (thread: Worker) => {
    thread.once('message', () => {
      threads.push(thread);
      onReady(thread);
    });
  };
  process.on('worker', listener);
  return { threads, stop: () => void process.off('worker', listener) };
}

/** Resolves as soon as `condition` holds, looking again every few milliseconds. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
