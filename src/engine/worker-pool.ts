// The worker threads. Their queue is bounded in rows; a worker that dies is replaced and its work is tried once more.
import { fileURLToPath } from 'node:url';
import { FixedQueue, Piscina } from 'piscina';
import type { KernelChoice } from '../choose-kernels.js';
import { AnomalyPredictorError } from '../errors.js';
import type { WorkerDone, WorkerReply, WorkerTask } from './job.js';

const RETRY_AFTER_SECONDS = 1;

export class WorkerPool {
  readonly workers: number;
  readonly #maxQueuedRows: number;
  readonly #pool: Piscina<WorkerTask, WorkerReply>;
  #queuedRows = 0;
  #tasksUnderWay = 0;
  #onIdle = () => {};
  #workerDeaths = 0;
  #isClosing = false;

  /**
   * Waits for the threads also because Node 20 can abort the whole process when a thread is ended
   * that still loads its modules, as closing right away would do.
   */
  static async start(
    workers: number,
    maxQueuedRows: number,
    kernels: KernelChoice,
  ): Promise<WorkerPool> {
    const pool = new WorkerPool(workers, maxQueuedRows, kernels);
    // The threads that have least to do get the next task.
    await Promise.all(
      Array.from({ length: workers }, () => pool.#pool.run({ kind: 'start', generation: 0 })),
    );
    return pool;
  }

  private constructor(workers: number, maxQueuedRows: number, kernels: KernelChoice) {
    this.workers = workers;
    this.#maxQueuedRows = maxQueuedRows;
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
      if (!this.#isClosing) this.#workerDeaths++;
    });
  }

  /** Rows that wait or are being scored. */
  get queuedRows(): number {
    return this.#queuedRows;
  }

  get tasksUnderWay(): number {
    return this.#tasksUnderWay;
  }

  get workerDeaths(): number {
    return this.#workerDeaths;
  }

  /** Throws `queue-full`. A request that is alone is always taken, however large: the bound is against a backlog. */
  requireRoom(nRows: number): void {
    if (this.#queuedRows > 0 && this.#queuedRows + nRows > this.#maxQueuedRows) {
      throw new AnomalyPredictorError(
        'queue-full',
        `the queue is full: ${this.#queuedRows} of ${this.#maxQueuedRows} rows are waiting`,
        { retryAfterSeconds: RETRY_AFTER_SECONDS },
      );
    }
  }

  /** Runs a task; `nRows` count against the queue's bound until it is done. Rejects with the task's own error too. */
  async run(task: WorkerTask, nRows: number): Promise<WorkerDone> {
    this.#queuedRows += nRows;
    this.#tasksUnderWay++;
    try {
      const reply = await this.#runOnce(task).catch(() => this.#runOnce(task));
      if (!reply.ok) throw AnomalyPredictorError.fromData(reply.error);
      return reply;
    } finally {
      this.#queuedRows -= nRows;
      if (--this.#tasksUnderWay === 0) this.#onIdle();
    }
  }

  /** Once. Waits for the work under way by itself: the pool's own `close` ends threads that are still busy. */
  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#tasksUnderWay > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    await this.#pool.destroy();
  }

  /** Rejects only when the worker dies: what goes wrong in a task comes back as data. */
  async #runOnce(task: WorkerTask): Promise<WorkerReply> {
    try {
      return await this.#pool.run(task);
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
