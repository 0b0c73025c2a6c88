// Where a command writes: stdout, or a file that appears whole or not at all.
import { existsSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { AnomalyPredictorError } from '../errors.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const STOPPED_BY_SIGNAL = 130;

/** Text, or bytes. */
type Output = AsyncIterable<string> | Iterable<Uint8Array>;

/** `path`: undefined for stdout. */
export async function writeOutput(path: string | undefined, content: Output): Promise<void> {
  if (path === undefined) {
    await pipeline(content, process.stdout, { end: false });
  } else if (isReplaceable(path)) {
    await writeWhole(existsSync(path) ? realpathSync(path) : path, content);
  } else {
    await writeFile(path, content);
  }
}

/** False for what is there and no regular file, such as /dev/null or a named pipe. */
function isReplaceable(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? true;
}

async function writeWhole(path: string, content: Output): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  const remove = () => rmSync(partial, { force: true });
  const stop = () => process.exit(STOPPED_BY_SIGNAL);
  process.once('exit', remove);
  for (const signal of SIGNALS) process.once(signal, stop);
  try {
    await writeFile(partial, content);
    renameSync(partial, path);
  } finally {
    remove();
    process.off('exit', remove);
    for (const signal of SIGNALS) process.off(signal, stop);
  }
}

async function writeFile(path: string, content: Output): Promise<void> {
  let file: FileHandle;
  try {
    file = await open(path, 'w');
  } catch (cause) {
    const message = `cannot write the output: ${(cause as Error).message}`;
    throw new AnomalyPredictorError('bad-data-file', message, { file: path }, { cause });
  }
  await pipeline(content, file.createWriteStream());
}
