// Preloaded into the servers that the bench starts, which need not know of it: tells the bench, when
// asked, what processor time the whole process has taken, and ends with the bench, however that ends.
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  process.on('message', () => process.send?.(process.cpuUsage()));
  process.on('disconnect', () => process.exit());
  // The channel must not keep a server alive that has closed.
  process.channel?.unref();
}
