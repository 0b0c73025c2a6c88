// Preloaded into the servers that the bench starts, which need not know of it: tells the bench, when
// asked, what the whole process takes, and ends with the bench, however that ends.
import { isMainThread } from 'node:worker_threads';

export interface Usage {
  /** Processor time of all threads since the start, in milliseconds. */
  readonly cpuMs: number;
  /** Memory, shared memory included. */
  readonly residentBytes: number;
}

if (isMainThread) {
  process.on('message', () => process.send?.(usage()));
  process.on('disconnect', () => process.exit());
  // The channel must not keep a server alive that has closed.
  process.channel?.unref();
}

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1_000, residentBytes: process.memoryUsage.rss() };
}
