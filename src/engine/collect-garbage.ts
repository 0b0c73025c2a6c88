// Makes V8 look for garbage on the calling thread. By itself it does so by the memory of its own heap, to which
// shared memory does not count: workers that forget 1 MiB detectors would keep all of them for hundreds of swaps
// (Node 20).
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// Never taken back: the flag is the whole process's, and other workers may be starting at the same moment.
setFlagsFromString('--expose-gc');
/** Takes some milliseconds; does nothing where V8 takes no flags any more. */
export const collectGarbage: () => void = runInNewContext('globalThis.gc') ?? (() => {});
