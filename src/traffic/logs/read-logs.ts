// Access logs as calls. Every line tells by itself whether it is of the combined or common format or a JSON object.
// Whatever is in a log, reading it takes bounded memory, and every line is counted.
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { AnomalyPredictorError } from '../../errors.js';
import { DEFAULT_WINDOW_MS } from '../session/session-tracker.js';
import { ByteText } from './byte-text.js';
import { LONGEST_LINE, logBlocks } from './log-blocks.js';
import { LogCounts } from './log-counts.js';
import { findLog, type LogFile, logBytes } from './log-file.js';
import { LogLines } from './log-lines.js';
import type { LogOptions } from './log-options.js';
import type { LoggedCall } from './logged-call.js';
import { RecentCalls } from './recent-calls.js';
import { SteadyTime } from './steady-time.js';

/** Can be gone through once. */
export interface LogReading extends AsyncIterable<readonly LoggedCall[]> {
  readonly counts: LogCounts;
  /** Of all files as they lie on disk; undefined where it is not known before the end. */
  readonly sizeBytes: number | undefined;
  /** How much of them was read. */
  readonly readBytes: number;
  /** Those that were read, in order, where they are hashed; without their folders. */
  readonly hashedFiles: readonly HashedFile[];
}

export interface HashedFile {
  readonly file: string;
  /** SHA-256 of the bytes as they lie on disk, hexadecimal. */
  readonly sha256: string;
}

/**
 * Blocks of calls, file by file in the order of the time of their first calls.
 * @param paths '-' for stdin, which then is the only one; a file that is named twice is read once, and noted
 * @throws AnomalyPredictorError `bad-option`, or `bad-data-file` where a file cannot be read; and in the course of
 *   reading `bad-data-file` where no line of a file can be, or no calls are in any
 */
export function readLogs(paths: readonly string[], options: LogOptions = {}): LogReading {
  return new Logs(paths, options);
}

/** Where in which file reading is. */
class Place {
  line = 0;
  /** Bad and huge ones. */
  unreadLines = 0;

  constructor(readonly file: string) {}

  toString(): string {
    return `${this.file}:${this.line}`;
  }
}

class Logs implements LogReading {
  readonly counts = new LogCounts();
  readBytes = 0;
  readonly hashedFiles: HashedFile[] = [];
  readonly #files: readonly LogFile[];
  readonly #options: LogOptions;
  readonly #lines: LogLines;
  readonly #steady: SteadyTime;
  readonly #recent = new RecentCalls();
  readonly #lineBefore = new ByteText();

  constructor(paths: readonly string[], options: LogOptions) {
    if (paths.length > 1 && paths.includes('-')) {
      throw new AnomalyPredictorError('bad-option', 'stdin (-) cannot be read along with files');
    }
    this.#files = this.#eachOnce(paths.map(findLog));
    this.#options = options;
    this.#lines = new LogLines(options, this.counts);
    this.#steady = new SteadyTime(options.windowMs ?? DEFAULT_WINDOW_MS, this.counts);
  }

  get sizeBytes(): number | undefined {
    const sizes = this.#files.map(({ sizeBytes }) => sizeBytes ?? Number.NaN);
    const sum = sizes.reduce((total, size) => total + size, 0);
    return Number.isNaN(sum) ? undefined : sum;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly LoggedCall[]> {
    for (const file of await this.#inOrder()) yield* this.#callsOf(file);
    const last: LoggedCall[] = [];
    this.#steady.end(last);
    if (last.length > 0) yield last;
    if (this.counts.calls === 0) throw this.counts.noCalls();
  }

  #eachOnce(files: readonly LogFile[]): readonly LogFile[] {
    const known = new Map<string, LogFile>();
    for (const file of files) {
      const { path } = known.get(file.identity) ?? {};
      if (path === undefined) known.set(file.identity, file);
      else this.counts.notes.push(`${file.path} is the same file as ${path}: read once`);
    }
    return [...known.values()];
  }

  async #inOrder(): Promise<readonly LogFile[]> {
    if (this.#files.length === 1) return this.#files;
    // What is read here is neither counted nor known to the reading proper.
    const lines = new LogLines(this.#options, new LogCounts());
    const timed: { file: LogFile; timeMs: number }[] = [];
    for (const file of this.#files) timed.push({ file, timeMs: await firstTimeMs(file, lines) });
    return timed.sort((a, b) => a.timeMs - b.timeMs).map(({ file }) => file);
  }

  async *#callsOf(file: LogFile): AsyncGenerator<readonly LoggedCall[]> {
    const place = new Place(file.path === '-' ? 'stdin' : file.path);
    const hash = this.#options.hashed ? createHash('sha256') : undefined;
    const bytes = logBytes(file, (read) => {
      this.readBytes += read.length;
      hash?.update(read);
    });
    try {
      for await (const block of logBlocks(bytes)) yield this.#callsIn(block, place);
    } catch (error) {
      if (!(error instanceof AnomalyPredictorError)) throw error;
      this.counts.notes.push(`${place}: what follows is lost: ${error.message}`);
    }
    if (place.line > 0 && place.unreadLines === place.line) throw this.counts.noCalls(place.file);
    if (hash === undefined) return;
    const name = file.path === '-' ? 'stdin' : basename(file.path);
    this.hashedFiles.push({ file: name, sha256: hash.digest('hex') });
  }

  #callsIn(block: Buffer, place: Place): readonly LoggedCall[] {
    const { counts } = this;
    const calls: LoggedCall[] = [];
    for (let start = 0, next = 0; start < block.length; start = next) {
      next = nextLineAt(block, start);
      const end = lineEnd(block, start, next);
      place.line++;
      counts.lines++;
      if (end - start > LONGEST_LINE) {
        counts.hugeLines++;
        place.unreadLines++;
        continue;
      }
      const read = this.#lines.read(block, start, end);
      if (typeof read === 'object') this.#take(block, start, end, read, calls);
      else if (read === 'blank') counts.blankLines++;
      else if (read === 'no request')
        counts.addNoRequest(place, block.toString('latin1', start, end));
      else {
        counts.addBad(place, read, block.toString('latin1', start, end));
        place.unreadLines++;
      }
    }
    return calls;
  }

  #take(block: Buffer, start: number, end: number, call: LoggedCall, calls: LoggedCall[]): void {
    const id = this.#lines.requestId;
    if (id !== '' && this.#recent.has(id, call)) {
      this.counts.duplicates++;
      return;
    }
    this.counts.calls++;
    if (this.#lineBefore.equals(block, start, end)) this.counts.repeated++;
    this.#lineBefore.set(block, start, end);
    this.#steady.add(call, calls);
  }
}

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Behind the line that begins at `start`, and behind its end. */
function nextLineAt(block: Buffer, start: number): number {
  const newline = block.indexOf(NEWLINE, start);
  return newline < 0 ? block.length + 1 : newline + 1;
}

/** Without `\n` and `\r\n`. */
function lineEnd(block: Buffer, start: number, next: number): number {
  const end = Math.min(next - 1, block.length);
  return end > start && block[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
}

/** −∞ of a file that does not begin with calls. */
async function firstTimeMs(file: LogFile, lines: LogLines): Promise<number> {
  for await (const block of logBlocks(logBytes(file))) {
    for (let start = 0, next = 0; start < block.length; start = next) {
      next = nextLineAt(block, start);
      const read = lines.read(block, start, lineEnd(block, start, next));
      if (typeof read === 'object') return read.timeMs;
    }
    break;
  }
  return Number.NEGATIVE_INFINITY;
}
