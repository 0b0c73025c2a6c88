// The bytes of a log: a file or stdin, unpacked where it is gzip, which its first bytes tell.
import { accessSync, constants, createReadStream, statSync } from 'node:fs';
import { createGunzip, type Gunzip } from 'node:zlib';
import { AnomalyPredictorError } from '../../errors.js';

const READ_BYTES = 256 * 1024;
/** gzip may unpack to 1,000 times as much: what comes of so many bytes is in memory at once. */
const GZIP_READ_BYTES = 16 * 1024;
const GZIP_MAGIC = 0x1f8b;
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

export interface LogFile {
  /** As the user named it, '-' for stdin. */
  readonly path: string;
  /** The same of all names of one file. */
  readonly identity: string;
  /** Undefined where it is not known before the end. */
  readonly sizeBytes: number | undefined;
}

/** @throws AnomalyPredictorError `bad-data-file` where there is no file that can be read */
export function findLog(path: string): LogFile {
  if (path === '-') return { path, identity: path, sizeBytes: undefined };
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) throw new Error('it is a folder');
    accessSync(path, constants.R_OK);
    return {
      path,
      identity: `${stats.dev}:${stats.ino}`,
      sizeBytes: stats.isFile() ? stats.size : undefined,
    };
  } catch (error) {
    throw unreadable(path, error as Error);
  }
}

/**
 * Unpacked. Where the file breaks off or is damaged, everything before that comes first.
 * @param onRead told of bytes as they are read, before they are unpacked
 * @throws AnomalyPredictorError `bad-data-file`
 */
export async function* logBytes(
  { path }: LogFile,
  onRead: (bytes: Buffer) => void = () => {},
): AsyncGenerator<Buffer> {
  const stream =
    path === '-' ? process.stdin : createReadStream(path, { highWaterMark: READ_BYTES });
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      onRead(chunk);
      yield chunk;
    }
  }
  const chunks = counted();
  try {
    let head = Buffer.alloc(0);
    while (head.length < BYTE_ORDER_MARK.length) {
      const { value, done } = await chunks.next();
      if (done) break;
      head = Buffer.concat([head, value]);
    }
    if (head.length >= 2 && head.readUInt16BE() === GZIP_MAGIC) yield* unpacked(head, chunks);
    else {
      yield head.indexOf(BYTE_ORDER_MARK) === 0 ? head.subarray(BYTE_ORDER_MARK.length) : head;
      yield* chunks;
    }
  } catch (error) {
    throw unreadable(path, error as Error);
  } finally {
    stream.destroy();
  }
}

/** Of one gzip member after the other. Nothing that was unpacked is lost when the rest cannot be. */
async function* unpacked(head: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: READ_BYTES });
  let output: Buffer[] = [];
  gunzip.on('data', (chunk: Buffer) => output.push(chunk));
  const taken = () => {
    const chunks = output;
    output = [];
    return chunks;
  };
  let damage: Error | undefined;
  let resume = () => {};
  // A write that fails never calls back.
  gunzip.on('error', (error) => {
    damage = error;
    resume();
  });
  const written = (bytes: Buffer) =>
    new Promise<void>((resolve) => {
      resume = resolve;
      gunzip.write(bytes, () => resolve());
    });
  async function* packed(): AsyncGenerator<Buffer> {
    yield head;
    yield* rest;
  }
  try {
    for await (const chunk of packed()) {
      for (let start = 0; start < chunk.length && !damage; start += GZIP_READ_BYTES) {
        await written(chunk.subarray(start, start + GZIP_READ_BYTES));
        yield* taken();
      }
      if (damage) break;
    }
    if (!damage) await finish(gunzip);
    yield* taken();
  } finally {
    gunzip.destroy();
  }
  if (damage) throw damage;
}

function finish(gunzip: Gunzip): Promise<void> {
  return new Promise((resolve) => {
    gunzip.once('close', resolve);
    gunzip.end();
  });
}

function unreadable(path: string, cause: Error): AnomalyPredictorError {
  const message = `cannot read ${path}: ${cause.message}`;
  return new AnomalyPredictorError('bad-data-file', message, { file: path }, { cause });
}
