// The predecessor's application under gunicorn, with what this machine gives the product too: two
// processes.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { ONE_THREAD, PYTHON, PYTHON_FOLDER } from './python.js';

const N_WORKERS = 2;
const LISTENING = /Listening at: (http:\S+)/;

/** gunicorn's default closes after each reply, its workers with threads keep connections. */
export const WORKER_KINDS = {
  sync: { keepAlive: false, options: [] },
  gthread: { keepAlive: true, options: ['--threads', '32', '--keep-alive', '60'] },
} as const;
export type WorkerKind = keyof typeof WORKER_KINDS;

export class Gunicorn {
  readonly url: URL;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: URL) {
    this.#child = child;
    this.url = url;
  }

  /** `models`: folder of the pickles. Resolves when a worker answers. */
  static async start(kind: WorkerKind, models: string, token: string): Promise<Gunicorn> {
    const { options } = WORKER_KINDS[kind];
    const child = spawn(
      PYTHON,
      [
        ...['-m', 'gunicorn', '--workers', `${N_WORKERS}`, '--worker-class', kind, ...options],
        ...['--bind', '127.0.0.1:0', '--chdir', PYTHON_FOLDER, 'flask_app:app'],
      ],
      {
        env: { ...process.env, ...ONE_THREAD, FLASK_MODELS: models, FLASK_TOKEN: token },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    process.once('exit', () => child.kill());
    const gunicorn = new Gunicorn(child, new URL(await loggedUrl(child)));
    await fetch(gunicorn.url);
    return gunicorn;
  }

  async stop(): Promise<void> {
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exit;
  }
}

/** Goes on reading the log, so that it never blocks. */
function loggedUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    if (child.stderr === null) throw new Error('gunicorn: no log');
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line);
      const url = LISTENING.exec(line)?.[1];
      if (url !== undefined) resolve(url);
    });
    child.once('exit', (code) =>
      reject(new Error(`gunicorn ended with code ${code}: ${lines.join('\n')}`)),
    );
  });
}
