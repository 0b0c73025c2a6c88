// NDJSON in, NDJSON out, any length: every chunk's whole lines become one job, several jobs are under way
// at once, replies are written in order, and reading waits when the client or the workers fall behind.
import { setTimeout as delay } from 'node:timers/promises';
import type { Engine } from '../engine/engine.js';
import type { JobReply, JobSpec } from '../engine/job.js';
import { AnomalyPredictorError } from '../errors.js';
import { countRows } from '../formats/ndjson.js';
import { wholeLines } from '../formats/whole-lines.js';
import type { Detector } from '../model/detector.js';
import { keepApart } from '../shared-memory.js';
import { versionHeaderOf } from './detector-version.js';
import { ClientGoneError, type ReplyStream } from './http.js';
import { CONTENT_TYPES, errorDocument } from './reply.js';
import type { Services } from './services.js';

const LONGEST_LINE_BYTES = 1024 * 1024;
/** Replies that wait behind more than this leave the larger memory of their requests. */
const MOST_UNREAD_IN_PLACE = 1024 * 1024;
/** A full queue slows a stream down instead of failing it. */
const FULL_QUEUE_PAUSE_MS = 20;

/**
 * Scores a stream of rows; `isWatched`: whether they count for drift.
 *
 * What ends the stream early, such as a line without end, becomes the reply's last line, with the first row that
 * has no verdict.
 *
 * A client that reads only when it has sent everything is waited for with up to `maxBodyBytes` of replies;
 * beyond that nothing more is read from it, and after the idle time its connection is closed.
 */
export async function scoreStream(
  { engine, metrics, config }: Pick<Services, 'engine' | 'metrics' | 'config'>,
  detector: Detector,
  isWatched: boolean,
  input: AsyncIterable<Uint8Array>,
  output: ReplyStream,
): Promise<void> {
  const maxJobs = 2 * Math.max(1, engine.status.workers);
  const scored = (reply: JobReply) => metrics.scored(reply, [detector], isWatched);
  const replies = new OrderedReplies(output, scored, maxJobs, config.maxBodyBytes);
  let firstRow = 0;

  output.start({
    status: 200,
    contentType: CONTENT_TYPES.ndjson,
    headers: versionHeaderOf(detector),
  });
  try {
    for await (const block of wholeLines(input, { longestLineBytes: LONGEST_LINE_BYTES })) {
      const nRows = countRows(block);
      if (nRows === 0) continue;
      replies.add(scoreBlock(engine, detector, block, firstRow));
      firstRow += nRows;
      await replies.room();
    }
    await replies.written;
  } catch (error) {
    const first = await replies.written.then(
      () => error,
      (earlier) => earlier,
    );
    if (first instanceof ClientGoneError) throw first;
    const line = { ...errorDocument(first), row: replies.nRows };
    await output.write(Buffer.from(`${JSON.stringify(line)}\n`));
  }
  output.end();
}

/** Replies of jobs that run at once, written in the order in which the jobs were added. */
class OrderedReplies {
  readonly #output: ReplyStream;
  readonly #scored: (reply: JobReply) => void;
  readonly #maxJobs: number;
  readonly #maxUnreadBytes: number;
  #nJobs = 0;
  #unreadBytes = 0;
  #nRows = 0;
  #written: Promise<void> = Promise.resolve();
  #failed = false;
  #wake = () => {};

  constructor(
    output: ReplyStream,
    scored: (reply: JobReply) => void,
    maxJobs: number,
    maxUnreadBytes: number,
  ) {
    this.#output = output;
    this.#scored = scored;
    this.#maxJobs = maxJobs;
    this.#maxUnreadBytes = maxUnreadBytes;
  }

  /** Rows whose replies are written. */
  get nRows(): number {
    return this.#nRows;
  }

  /** Settles when the replies of all jobs so far are written, or with the first failure. */
  get written(): Promise<void> {
    return this.#written;
  }

  add(job: Promise<JobReply>): void {
    this.#nJobs++;
    this.#written = this.#write(this.#written, job);
    this.#written.catch(() => {
      this.#failed = true;
      this.#wake();
    });
  }

  /** Resolves when another job may be added. */
  async room(): Promise<void> {
    while (this.#nJobs >= this.#maxJobs || this.#unreadBytes > this.#maxUnreadBytes) {
      if (this.#failed) break;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failed) await this.#written;
  }

  async #write(before: Promise<void>, job: Promise<JobReply>): Promise<void> {
    const [scored] = await Promise.allSettled([job]);
    this.#nJobs--;
    if (scored.status === 'rejected') {
      this.#wake();
      await before;
      throw scored.reason;
    }
    const { body, nRows } = scored.value;
    const unreadBytes = body.length;
    const isWaiting = this.#unreadBytes > MOST_UNREAD_IN_PLACE;
    this.#unreadBytes += unreadBytes;
    const reply = isWaiting ? keepApart(body) : body;
    this.#wake();
    await before;
    this.#scored(scored.value);
    await this.#output.write(reply);
    this.#nRows += nRows;
    this.#unreadBytes -= unreadBytes;
    this.#wake();
  }
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
