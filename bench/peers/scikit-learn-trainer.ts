// scikit-learn's trainers in a process of its own, timed by itself.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ONE_THREAD, PYTHON, PYTHON_FOLDER } from './python.js';

export interface PeerTraining {
  readonly ms: number;
  /** Of a One-Class SVM. */
  readonly nSupport?: number;
  readonly intercept?: number;
  /** Of all nodes of a forest. */
  readonly sha256?: string;
}

/** Expects that it is installed. */
export class ScikitLearnTrainer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'bench-peers-'));
  readonly #child = spawn(PYTHON, [join(PYTHON_FOLDER, 'scikit_learn_trainer.py')], {
    env: { ...process.env, ...ONE_THREAD },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  readonly #replies = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();

  /** `rows`: [nRows × nFeatures] row-major; `labels`: [nRows]. */
  static async start(
    rows: Float64Array,
    labels: Int8Array,
    nFeatures: number,
  ): Promise<ScikitLearnTrainer> {
    const trainer = new ScikitLearnTrainer();
    const file = (name: string, content: Float64Array | Int8Array) => {
      const path = join(trainer.#folder, name);
      writeFileSync(path, new Uint8Array(content.buffer, content.byteOffset, content.byteLength));
      return path;
    };
    await trainer.#ask({ rows: file('rows', rows), labels: file('labels', labels), nFeatures });
    return trainer;
  }

  train(
    name: 'one-class-svm' | 'random-forest',
    params: Readonly<Record<string, unknown>>,
  ): Promise<PeerTraining> {
    return this.#ask<PeerTraining>({ train: name, params });
  }

  close(): void {
    this.#child.stdin.end();
    rmSync(this.#folder, { recursive: true });
  }

  async #ask<Reply>(command: object): Promise<Reply> {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`);
    const { value, done } = await this.#replies.next();
    if (done) throw new Error('scikit-learn: its process ended');
    return JSON.parse(value) as Reply;
  }
}
