// A file of behaviours, or stdin, and which format it has: by how it begins, or else by its name.
import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Readable } from 'node:stream';
import { AnomalyPredictorError } from '../errors.js';
import { type CsvDelimiter, delimiterOf, isTooShort } from './csv-delimiter.js';

export const BEHAVIOUR_FORMATS = ['csv', 'ndjson', 'json', 'parquet'] as const;
export type BehaviourFormat = (typeof BEHAVIOUR_FORMATS)[number];

export interface BehaviourInput {
  /** '-' for stdin. */
  readonly path: string;
  readonly format: BehaviourFormat;
  /** Of CSV. */
  readonly delimiter: CsvDelimiter;
  /** Without a byte order mark; of a Parquet file, which is read by its path, there are none. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Undefined where it is not known before the end. */
  readonly sizeBytes: number | undefined;
  /** How far `bytes` was read. */
  readonly progress: { readBytes: number };
  /** Names of columns that were there and that nobody wanted. */
  readonly unusedColumns: Set<string>;
}

export const INPUT_DESCRIPTION = 'CSV, NDJSON, JSON or Parquet file of behaviours, or - for stdin';

const FORMAT_BY_EXTENSION: Readonly<Record<string, BehaviourFormat>> = {
  '.csv': 'csv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.json': 'json',
  '.parquet': 'parquet',
};
const READ_BYTES = 256 * 1024;
/** Enough to tell the formats apart, without white space. */
const HEAD_CHARACTERS = 16;
/** Enough to tell what separates the cells of CSV, however long its lines are. */
const LONGEST_HEAD_BYTES = 64 * 1024;
const PARQUET_MAGIC = 'PAR1';
const BYTE_ORDER_MARK = '\uFEFF';

/** `path`: '-' for stdin. Throws `bad-data-file` when it cannot be read. */
export async function openBehaviours(path: string): Promise<BehaviourInput> {
  const { stream, sizeBytes } =
    path === '-' ? { stream: process.stdin, sizeBytes: undefined } : await openFile(path);
  const head = await readHead(stream);
  const text = head.toString();
  const progress = { readBytes: 0 };

  async function* bytes(): AsyncGenerator<Uint8Array> {
    try {
      progress.readBytes = head.length;
      yield head.subarray(
        text.startsWith(BYTE_ORDER_MARK) ? Buffer.byteLength(BYTE_ORDER_MARK) : 0,
      );
      for await (const chunk of stream as AsyncIterable<Uint8Array>) {
        progress.readBytes += chunk.length;
        yield chunk;
      }
    } finally {
      stream.destroy();
    }
  }
  const format = formatOf(path, text);
  // Read by its places, not from its beginning on.
  if (format === 'parquet' && path !== '-') stream.destroy();
  return {
    path,
    format,
    delimiter: delimiterOf(text),
    bytes: bytes(),
    sizeBytes,
    progress,
    unusedColumns: new Set(),
  };
}

async function openFile(
  path: string,
): Promise<{ stream: Readable; sizeBytes: number | undefined }> {
  try {
    const file = await open(path);
    const stats = await file.stat();
    if (stats.isDirectory()) throw new Error('it is a folder');
    return {
      stream: file.createReadStream({ highWaterMark: READ_BYTES }),
      sizeBytes: stats.isFile() ? stats.size : undefined,
    };
  } catch (cause) {
    const message = `cannot read ${path}: ${(cause as Error).message}`;
    throw new AnomalyPredictorError('bad-data-file', message, { file: path }, { cause });
  }
}

async function readHead(stream: Readable): Promise<Buffer> {
  let head = Buffer.alloc(0);
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    head = Buffer.concat([head, chunk]);
    const text = head.toString();
    const isTold = text.trim().length >= HEAD_CHARACTERS;
    if (isTold && (formatOfText(text) !== 'csv' || !isTooShort(text))) break;
    if (head.length >= LONGEST_HEAD_BYTES) break;
  }
  return head;
}

function formatOf(path: string, head: string): BehaviourFormat {
  if (head.startsWith(PARQUET_MAGIC)) return 'parquet';
  return FORMAT_BY_EXTENSION[extname(path).toLowerCase()] ?? formatOfText(head);
}

/** Rows as objects or arrays, one a line, are NDJSON; a batch of them in one document is JSON. */
function formatOfText(head: string): BehaviourFormat {
  if (head.startsWith(PARQUET_MAGIC)) return 'parquet';
  if (/^\s*\[\s*[[{]/.test(head) || /^\s*\{\s*"(rows|columns)"/.test(head)) return 'json';
  return /^\s*[[{]/.test(head) ? 'ndjson' : 'csv';
}
