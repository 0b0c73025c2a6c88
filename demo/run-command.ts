// Runs commands of the product as a user does, and shows their command lines, for the user to repeat them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { shellWords } from '../src/shell-words.js';

// The demo runs from dist/demo.
const PROGRAM = fileURLToPath(new URL('../src/cli/main.js', import.meta.url));

export function commandLine(args: readonly string[]): string {
  return `npx anomaly-predictor ${shellWords(args)}`;
}

/** What it prints. @throws where it fails, with what it says */
export async function runCommand(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'close'),
    text(child.stdout),
    text(child.stderr),
  ]);
  if (code !== 0) throw new Error(`${commandLine(args)} ended with code ${code}: ${stderr.trim()}`);
  return stdout.trim();
}
