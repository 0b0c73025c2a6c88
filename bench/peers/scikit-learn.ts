// scikit-learn in a process of its own, timed by itself.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Contender } from './contender.js';
import { writePeerModel } from './peer-model.js';
import type { Workload } from './workload.js';

/** The one that Debian's python3-* packages belong to. */
export const PYTHON = '/usr/bin/python3';
export const PYTHON_FOLDER = fileURLToPath(new URL('../../../bench/peers/', import.meta.url));
/** numpy must not use more threads than the others. */
export const ONE_THREAD = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
export const INSTALL_SCIKIT_LEARN = 'apt-get install python3-sklearn';

const TOLERANCE = 1e-12;

export class ScikitLearn {
  /** Of scikit-learn, numpy and Python. */
  readonly versions: Readonly<Record<string, string>>;
  readonly #child: ChildProcess;
  readonly #replies: AsyncIterator<string>;
  readonly #folder = mkdtempSync(join(tmpdir(), 'bench-peers-'));

  private constructor(
    child: ChildProcess,
    replies: AsyncIterator<string>,
    versions: Record<string, string>,
  ) {
    this.#child = child;
    this.#replies = replies;
    this.versions = versions;
  }

  /** Undefined where Python or scikit-learn are not installed. */
  static async start(): Promise<ScikitLearn | undefined> {
    if (!hasPythonModules('sklearn')) return undefined;
    const child = spawn(PYTHON, [join(PYTHON_FOLDER, 'scikit_learn_peer.py')], {
      env: { ...process.env, ...ONE_THREAD },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const replies = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return new ScikitLearn(child, replies, await nextReply(replies));
  }

  /** Takes the place of the last one. */
  async contender({ model, rows, rowsPerCall }: Workload): Promise<Contender> {
    const file = (name: string) => join(this.#folder, name);
    const paths = { load: file('model'), rows: file('rows'), scores: file('scores') };
    writePeerModel(paths.load, model);
    writeFileSync(paths.rows, new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength));
    await this.#ask({ ...paths, rowsPerCall });
    return {
      name: 'scikit-learn',
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
    this.#child.stdin?.end();
    rmSync(this.#folder, { recursive: true });
  }

  #ask<Reply>(command: object): Promise<Reply> {
    this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
    return nextReply<Reply>(this.#replies);
  }
}

export function hasPythonModules(...modules: readonly string[]): boolean {
  return spawnSync(PYTHON, ['-c', `import ${modules.join(', ')}`]).status === 0;
}

async function nextReply<Reply>(replies: AsyncIterator<string>): Promise<Reply> {
  const { value, done } = await replies.next();
  if (done) throw new Error('scikit-learn: its process ended');
  return JSON.parse(value);
}
