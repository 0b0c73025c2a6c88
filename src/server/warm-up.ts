// Scores the schema's own examples before the first client comes: code gets compiled, workers attach the
// detectors, and the engine learns what work costs here.
import type { Engine } from '../engine/engine.js';
import type { JobSpec, Operation } from '../engine/job.js';
import { AnomalyPredictorError } from '../errors.js';
import { encodeJson } from '../formats/json.js';
import type { Detector } from '../model/detector.js';
import type { Catalog } from '../model/detector-store.js';
import { exampleRow } from '../model/schema.js';

const SINGLE_ROWS = 200;
const BATCH_ROWS = 500;
/** Fewer rows where there are many features. */
const BATCH_VALUES = 100_000;
const BATCHES = 4;

export async function warmUp(engine: Engine, catalog: Catalog): Promise<void> {
  for (const detector of catalog.values()) {
    const single = encodeJson(exampleRow(detector.schema));
    for (let i = 0; i < SINGLE_ROWS; i++) {
      await engine.submit(specOf('predict'), [detector], single);
    }
    const batch = batchFor(detector);
    for (let i = 0; i < BATCHES; i++) await submitToEveryWorker(engine, detector, batch);
  }
}

/** Scores one batch on every worker, before clients do; rejects where that is not possible. */
export async function tryOut(engine: Engine, detector: Detector): Promise<void> {
  await submitToEveryWorker(engine, detector, batchFor(detector));
}

function batchFor({ schema }: Detector): Uint8Array {
  const nRows = Math.max(
    1,
    Math.min(BATCH_ROWS, Math.floor(BATCH_VALUES / schema.features.length)),
  );
  return encodeJson({ rows: new Array(nRows).fill(exampleRow(schema)) });
}

async function submitToEveryWorker(
  engine: Engine,
  detector: Detector,
  batch: Uint8Array,
): Promise<void> {
  const replies = [];
  for (let i = 0; i < Math.max(1, engine.status.workers); i++) {
    replies.push(engine.submit(specOf('score'), [detector], batch));
  }
  for (const outcome of await Promise.allSettled(replies)) {
    if (outcome.status === 'rejected' && !isQueueFull(outcome.reason)) throw outcome.reason;
  }
}

/** A short queue refuses some of the batches, which is no reason not to start. */
function isQueueFull(error: unknown): boolean {
  return error instanceof AnomalyPredictorError && error.tag === 'queue-full';
}

function specOf(operation: Operation): JobSpec {
  return {
    operation,
    requestFormat: 'json',
    replyFormat: 'json',
    maxRows: BATCH_ROWS,
    firstRow: 0,
  };
}
