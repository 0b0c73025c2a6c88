// The other end of detector-import.ts, in the thread: reads one file and answers with a detector's bytes.
import { parentPort, workerData } from 'node:worker_threads';
import { AnomalyPredictorError } from '../errors.js';
import type { Detector } from './detector.js';
import { assembleDetector } from './detector-file.js';
import type { ImportReply, ImportTask, ImportTerms } from './detector-import.js';

/** Reads any file that it knows. */
export type ReadAnyDetector = (
  bytes: Uint8Array<SharedArrayBuffer>,
  terms: ImportTerms,
) => Detector | Promise<Detector>;

/** To be called once, when the thread starts. The version covers the name: by another one it is another version. */
export async function answerImport(read: ReadAnyDetector): Promise<void> {
  const { bytes, terms } = workerData as ImportTask;
  const { name } = terms;
  let reply: ImportReply;
  try {
    const detector = await read(bytes, terms);
    const named =
      name === undefined || name === detector.name
        ? detector
        : assembleDetector({ ...detector, name });
    reply = { ok: true, bytes: named.bytes };
  } catch (error) {
    reply = { ok: false, error: refusalOf(error).toData() };
  }
  parentPort?.postMessage(reply);
}

/** Whatever a file makes its reader throw is that file's fault. */
function refusalOf(error: unknown): AnomalyPredictorError {
  if (error instanceof AnomalyPredictorError) return error;
  return new AnomalyPredictorError(
    'bad-detector-file',
    `the file cannot be read: ${error instanceof Error ? error.message : String(error)}`,
  );
}
