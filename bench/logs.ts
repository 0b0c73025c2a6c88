// Access logs to behaviours, by the command itself in fresh processes: lines a second of each format, in turns, and the
// most memory that a short and a long log take.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGzip, type Gzip } from 'node:zlib';
import { readLogs } from '../src/traffic/logs/read-logs.js';
import { takeTurns } from './interleave.js';
import { type LogFormat, logTraffic } from './log-traffic.js';
import { checkEqual } from './parity.js';
import type { Plan } from './plan.js';
import { type Spread, spreadOf } from './statistics.js';

export interface LogsReport {
  readonly lines: number;
  readonly figures: readonly { readonly format: string; readonly linesPerSecond: Spread }[];
  /** Of a short log and of one ten times as long. */
  readonly memory: readonly { readonly lines: number; readonly peakMiB: number }[];
}

const SEED = 11;
const FORMATS = ['combined', 'JSON lines', 'combined, gzip'] as const;

export async function benchLogs({ logLines, logRounds }: Plan): Promise<LogsReport> {
  const folder = mkdtempSync(join(tmpdir(), 'anomaly-predictor-bench-'));
  const written = (format: LogFormat, ...packed: Gzip[]) =>
    writeLog(join(folder, `${format}${packed.length}`), format, logLines, packed);
  try {
    const paths = [
      await written('combined'),
      await written('json'),
      await written('combined', createGzip()),
    ];
    await checkSameCalls(paths);
    const results = await takeTurns(
      paths.map((path) => () => linesPerSecond(path)),
      logRounds,
    );
    const memory = [];
    for (const lines of [logLines / 10, logLines]) memory.push(await peakMemory(lines));
    return {
      lines: logLines,
      figures: FORMATS.map((format, i) => ({ format, linesPerSecond: spreadOf(results[i]) })),
      memory,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function writeLog(path: string, format: LogFormat, nLines: number, packed: Gzip[]) {
  await pipeline([
    Readable.from(logTraffic(format, nLines, SEED)),
    ...packed,
    createWriteStream(path),
  ]);
  return path;
}

async function checkSameCalls(paths: readonly string[]): Promise<void> {
  const [expected, ...others] = await Promise.all(paths.map(hashOfCalls));
  for (const [i, hash] of others.entries()) {
    checkEqual(FORMATS[i + 1], 'calls', [hash], [expected]);
  }
}

async function hashOfCalls(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const block of readLogs([path])) {
    for (const call of block) hash.update(JSON.stringify(call));
  }
  return hash.digest('hex');
}

/** As the command tells it: without the start of the process. */
async function linesPerSecond(path: string): Promise<number> {
  const told = await runBehaviours([path], []);
  return Number(figureIn(told, /([\d,]+) lines\/s/).replaceAll(',', ''));
}

async function peakMemory(lines: number): Promise<{ lines: number; peakMiB: number }> {
  const told = await runBehaviours(['-'], logTraffic('combined', lines, SEED));
  return { lines, peakMiB: Number(figureIn(told, /peak (\d+) KiB/)) / 1_024 };
}

function figureIn(told: string, pattern: RegExp): string {
  const [, figure] = pattern.exec(told) ?? [];
  if (figure === undefined) throw new Error(`behaviours told no ${pattern}: ${told}`);
  return figure;
}

/** What the command tells on stderr. */
async function runBehaviours(paths: readonly string[], input: Iterable<string>): Promise<string> {
  const script = fileURLToPath(new URL('./logs-process.js', import.meta.url));
  const args = [script, 'behaviours', ...paths, '--out', '/dev/null'];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'pipe'] });
  const [told, [code]] = await Promise.all([
    text(child.stderr),
    once(child, 'close'),
    pipeline(Readable.from(input), child.stdin),
  ]);
  if (code !== 0) throw new Error(`behaviours ended with code ${code}: ${told}`);
  return told;
}
