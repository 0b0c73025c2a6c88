// The files of the model folder, replaced and removed whole.
import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AnomalyPredictorError } from '../errors.js';

/** At no time there is half a file, whatever happens; throws `not-stored`. */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const draft = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    const file = await open(draft, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => {});
    throw notStored('write to', cause);
  }
}

/** Throws `not-stored`. */
export async function removeFile(path: string): Promise<void> {
  try {
    await rm(path, { force: true });
  } catch (cause) {
    throw notStored('remove from', cause);
  }
}

function notStored(what: string, cause: unknown): AnomalyPredictorError {
  return new AnomalyPredictorError(
    'not-stored',
    `cannot ${what} the model folder: ${(cause as Error).message}; nothing was changed`,
    {},
    { cause },
  );
}
