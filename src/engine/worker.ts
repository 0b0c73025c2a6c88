// The worker thread: attaches detectors from shared memory, once each, and runs the tasks that it is given.
// Errors go back as data, because an error class does not survive the way between threads.
import { performance } from 'node:perf_hooks';
import { move, transferableSymbol, valueSymbol, workerData } from 'piscina';
import { toErrorData } from '../errors.js';
import type { Detector } from '../model/detector.js';
import { attachDetector } from '../model/detector-file.js';
import { Scorer } from '../model/scorer.js';
import { chooseKernels, type KernelChoice } from './choose-kernels.js';
import type {
  BodyTask,
  DetectorHandle,
  JobReply,
  MatrixTask,
  WorkerReply,
  WorkerTask,
} from './job.js';
import { runJob } from './run-job.js';

const scorer = new Scorer(chooseKernels(workerData as KernelChoice));
const detectorByVersion = new Map<string, Detector>();

export function runTask(task: WorkerTask): unknown {
  const startMs = performance.now();
  try {
    const reply = task.kind === 'body' ? scoreBody(task) : undefined;
    if (task.kind === 'matrix') scoreMatrix(task);
    return handOver({ ok: true, reply, elapsedMs: performance.now() - startMs });
  } catch (error) {
    return { ok: false, error: toErrorData(error) } satisfies WorkerReply;
  }
}

function scoreBody({ spec, detectors, body }: BodyTask): JobReply {
  const reply = runJob(spec, detectors.map(attach), body, scorer);
  // What is transferred must not be a part of memory that others use too.
  const { body: bytes } = reply;
  return bytes.length === bytes.buffer.byteLength
    ? reply
    : { ...reply, body: new Uint8Array(bytes) };
}

function scoreMatrix({ detector, rows, firstRow, nRows, scores, risks }: MatrixTask): void {
  const { nFeatures } = attach(detector).scaler;
  scorer.scoreInto(
    attach(detector),
    rows.subarray(firstRow * nFeatures, (firstRow + nRows) * nFeatures),
    nRows,
    scores.subarray(firstRow, firstRow + nRows),
    risks.subarray(firstRow, firstRow + nRows),
  );
}

function attach({ version, bytes, shared }: DetectorHandle): Detector {
  let detector = detectorByVersion.get(version);
  if (detector === undefined) {
    detector = attachDetector(bytes);
    if (shared !== undefined) scorer.join(detector, shared);
    detectorByVersion.set(version, detector);
  }
  return detector;
}

/** Moves the reply's bytes to the calling thread instead of copying them. */
function handOver(result: WorkerReply & { ok: true }): unknown {
  const body = result.reply?.body;
  if (!(body instanceof Uint8Array)) return result;
  return move({ [transferableSymbol]: body.buffer, [valueSymbol]: result });
}
