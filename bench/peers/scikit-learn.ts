// scikit-learn in a process of its own, timed by itself.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Contender } from './contender.js';
import { writePeerModel } from './peer-model.js';
import { ONE_THREAD, PYTHON, PYTHON_FOLDER } from './python.js';
import type { Workload } from './workload.js';

const TOLERANCE = 1e-12;

/** Expects that it is installed. */
export class ScikitLearn {
  readonly #folder = mkdtempSync(join(tmpdir(), 'bench-peers-'));
  readonly #child = spawn(PYTHON, [join(PYTHON_FOLDER, 'scikit_learn_peer.py')], {
    env: { ...process.env, ...ONE_THREAD },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  readonly #replies = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();

  /** Takes the place of the last one. */
  async contender({ model, rows, rowsPerCall }: Workload): Promise<Contender> {
    const file = (name: string) => join(this.#folder, name);
    const paths = { load: file('model'), rows: file('rows'), scores: file('scores') };
    writePeerModel(paths.load, model);
    writeFileSync(paths.rows, new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength));
    await this.#ask({ ...paths, rowsPerCall });
    return {
      tolerance: TOLERANCE,
      answers: () => {
        const bytes = Uint8Array.from(readFileSync(paths.scores));
        return { scores: new Float64Array(bytes.buffer) };
      },
      rate: async (durationMs) => {
        const { rowsPerSecond } = await this.#ask<{ rowsPerSecond: number }>({ runMs: durationMs });
        return rowsPerSecond;
      },
    };
  }

  close(): void {
    this.#child.stdin.end();
    rmSync(this.#folder, { recursive: true });
  }

  #ask<Reply>(command: object): Promise<Reply> {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`);
    return nextReply<Reply>(this.#replies);
  }
}

async function nextReply<Reply>(replies: AsyncIterator<string>): Promise<Reply> {
  const { value, done } = await replies.next();
  if (done) throw new Error('scikit-learn: its process ended');
  return JSON.parse(value);
}
