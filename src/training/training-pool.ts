// The worker threads of a training. What they make does not depend on how many there are.
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { FixedQueue, Piscina } from 'piscina';
import { AnomalyPredictorError } from '../errors.js';
import type { DecisionTree } from '../model/forest-layout.js';
import { Interrupted } from './interrupted.js';
import type { ForestPlan } from './random-forest.js';
import type { TrainingReply, TrainingTasks } from './training-task.js';

/** Few, so that no thread is without work while another grows the last ones. */
const TREES_PER_TASK = 4;

export interface TrainingPoolOptions {
  /** @default number of processors */
  readonly workers?: number | undefined;
  /** Ends what is under way, and with it the threads. */
  readonly signal?: AbortSignal | undefined;
}

export class TrainingPool {
  readonly #pool: Piscina;
  readonly #signal: AbortSignal | undefined;
  readonly #stop = () => void this.#end();
  /** Settles once every thread has loaded its modules: Node 20 aborts where one is ended before. */
  readonly #loaded: Promise<unknown>;
  #ended: Promise<void> | undefined;

  constructor({ workers = availableParallelism(), signal }: TrainingPoolOptions = {}) {
    // Node 20 aborts now and then where a thread ends while V8 still optimises its code on another one.
    setFlagsFromString('--no-concurrent-recompilation');
    this.#pool = new Piscina({
      filename: fileURLToPath(new URL('./training-worker.js', import.meta.url)),
      minThreads: workers,
      maxThreads: workers,
      taskQueue: new FixedQueue(),
      // Candidates are done one after the other, so that a search that is interrupted has something to show.
      stricterFIFO: true,
      recordTiming: false,
    });
    this.#loaded = Promise.allSettled(
      Array.from({ length: workers }, () => this.#pool.run(undefined, { name: 'load' })),
    );
    this.#signal = signal;
    if (signal?.aborted) this.#stop();
    signal?.addEventListener('abort', this.#stop, { once: true });
  }

  /** @throws Interrupted when the signal has ended it; AnomalyPredictorError from the task */
  async run<Name extends keyof TrainingTasks>(
    name: Name,
    task: TrainingTasks[Name]['task'],
  ): Promise<TrainingTasks[Name]['result']> {
    const reply = await this.#answer<TrainingTasks[Name]['result']>(name, task);
    if ('error' in reply) throw AnomalyPredictorError.fromData(reply.error);
    return reply.result;
  }

  /** All trees of `plan`, in their order. */
  async grow(
    plan: ForestPlan,
    onProgress: (done: number, total: number) => void,
  ): Promise<DecisionTree[]> {
    const { treeSeeds } = plan;
    const tasks: Promise<readonly DecisionTree[]>[] = [];
    let done = 0;
    for (let start = 0; start < treeSeeds.length; start += TREES_PER_TASK) {
      const seeds = treeSeeds.slice(start, start + TREES_PER_TASK);
      const task = this.run('grow', { plan: { ...plan, treeSeeds: [] }, treeSeeds: seeds });
      tasks.push(
        task.then((trees) => {
          done += seeds.length;
          onProgress(done, treeSeeds.length);
          return trees;
        }),
      );
    }
    return (await Promise.all(tasks)).flat();
  }

  async close(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#stop);
    await this.#end();
  }

  /** Once, whether it was closed, interrupted or both. */
  #end(): Promise<void> {
    this.#ended ??= this.#endThreads();
    return this.#ended;
  }

  async #endThreads(): Promise<void> {
    await this.#loaded;
    // A thread may answer just then: of a pool that ends, Piscina tells that as an error, which would end the program.
    this.#pool.on('error', () => {});
    await this.#pool.destroy();
  }

  async #answer<Result>(name: string, task: unknown): Promise<TrainingReply<Result>> {
    let reply: TrainingReply<Result> | undefined;
    let failure: unknown;
    try {
      reply = await this.#pool.run(task, { name });
    } catch (error) {
      failure = error;
    }
    // Threads that still start cannot be ended, and may answer until then.
    if (this.#signal?.aborted) throw new Interrupted();
    if (reply === undefined) throw failure;
    return reply;
  }
}
