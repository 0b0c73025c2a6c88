// Reads detector files that may come from anywhere in a thread of their own: for as long as one is read
// the calling thread is free, and a hostile file can use up no more than that thread.
import { Worker } from 'node:worker_threads';
import { AnomalyPredictorError, type ErrorData } from '../errors.js';
import { copyIntoShared } from '../shared-memory.js';
import type { Detector } from './detector.js';
import { attachDetector } from './detector-file.js';

/** What is said of a file besides its bytes. */
export interface ImportTerms {
  /** Of the detector; where it is missing, the file says it. */
  readonly name?: string;
  /** Of a model of another library: one per feature; they win over names in the file. */
  readonly featureNames?: readonly string[];
  /** Of a classifier of another library: label of the anomalous class as text. */
  readonly anomalyClass?: string;
}

/**
 * The detector in the bytes of a file, which may be reused by the caller when this returns.
 * Rejects with `bad-detector-file` and, of other libraries' models, `bad-model-file` or `bad-option`.
 */
export type ImportDetector = (bytes: Uint8Array, terms: ImportTerms) => Promise<Detector>;

/** What the thread is given as its workerData. */
export interface ImportTask {
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly terms: ImportTerms;
}

/** What the thread answers: the bytes of a detector file of our own format, or what is wrong. */
export type ImportReply =
  | { readonly ok: true; readonly bytes: Uint8Array<SharedArrayBuffer> }
  | { readonly ok: false; readonly error: ErrorData };

export interface ImportLimits {
  /** Of V8's heap; what arrays take beside it is bounded by the reader. */
  readonly heapMib: number;
  readonly timeMs: number;
}

const LIMITS: ImportLimits = { heapMib: 256, timeMs: 30_000 };

const OWN_FORMAT_THREAD = new URL('./detector-import-thread.js', import.meta.url);

/** `threadFile`: a module that calls `answerImport`, by default for our own format alone. */
export function importInThread(
  threadFile: URL = OWN_FORMAT_THREAD,
  limits = LIMITS,
): ImportDetector {
  return async (bytes, terms) => {
    const own = new Uint8Array(new SharedArrayBuffer(bytes.length));
    copyIntoShared(bytes, own, 0);
    const reply = await runThread(threadFile, { bytes: own, terms }, limits);
    if (!reply.ok) throw AnomalyPredictorError.fromData(reply.error);
    return attachDetector(reply.bytes);
  };
}

function runThread(
  threadFile: URL,
  task: ImportTask,
  { heapMib, timeMs }: ImportLimits,
): Promise<ImportReply> {
  const thread = new Worker(threadFile, {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: heapMib },
  });
  return new Promise<ImportReply>((resolve, reject) => {
    const giveUp = (what: string, cause?: unknown) => {
      reject(new AnomalyPredictorError('bad-detector-file', what, {}, { cause }));
    };
    const timer = setTimeout(() => {
      giveUp(`the file cannot be read within ${timeMs / 1_000} s`);
      thread.terminate();
    }, timeMs);
    thread.once('message', resolve);
    thread.once('error', (error: NodeJS.ErrnoException) => {
      giveUp(
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? `the file cannot be read within ${heapMib} MiB of memory`
          : `the file cannot be read: ${error.message}`,
        error,
      );
    });
    thread.once('exit', () => {
      clearTimeout(timer);
      giveUp('the file cannot be read: its reader stopped');
    });
  });
}
