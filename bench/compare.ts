// `npm run bench:compare -- REF [--quick]`: the working tree against a git ref. Each runs its own
// bench, in fresh processes that take turns in alternating order, so that a change in what the
// machine does, or in what V8 has learned, strikes both alike. About a quarter of an hour; --quick
// shows in half a minute that it works.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compareReports, type Rates } from './comparison.js';
import { addWorktree, resolveCommit } from './git-worktree.js';
import { takeTurns } from './interleave.js';
import { describeMachine } from './machine.js';
import { comparisonTable, machineLine } from './tables.js';

/** Even: either goes first as often as the other. */
const FULL_ROUNDS = 4;
const QUICK_ROUNDS = 2;
const USAGE = 'usage: npm run bench:compare -- REF [--quick]';

// This file runs as dist/bench/compare.js.
const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => interrupted.abort(new Error('interrupted')));
}

try {
  await main();
} catch (error) {
  console.error(`bench:compare: ${(error as Error).message}`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { ref, quick } = readArguments();
  const commit = resolveCommit(REPOSITORY, ref);
  console.log(machineLine(describeMachine()));
  console.log(`Checking out ${ref} (${commit.slice(0, 12)})`);
  const worktree = addWorktree(REPOSITORY, commit);
  try {
    await runNode(worktree.path, ['setup.mjs']);
    const nRounds = quick ? QUICK_ROUNDS : FULL_ROUNDS;
    const [ours, theirs] = await takeTurns(
      [
        () => bench('the working tree', REPOSITORY, worktree.path, quick),
        () => bench(ref, worktree.path, worktree.path, quick),
      ],
      nRounds,
    );
    console.log(comparisonTable(compareReports(ours, theirs), ref, nRounds));
  } finally {
    worktree.remove();
  }
}

function readArguments(): { ref: string; quick: boolean } {
  const { values, positionals } = parseArgs({
    options: { quick: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  if (positionals.length !== 1) throw new Error(`expected one git ref; ${USAGE}`);
  return { ref: positionals[0], quick: values.quick };
}

async function bench(
  name: string,
  folder: string,
  temporaryFolder: string,
  quick: boolean,
): Promise<Rates> {
  console.log(`Running the bench of ${name}`);
  const report = join(temporaryFolder, 'bench-report.json');
  const options = quick ? ['--quick'] : [];
  await runNode(folder, ['dist/bench/main.js', '--json', report, ...options]);
  return JSON.parse(readFileSync(report, 'utf8'));
}

/** Runs `script` in `folder`; what it prints is shown only where it fails. */
async function runNode(folder: string, args: readonly string[]): Promise<void> {
  interrupted.signal.throwIfAborted();
  const child = spawn(process.execPath, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: interrupted.signal,
  });
  // That it is interrupted is looked at when it has closed, and all that it has started with it:
  // nothing writes to the folder any more.
  child.on('error', () => {});
  const closed = new Promise((resolve) => child.on('close', resolve));
  const [code, stdout, stderr] = await Promise.all([
    closed,
    text(child.stdout),
    text(child.stderr),
  ]);
  interrupted.signal.throwIfAborted();
  if (code !== 0) {
    throw new Error(`node ${args.join(' ')} in ${folder} failed\n${stdout}${stderr}`);
  }
}
