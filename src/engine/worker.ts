// The worker thread: attaches detectors from shared memory, once each, and runs the tasks that it is given.
// Errors go back as data, because an error class does not survive the way between threads.
import { getPriority, setPriority } from 'node:os';
import { performance } from 'node:perf_hooks';
import { move, transferableSymbol, valueSymbol, workerData } from 'piscina';
import { chooseKernels, type KernelChoice } from '../choose-kernels.js';
import { toErrorData } from '../errors.js';
import type { Detector } from '../model/detector.js';
import { attachDetector } from '../model/detector-file.js';
import { Scorer } from '../model/scorer.js';
import { collectGarbage } from './collect-garbage.js';
import type {
  BodyTask,
  DetectorHandle,
  JobReply,
  MatrixTask,
  WorkerReply,
  WorkerTask,
} from './job.js';
import { scoreMatrix } from './matrix.js';
import { runJob } from './run-job.js';

/** Of the nice levels from 0 to 19, the last of which all but stops. */
const NICENESS = 10;

// The front end goes first: single rows beside large batches wait 4 instead of 8 ms in the 99th percentile on two
// processors (Node 20). Elsewhere than on Linux the whole process would step back.
if (process.platform === 'linux' && getPriority() < NICENESS) setPriority(NICENESS);

const scorer = new Scorer(chooseKernels(workerData as KernelChoice));
/** Those that were used in this generation, and those of the one before, which may have gone since. */
let detectorByVersion = new Map<string, Detector>();
let earlierByVersion = detectorByVersion;
let generation = 0;

export function runTask(task: WorkerTask): unknown {
  const startMs = performance.now();
  try {
    if (task.generation > generation) beginGeneration(task.generation);
    const reply = task.kind === 'body' ? scoreBody(task) : undefined;
    if (task.kind === 'matrix') scoreRows(task);
    return handOver(task, reply, startMs);
  } catch (error) {
    return { ok: false, error: toErrorData(error) } satisfies WorkerReply;
  }
}

function scoreBody({ spec, detectors, body }: BodyTask): JobReply {
  return runJob(spec, detectors.map(attach), body, scorer);
}

function scoreRows({ detector, rows, firstRow, nRows, results }: MatrixTask): void {
  scoreMatrix(scorer, attach(detector), rows, firstRow, nRows, results);
}

function attach({ version, bytes, shared }: DetectorHandle): Detector {
  const known = detectorByVersion.get(version);
  if (known !== undefined) return known;
  let detector = earlierByVersion.get(version);
  if (detector === undefined) {
    detector = attachDetector(bytes);
    if (shared !== undefined) scorer.join(detector, shared);
  }
  detectorByVersion.set(version, detector);
  return detector;
}

function beginGeneration(newest: number): void {
  generation = newest;
  const hasForgotten = [...earlierByVersion.keys()].some(
    (version) => !detectorByVersion.has(version),
  );
  earlierByVersion = detectorByVersion;
  detectorByVersion = new Map();
  if (hasForgotten) collectGarbage();
}

const NO_BYTES = new Uint8Array(0);

/**
 * Puts the reply's bytes into the room that the task has for them, else moves them to the calling thread: there a new
 * buffer for every reply keeps the garbage collector busy.
 */
function handOver(task: WorkerTask, reply: JobReply | undefined, startMs: number): unknown {
  const done = () => ({ ok: true as const, elapsedMs: performance.now() - startMs });
  if (task.kind !== 'body' || reply === undefined) {
    return { ...done(), reply, bytesInRoom: undefined } satisfies WorkerReply;
  }
  const { body: request, roomAt } = task;
  const { body } = reply;
  if (roomAt !== undefined && roomAt + body.length <= request.buffer.byteLength) {
    new Uint8Array(request.buffer, roomAt).set(body);
    const empty = { ...reply, body: NO_BYTES };
    return { ...done(), reply: empty, bytesInRoom: body.length } satisfies WorkerReply;
  }
  // What is moved must not be a part of memory that others use too.
  const bytes = body.length === body.buffer.byteLength ? body : new Uint8Array(body);
  const moved = { ...done(), reply: { ...reply, body: bytes }, bytesInRoom: undefined };
  return move({
    [transferableSymbol]: bytes.buffer,
    [valueSymbol]: moved satisfies WorkerReply,
  });
}
