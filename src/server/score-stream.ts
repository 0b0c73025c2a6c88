// NDJSON in, NDJSON out, any length: every chunk's whole lines become one job, several jobs are under way
// at once, replies are written in order, and reading waits when the client or the workers fall behind.
import { setTimeout as delay } from 'node:timers/promises';
import type { Engine } from '../engine/engine.js';
import type { JobReply, JobSpec } from '../engine/job.js';
import { AnomalyPredictorError } from '../errors.js';
import { countRows } from '../formats/ndjson.js';
import { wholeLines } from '../formats/whole-lines.js';
import type { Detector } from '../model/detector.js';
import type { ReplyStream } from './http.js';
import type { ServerMetrics } from './metrics.js';
import { CONTENT_TYPES } from './reply.js';

const LONGEST_LINE_BYTES = 1024 * 1024;
/** A full queue slows a stream down instead of failing it. */
const FULL_QUEUE_PAUSE_MS = 20;

/** What ends the stream early, such as a line without end, becomes the reply's last line. */
export async function scoreStream(
  engine: Engine,
  detector: Detector,
  metrics: ServerMetrics,
  input: AsyncIterable<Uint8Array>,
  output: ReplyStream,
): Promise<void> {
  const maxJobsUnderWay = 2 * Math.max(1, engine.status.workers);
  const underWay = new Set<Promise<void>>();
  let written: Promise<void> = Promise.resolve();
  let failure: unknown;
  let firstRow = 0;

  output.start({ status: 200, contentType: CONTENT_TYPES.ndjson });
  try {
    for await (const block of wholeLines(input, { longestLineBytes: LONGEST_LINE_BYTES })) {
      if (failure !== undefined) break;
      const job = scoreBlock(engine, detector, block, firstRow);
      firstRow += countRows(block);
      const before = written;
      written = writeInOrder(before, job, metrics, output);
      const tracked = written.then(
        () => {},
        (error) => {
          failure ??= error;
        },
      );
      underWay.add(tracked);
      tracked.finally(() => underWay.delete(tracked));
      if (underWay.size >= maxJobsUnderWay) await Promise.race(underWay);
    }
    await written;
  } catch (error) {
    await Promise.all(underWay);
    if (!(error instanceof AnomalyPredictorError)) throw error;
    await output.write(Buffer.from(`${JSON.stringify({ error: error.message })}\n`));
  }
  output.end();
}

async function writeInOrder(
  before: Promise<void>,
  job: Promise<JobReply>,
  metrics: ServerMetrics,
  output: ReplyStream,
): Promise<void> {
  const [reply] = await Promise.all([job, before]);
  metrics.scored(reply);
  await output.write(typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body);
}

async function scoreBlock(
  engine: Engine,
  detector: Detector,
  block: Uint8Array,
  firstRow: number,
): Promise<JobReply> {
  const spec: JobSpec = {
    operation: 'lines',
    requestFormat: 'ndjson',
    replyFormat: 'ndjson',
    maxRows: Number.POSITIVE_INFINITY,
    firstRow,
  };
  for (;;) {
    try {
      return await engine.submit(spec, [detector], block);
    } catch (error) {
      if (!(error instanceof AnomalyPredictorError) || error.tag !== 'queue-full') throw error;
      await delay(FULL_QUEUE_PAUSE_MS);
    }
  }
}
