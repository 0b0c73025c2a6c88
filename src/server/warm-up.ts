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
const BATCHES = 4;

export async function warmUp(engine: Engine, catalog: Catalog): Promise<void> {
  for (const detector of catalog.values()) {
    const row = exampleRow(detector.schema);
    const single = encodeJson(row);
    for (let i = 0; i < SINGLE_ROWS; i++) {
      await engine.submit(specOf('predict'), [detector], single);
    }
    const batch = encodeJson({ rows: new Array(BATCH_ROWS).fill(row) });
    for (let i = 0; i < BATCHES; i++) await submitToEveryWorker(engine, detector, batch);
  }
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
