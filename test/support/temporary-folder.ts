// A folder for one test file, removed when its tests are done.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Writes `content` to a new file in the folder and returns its path. */
export type WriteFile = (name: string, content: string | Uint8Array) => string;

export function temporaryFolder(): { path: string; write: WriteFile } {
  const path = mkdtempSync(join(tmpdir(), 'anomaly-predictor-'));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  const write: WriteFile = (name, content) => {
    const file = join(path, name);
    writeFileSync(file, content);
    return file;
  };
  return { path, write };
}
