// Watches the detector files of a folder. The system's notices make it quick, and a look every few seconds
// finds what they miss, as on network drives. What still changes between two looks is not touched yet.
import { type FSWatcher, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DETECTOR_FILE_SUFFIX } from '../model/detector-store.js';

/** Names of files in the folder. */
export interface FolderChanges {
  /** New, or with other content. */
  readonly changed: readonly string[];
  readonly gone: readonly string[];
}

/** A file that looks the same for this long is written. */
const SETTLE_MS = 200;
const POLL_MS = 5_000;

/** Changes with the content of a file, whoever writes it and how; undefined where there is no file. */
type Signature = string | undefined;
const FORGOTTEN: Signature = 'forgotten';

export class ModelFolder {
  readonly path: string;
  /** Those whose changes were told. */
  readonly #known = new Map<string, Signature>();
  /** Those that looked unlike `#known` at the last look. */
  #unsettled = new Map<string, Signature>();
  #onChange: (changes: FolderChanges) => Promise<void> = async () => {};
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #nextLookMs = Number.POSITIVE_INFINITY;
  #isReadable = true;
  #isClosed = false;

  constructor(path: string) {
    this.path = path;
  }

  pathOf(file: string): string {
    return join(this.path, file);
  }

  /** Takes `file` as it is now for known: its content is served, or it is gone, by our own doing. */
  async know(file: string): Promise<void> {
    this.#known.set(file, await signatureOf(this.pathOf(file)));
    this.#unsettled.delete(file);
  }

  /** Takes the files as they are now for known; before their content is read. */
  async knowAll(): Promise<void> {
    for (const [file, signature] of await signaturesIn(this.path)) this.#known.set(file, signature);
  }

  /** Tells of `file` again, as it is then. */
  forget(file: string): void {
    this.#known.set(file, FORGOTTEN);
    this.#unsettled.set(file, FORGOTTEN);
    this.#lookWithin(SETTLE_MS);
  }

  /** Tells of every change from now on; one call at a time, the next when `onChange` is done with the last. */
  watch(onChange: (changes: FolderChanges) => Promise<void>): void {
    this.#onChange = onChange;
    try {
      this.#watcher = watch(this.path, { persistent: false }, () => this.#lookWithin(SETTLE_MS));
      this.#watcher.on('error', () => this.#watcher?.close());
    } catch {
      // Looking alone does as well, only later.
    }
    this.#lookWithin(POLL_MS);
  }

  close(): void {
    this.#isClosed = true;
    this.#watcher?.close();
    clearTimeout(this.#timer);
  }

  /** Looks in `ms` at the latest. */
  #lookWithin(ms: number): void {
    const atMs = Date.now() + ms;
    if (this.#isClosed || atMs >= this.#nextLookMs) return;
    clearTimeout(this.#timer);
    this.#nextLookMs = atMs;
    this.#timer = setTimeout(() => this.#look(), ms).unref();
  }

  async #look(): Promise<void> {
    try {
      const { changed, gone } = this.#settledChanges(await signaturesIn(this.path));
      this.#isReadable = true;
      if (changed.length + gone.length > 0) await this.#onChange({ changed, gone });
    } catch (error) {
      if (this.#isReadable) {
        console.warn(`cannot read the model folder: ${(error as Error).message}; nothing changes`);
      }
      this.#isReadable = false;
    }
    this.#nextLookMs = Number.POSITIVE_INFINITY;
    this.#lookWithin(this.#unsettled.size > 0 ? SETTLE_MS : POLL_MS);
  }

  #settledChanges(found: ReadonlyMap<string, Signature>): FolderChanges {
    const changed: string[] = [];
    const gone: string[] = [];
    const unsettled = new Map<string, Signature>();
    for (const file of new Set([...found.keys(), ...this.#known.keys()])) {
      const signature = found.get(file);
      if (signature === this.#known.get(file)) continue;
      if (!this.#unsettled.has(file) || this.#unsettled.get(file) !== signature) {
        unsettled.set(file, signature);
      } else if (signature === undefined) {
        this.#known.delete(file);
        gone.push(file);
      } else {
        this.#known.set(file, signature);
        changed.push(file);
      }
    }
    this.#unsettled = unsettled;
    return { changed: changed.sort(), gone };
  }
}

/** Of every detector file. */
async function signaturesIn(folder: string): Promise<ReadonlyMap<string, Signature>> {
  const found = new Map<string, Signature>();
  for (const file of await readdir(folder)) {
    if (!file.endsWith(DETECTOR_FILE_SUFFIX)) continue;
    found.set(file, await signatureOf(join(folder, file)));
  }
  return found;
}

async function signatureOf(path: string): Promise<Signature> {
  try {
    // The time of any change rather than that of the content, which copies may set as they like.
    const { size, ctimeNs, ino } = await stat(path, { bigint: true });
    return `${size} ${ctimeNs} ${ino}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
