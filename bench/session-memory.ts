// What a session takes, in a process of its own.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { SessionMemory } from './session-memory-process.js';

const run = promisify(execFile);

export async function sessionMemory(nSessions: number): Promise<SessionMemory> {
  const script = fileURLToPath(new URL('./session-memory-process.js', import.meta.url));
  // A small young generation, as its garbage is none of the sessions'.
  const options = ['--expose-gc', '--max-semi-space-size=1'];
  const { stdout } = await run(process.execPath, [...options, script, String(nSessions)]);
  return JSON.parse(stdout);
}
