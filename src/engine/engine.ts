// The engine: scores batches on a pool of worker threads, and inline where that costs less than the
// trip. The queue is bounded in rows; a worker that dies is replaced and its work is tried once more.
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { FixedQueue, Piscina } from 'piscina';
import { AnomalyPredictorError, showValue } from '../errors.js';
import type { Detector } from '../model/detector.js';
import { type Batch, checkFinite, type Rows, readBatch } from '../model/rows.js';
import { Scorer } from '../model/scorer.js';
import { type Prediction, predictionsOf } from '../model/verdict.js';
import { copyToShared, giveBackShared, roomBehind, takeShared } from '../shared-memory.js';
import { chooseKernels, KERNEL_CHOICES, type KernelChoice } from './choose-kernels.js';
import { DispatchCosts, type WorkCost } from './dispatch-cost.js';
import { ENGINE_DEFAULTS, type EngineOptions } from './engine-options.js';
import type {
  DetectorHandle,
  JobReply,
  JobSpec,
  WireFormat,
  WorkerReply,
  WorkerTask,
} from './job.js';
import { OPERATIONS } from './job.js';
import { runJob } from './run-job.js';

/** Scores of a batch; all arrays have one element per row. */
export interface BatchScores {
  readonly model: string;
  readonly version: string;
  readonly count: number;
  readonly predictions: readonly Prediction[];
  /** Higher is more normal; above 0 is normal. */
  readonly scores: Float64Array;
  /** 0 to 1, higher is worse; 0.5 or more is an anomaly. */
  readonly risks: Float64Array;
}

/** What the engine is doing, for metrics. */
export interface EngineStatus {
  readonly workers: number;
  readonly queuedRows: number;
  readonly workerRestarts: number;
}

/** Fewer rows than this are not worth a task of their own. */
const LEAST_ROWS_PER_TASK = 1_000;
const RETRY_AFTER_SECONDS = 1;
const F64_BYTES = 8;
/** Kinds of work whose costs are learned apart: operations by request format, and bare matrices. */
const WIRE_FORMATS: readonly WireFormat[] = ['json', 'msgpack', 'ndjson'];
const MATRIX_WORK = OPERATIONS.length * WIRE_FORMATS.length;

/**
 * Starts the worker threads and resolves when they are there. Close the engine when done with it.
 * @throws AnomalyPredictorError `bad-option`
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const {
    workers = ENGINE_DEFAULTS.workers,
    maxQueuedRows = ENGINE_DEFAULTS.maxQueuedRows,
    kernels = ENGINE_DEFAULTS.kernels,
  } = options;
  for (const [name, value, least] of [
    ['workers', workers, 0],
    ['maxQueuedRows', maxQueuedRows, 1],
  ] as const) {
    if (!Number.isInteger(value) || value < least) {
      throw new AnomalyPredictorError(
        'bad-option',
        `${name} expected a whole number of at least ${least}, got ${showValue(value)}`,
        { field: name, value },
      );
    }
  }
  if (!KERNEL_CHOICES.includes(kernels)) {
    throw new AnomalyPredictorError(
      'bad-option',
      `kernels expected one of ${KERNEL_CHOICES.join(', ')}, got ${showValue(kernels)}`,
      { field: 'kernels', value: kernels },
    );
  }
  return Engine.start(workers, maxQueuedRows, kernels);
}

export class Engine {
  readonly #pool: Piscina<WorkerTask, WorkerReply> | undefined;
  readonly #workers: number;
  readonly #maxQueuedRows: number;
  readonly #scorer: Scorer;
  readonly #costs = new DispatchCosts();
  #queuedRows = 0;
  #tasksUnderWay = 0;
  #onIdle = () => {};
  #workerDeaths = 0;
  #closed: Promise<void> | undefined;

  /**
   * Waits for the threads also because Node 20 can abort the whole process when a thread is ended
   * that still loads its modules, as closing right away would do.
   */
  static async start(
    workers: number,
    maxQueuedRows: number,
    kernels: KernelChoice,
  ): Promise<Engine> {
    const engine = new Engine(workers, maxQueuedRows, kernels);
    // The pool gives each thread that is free one task.
    await Promise.all(Array.from({ length: workers }, () => engine.#pool?.run({ kind: 'start' })));
    return engine;
  }

  private constructor(workers: number, maxQueuedRows: number, kernels: KernelChoice) {
    this.#workers = workers;
    this.#maxQueuedRows = maxQueuedRows;
    this.#scorer = new Scorer(chooseKernels(kernels));
    if (workers === 0) return;
    this.#pool = new Piscina({
      filename: fileURLToPath(new URL('./worker.js', import.meta.url)),
      name: 'runTask',
      minThreads: workers,
      maxThreads: workers,
      taskQueue: new FixedQueue(),
      // The next task is there when one is done: 15 % more rows/s of JSON on two workers (Node 20).
      concurrentTasksPerWorker: 2,
      // Without it, every other task that waits goes to the end of the queue again and again.
      stricterFIFO: true,
      recordTiming: false,
      workerData: kernels,
    });
    // A worker that dies between tasks takes nothing with it; the pool has replaced it already.
    this.#pool.on('error', () => {});
    this.#pool.on('workerDestroy', () => {
      if (this.#closed === undefined) this.#workerDeaths++;
    });
  }

  get status(): EngineStatus {
    return {
      workers: this.#workers,
      queuedRows: this.#queuedRows,
      workerRestarts: this.#workerDeaths,
    };
  }

  /**
   * Scores `batch` with `detector`. A matrix is [nRows × nFeatures] row-major, float64, unscaled; one in shared memory
   * goes to the workers without a copy and must not change before its scores are there.
   * @throws AnomalyPredictorError that names row, field and value
   */
  async score(detector: Detector, batch: Batch | Float64Array): Promise<BatchScores> {
    this.#requireOpen();
    const rows =
      batch instanceof Float64Array
        ? matrixRows(detector, batch)
        : readBatch(detector.schema, batch, Number.POSITIVE_INFINITY);
    const { scores, risks } = await this.#scoreRows(detector, rows);
    return {
      model: detector.name,
      version: detector.version,
      count: rows.nRows,
      predictions: predictionsOf(scores),
      scores,
      risks,
    };
  }

  /**
   * Runs a request body through `spec`, at once where that is cheaper than the trip to a worker.
   * `detectors`: those that the job may use, the default first. `body` may be reused by the caller
   * when this returns, unless it is in shared memory; such of shared-memory.ts is given back. The reply's body may
   * be in such memory too: give it back after use.
   * @throws AnomalyPredictorError at once or as a rejection
   */
  submit(
    spec: JobSpec,
    detectors: readonly Detector[],
    body: Uint8Array,
  ): JobReply | Promise<JobReply> {
    this.#requireOpen();
    const kind =
      OPERATIONS.indexOf(spec.operation) * WIRE_FORMATS.length +
      WIRE_FORMATS.indexOf(spec.requestFormat);
    const cost = this.#costs.of(detectors[0], kind);
    if (this.#pool === undefined || cost.expectedMs(body.length) < this.#costs.tripMs) {
      const startMs = performance.now();
      const reply = runJob(spec, detectors, body, this.#scorer);
      cost.add(body.length, reply.nRows, performance.now() - startMs);
      giveBackShared(body);
      return reply;
    }
    return this.#submitToWorker(spec, detectors, body, cost);
  }

  /** Refuses more work, waits for the work under way, then stops the worker threads. */
  close(): Promise<void> {
    this.#closed ??= this.#finish();
    return this.#closed;
  }

  /** Waits by itself: the pool's own `close` ends threads that are still busy. */
  async #finish(): Promise<void> {
    if (this.#tasksUnderWay > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    await this.#pool?.destroy();
  }

  #requireOpen(): void {
    if (this.#closed !== undefined) {
      throw new AnomalyPredictorError('shutting-down', 'the engine is closed');
    }
  }

  async #submitToWorker(
    spec: JobSpec,
    detectors: readonly Detector[],
    body: Uint8Array,
    cost: WorkCost,
  ): Promise<JobReply> {
    const nRows = cost.expectedRows(body.length);
    this.#requireRoom(nRows);
    const shared = body.buffer instanceof SharedArrayBuffer ? body : copyToShared(body);
    const task: WorkerTask = {
      kind: 'body',
      spec,
      detectors: detectors.map((detector) => this.#handleOf(detector)),
      body: shared,
      roomAt: roomBehind(shared),
    };
    let isInRoom = false;
    try {
      const { reply, bytesInRoom, elapsedMs } = await this.#run(task, nRows);
      const jobReply = reply as JobReply;
      cost.add(body.length, jobReply.nRows, elapsedMs);
      if (bytesInRoom === undefined) return jobReply;
      isInRoom = true;
      return { ...jobReply, body: new Uint8Array(shared.buffer, task.roomAt, bytesInRoom) };
    } finally {
      if (!isInRoom) giveBackShared(shared);
    }
  }

  async #scoreRows(
    detector: Detector,
    { nRows, values }: Rows,
  ): Promise<{ scores: Float64Array; risks: Float64Array }> {
    const cost = this.#costs.of(detector, MATRIX_WORK);
    if (this.#pool === undefined || cost.expectedMs(values.byteLength) < this.#costs.tripMs) {
      const scores = new Float64Array(nRows);
      const risks = new Float64Array(nRows);
      const startMs = performance.now();
      checkFinite(detector.schema, values);
      this.#scorer.scoreInto(detector, values, nRows, scores, risks);
      cost.add(values.byteLength, nRows, performance.now() - startMs);
      return { scores, risks };
    }
    this.#requireRoom(nRows);
    const rows = values.buffer instanceof SharedArrayBuffer ? values : copyToSharedFloat64(values);
    const scores = takeFloat64(nRows);
    const risks = takeFloat64(nRows);
    // For every worker that has nothing to do, a part.
    const nParts = Math.max(1, this.#workers - this.#tasksUnderWay);
    const rowsPerTask = Math.max(LEAST_ROWS_PER_TASK, Math.ceil(nRows / nParts));
    const tasks = [];
    for (let firstRow = 0; firstRow < nRows; firstRow += rowsPerTask) {
      const nTaskRows = Math.min(rowsPerTask, nRows - firstRow);
      const task: WorkerTask = {
        kind: 'matrix',
        detector: this.#handleOf(detector),
        rows,
        firstRow,
        nRows: nTaskRows,
        scores,
        risks,
      };
      tasks.push(
        this.#run(task, nTaskRows).then(({ elapsedMs }) =>
          cost.add((values.byteLength / nRows) * nTaskRows, nTaskRows, elapsedMs),
        ),
      );
    }
    await Promise.all(tasks);
    const results = { scores: scores.slice(), risks: risks.slice() };
    for (const shared of [rows, scores, risks]) giveBackShared(shared);
    return results;
  }

  #handleOf(detector: Detector): DetectorHandle {
    const { version, bytes } = detector;
    return { version, bytes, shared: this.#scorer.share(detector) };
  }

  /** A request that is alone is always taken, however large: the bound is against a backlog. */
  #requireRoom(nRows: number): void {
    if (this.#queuedRows > 0 && this.#queuedRows + nRows > this.#maxQueuedRows) {
      throw new AnomalyPredictorError(
        'queue-full',
        `the queue is full: ${this.#queuedRows} of ${this.#maxQueuedRows} rows are waiting`,
        { retryAfterSeconds: RETRY_AFTER_SECONDS },
      );
    }
  }

  /** Runs a task on the pool; `nRows` count against the queue's bound until it is done. */
  async #run(task: WorkerTask, nRows: number): Promise<WorkerReply & { ok: true }> {
    this.#queuedRows += nRows;
    const alone = this.#tasksUnderWay++ === 0;
    const startMs = performance.now();
    try {
      const result = await this.#runOnce(task).catch(() => this.#runOnce(task));
      if (!result.ok) throw AnomalyPredictorError.fromData(result.error);
      if (alone && this.#tasksUnderWay === 1) {
        this.#costs.addTrip(performance.now() - startMs - result.elapsedMs);
      }
      return result;
    } finally {
      this.#queuedRows -= nRows;
      if (--this.#tasksUnderWay === 0) this.#onIdle();
    }
  }

  /** Rejects only when the worker dies: what goes wrong in a task comes back as data. */
  async #runOnce(task: WorkerTask): Promise<WorkerReply> {
    try {
      return await (this.#pool as Piscina<WorkerTask, WorkerReply>).run(task);
    } catch (cause) {
      throw new AnomalyPredictorError(
        'worker-died',
        'the worker thread that scored this died, twice; the rows were not scored',
        {},
        { cause },
      );
    }
  }
}

function matrixRows({ schema }: Detector, values: Float64Array): Rows {
  const nFeatures = schema.features.length;
  if (values.length % nFeatures !== 0) {
    throw new AnomalyPredictorError(
      'malformed-body',
      `the matrix has ${values.length} values, expected a multiple of ${nFeatures}`,
      { value: values.length },
    );
  }
  return { nRows: values.length / nFeatures, values };
}

function copyToSharedFloat64(values: Float64Array): Float64Array {
  const shared = takeFloat64(values.length);
  shared.set(values);
  return shared;
}

function takeFloat64(length: number): Float64Array {
  return new Float64Array(takeShared(length * F64_BYTES).buffer, 0, length);
}
