// The engine: scores batches on a pool of worker threads, and inline where that costs less than the trip.
import { performance } from 'node:perf_hooks';
import { chooseKernels } from '../choose-kernels.js';
import { AnomalyPredictorError } from '../errors.js';
import type { Detector } from '../model/detector.js';
import { type Contributions, explanationOf, rowsPerExplanation } from '../model/explanation.js';
import type { Batch, Rows } from '../model/rows.js';
import { Scorer } from '../model/scorer.js';
import { copyToShared, giveBackShared, roomBehind, takeShared } from '../shared-memory.js';
import { type BatchScores, batchScores, type ExplainedScores, rowsOf } from './batch-scores.js';
import { DispatchCosts, type WorkCost } from './dispatch-cost.js';
import { type EngineOptions, filledOptions } from './engine-options.js';
import {
  type DetectorHandle,
  type JobReply,
  type JobSpec,
  OPERATIONS,
  type WireFormat,
  type WorkerDone,
  type WorkerTask,
} from './job.js';
import {
  arraysOf,
  emptyContributions,
  emptyScores,
  type MatrixResults,
  mapResults,
  scoreMatrix,
  type Take,
  takeOwn,
} from './matrix.js';
import { runJob } from './run-job.js';
import { WorkerPool } from './worker-pool.js';

/** What the engine is doing, for metrics. */
export interface EngineStatus {
  readonly workers: number;
  readonly queuedRows: number;
  readonly workerRestarts: number;
}

/** Fewer rows than this are not worth a task of their own. */
const LEAST_ROWS_PER_TASK = 1_000;
const F64_BYTES = 8;
/** Kinds of work whose costs are learned apart: operations by request format, and bare matrices. */
const WIRE_FORMATS: readonly WireFormat[] = ['json', 'msgpack', 'ndjson'];
const MATRIX_WORK = OPERATIONS.length * WIRE_FORMATS.length;
const EXPLAINED_MATRIX_WORK = MATRIX_WORK + 1;

/**
 * Starts the worker threads and resolves when they are there. Close the engine when done with it.
 * @throws AnomalyPredictorError `bad-option`
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const { workers, maxQueuedRows, kernels } = filledOptions(options);
  const scorer = new Scorer(chooseKernels(kernels));
  const pool = workers === 0 ? undefined : await WorkerPool.start(workers, maxQueuedRows, kernels);
  return new Engine(pool, scorer);
}

export class Engine {
  readonly #pool: WorkerPool | undefined;
  readonly #scorer: Scorer;
  readonly #costs = new DispatchCosts();
  #generation = 0;
  #closed: Promise<void> | undefined;

  /** Without a pool everything is scored in the calling thread. */
  constructor(pool: WorkerPool | undefined, scorer: Scorer) {
    this.#pool = pool;
    this.#scorer = scorer;
  }

  get status(): EngineStatus {
    return {
      workers: this.#pool?.workers ?? 0,
      queuedRows: this.#pool?.queuedRows ?? 0,
      workerRestarts: this.#pool?.workerDeaths ?? 0,
    };
  }

  /**
   * Scores `batch` with `detector`. A matrix is [nRows × nFeatures] row-major, float64, unscaled; one in shared memory
   * goes to the workers without a copy and must not change before its scores are there.
   * @throws AnomalyPredictorError that names row, field and value
   */
  async score(detector: Detector, batch: Batch | Float64Array): Promise<BatchScores> {
    this.#requireOpen();
    const results = await this.#fillResults(detector, rowsOf(detector, batch), false);
    return batchScores(detector, results);
  }

  /**
   * Scores `batch` as `score` does, and says what each feature contributes to every score.
   * @throws AnomalyPredictorError as `score` does, and `not-explainable`
   */
  async explain(detector: Detector, batch: Batch | Float64Array): Promise<ExplainedScores> {
    this.#requireOpen();
    const rows = rowsOf(detector, batch);
    const results = await this.#fillResults(detector, rows, true);
    const found = results.explanation as Contributions;
    const explanation = explanationOf(detector, found, rows.values);
    return { ...batchScores(detector, results), explanation };
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
    const isCheap =
      spec.operation !== 'explain' && cost.expectedMs(body.length) < this.#costs.tripMs;
    if (this.#pool === undefined || isCheap) {
      const startMs = performance.now();
      const reply = runJob(spec, detectors, body, this.#scorer);
      cost.add(body.length, reply.nRows, performance.now() - startMs);
      giveBackShared(body);
      return reply;
    }
    return this.#submitTo(this.#pool, spec, detectors, body, cost);
  }

  /**
   * To be called when detectors are not used any more: the workers forget them. Called twice, it is certain that
   * each frees their memory with its next work.
   */
  forgetUnused(): void {
    this.#generation++;
  }

  /** Refuses more work, waits for the work under way, then stops the worker threads. */
  close(): Promise<void> {
    this.#closed ??= this.#pool?.close() ?? Promise.resolve();
    return this.#closed;
  }

  #requireOpen(): void {
    if (this.#closed !== undefined) {
      throw new AnomalyPredictorError('shutting-down', 'the engine is closed');
    }
  }

  async #submitTo(
    pool: WorkerPool,
    spec: JobSpec,
    detectors: readonly Detector[],
    body: Uint8Array,
    cost: WorkCost,
  ): Promise<JobReply> {
    const rowCost = spec.operation === 'explain' ? rowsPerExplanation(detectors[0]) : 1;
    const nRows = cost.expectedRows(body.length) * rowCost;
    pool.requireRoom(nRows);
    const shared = body.buffer instanceof SharedArrayBuffer ? body : copyToShared(body);
    const task: WorkerTask = {
      kind: 'body',
      generation: this.#generation,
      spec,
      detectors: detectors.map((detector) => this.#handleOf(detector)),
      body: shared,
      roomAt: roomBehind(shared),
    };
    let isInRoom = false;
    try {
      const { reply, bytesInRoom, elapsedMs } = await this.#run(pool, task, nRows);
      const jobReply = reply as JobReply;
      cost.add(body.length, jobReply.nRows, elapsedMs);
      if (bytesInRoom === undefined) return jobReply;
      isInRoom = true;
      return { ...jobReply, body: new Uint8Array(shared.buffer, task.roomAt, bytesInRoom) };
    } finally {
      if (!isInRoom) giveBackShared(shared);
    }
  }

  /** Explaining is never worth less than the trip to a worker. */
  async #fillResults(
    detector: Detector,
    { nRows, values }: Rows,
    isExplained: boolean,
  ): Promise<MatrixResults> {
    const { length: nFeatures } = detector.schema.features;
    const emptyResults = (take: Take): MatrixResults => ({
      ...emptyScores(nRows, take),
      explanation: isExplained ? emptyContributions(nRows, nFeatures, take) : undefined,
    });
    const cost = this.#costs.of(detector, isExplained ? EXPLAINED_MATRIX_WORK : MATRIX_WORK);
    const pool = this.#pool;
    const isCheap = !isExplained && cost.expectedMs(values.byteLength) < this.#costs.tripMs;
    if (pool === undefined || isCheap) {
      const results = emptyResults(takeOwn);
      const startMs = performance.now();
      scoreMatrix(this.#scorer, detector, values, 0, nRows, results);
      cost.add(values.byteLength, nRows, performance.now() - startMs);
      return results;
    }
    const rowCost = isExplained ? rowsPerExplanation(detector) : 1;
    pool.requireRoom(nRows * rowCost);
    const rows = values.buffer instanceof SharedArrayBuffer ? values : copyToSharedFloat64(values);
    const shared = emptyResults(takeFloat64);
    // For every worker that has nothing to do, a part.
    const nParts = Math.max(1, pool.workers - pool.tasksUnderWay);
    const leastRows = Math.ceil(LEAST_ROWS_PER_TASK / rowCost);
    const rowsPerTask = Math.max(leastRows, Math.ceil(nRows / nParts));
    const tasks = [];
    for (let firstRow = 0; firstRow < nRows; firstRow += rowsPerTask) {
      const nTaskRows = Math.min(rowsPerTask, nRows - firstRow);
      const task: WorkerTask = {
        kind: 'matrix',
        generation: this.#generation,
        detector: this.#handleOf(detector),
        rows,
        firstRow,
        nRows: nTaskRows,
        results: shared,
      };
      tasks.push(
        this.#run(pool, task, nTaskRows * rowCost).then(({ elapsedMs }) =>
          cost.add((values.byteLength / nRows) * nTaskRows, nTaskRows, elapsedMs),
        ),
      );
    }
    await Promise.all(tasks);
    const results = mapResults(shared, (array) => array.slice());
    for (const array of [rows, ...arraysOf(shared)]) giveBackShared(array);
    return results;
  }

  #handleOf(detector: Detector): DetectorHandle {
    const { version, bytes } = detector;
    return { version, bytes, shared: this.#scorer.share(detector) };
  }

  /** A task that is alone all the time shows what the trip to a worker takes. */
  async #run(pool: WorkerPool, task: WorkerTask, nRows: number): Promise<WorkerDone> {
    const wasAlone = pool.tasksUnderWay === 0;
    const startMs = performance.now();
    const done = await pool.run(task, nRows);
    if (wasAlone && pool.tasksUnderWay === 0) {
      this.#costs.addTrip(performance.now() - startMs - done.elapsedMs);
    }
    return done;
  }
}

function copyToSharedFloat64(values: Float64Array): Float64Array {
  const shared = takeFloat64(values.length);
  shared.set(values);
  return shared;
}

function takeFloat64(length: number): Float64Array {
  return new Float64Array(takeShared(length * F64_BYTES).buffer, 0, length);
}
