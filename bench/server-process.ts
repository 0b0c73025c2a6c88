// A server in a process of its own: started, asked for what it takes, stopped.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Usage } from './server-probe.js';

export class ServerProcess {
  readonly url: URL;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: URL) {
    this.#child = child;
    this.url = url;
  }

  /** Resolves when the server has printed its address. */
  static async start(
    script: URL,
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<ServerProcess> {
    const probe = new URL('./server-probe.js', import.meta.url);
    const child = spawn(
      process.execPath,
      ['--import', probe.href, fileURLToPath(script), ...args],
      { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
    );
    return new ServerProcess(child, new URL(await printedUrl(child)));
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  async usage(): Promise<Usage> {
    const answer = once(this.#child, 'message');
    this.#child.send('usage');
    return (await answer)[0] as Usage;
  }

  async stop(): Promise<void> {
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exit;
  }
}

function printedUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const url = /http:\/\/\S+(?=\s)/.exec(output)?.[0];
      if (url !== undefined) resolve(url);
    });
    child.once('exit', (code) =>
      reject(new Error(`a server ended with code ${code} at its start`)),
    );
  });
}
