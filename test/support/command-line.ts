// Runs the compiled program as a user does: a process of its own, arguments, stdin, exit code.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

// Tests run from dist/test/support.
const PROGRAM = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

export interface RunOptions {
  /** Written to stdin, which then ends. @default nothing */
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** Options of Node itself. */
  readonly node?: readonly string[];
}

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export async function runCommand(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const child = startCommand(args, options);
  child.stdin.end(options.input ?? '');
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'close'),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, stdout, stderr };
}

/** For tests that stop reading, or the program, midway. */
export function startCommand(
  args: readonly string[],
  { env = {}, node = [] }: RunOptions = {},
): ChildProcessWithoutNullStreams {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('ANOMALY_PREDICTOR_'),
  );
  const child = spawn(process.execPath, [...node, PROGRAM, ...args], {
    env: { ...Object.fromEntries(inherited), ...env },
  });
  // The program may end before it has read what it is given.
  child.stdin.on('error', () => {});
  return child;
}
