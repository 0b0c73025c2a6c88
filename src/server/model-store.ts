// Adds and removes detectors while the server runs: those that are uploaded, and those of the model folder's
// files. One change at a time; a detector is served when it is read, kept and tried out, all of it or nothing.
import { readFile } from 'node:fs/promises';
import type { Config } from '../config.js';
import type { Engine } from '../engine/engine.js';
import { AnomalyPredictorError } from '../errors.js';
import type { Detector } from '../model/detector.js';
import type { ImportDetector, ImportTerms } from '../model/detector-import.js';
import { DETECTOR_FILE_SUFFIX, loadFolder, twiceInFolder } from '../model/detector-store.js';
import { SHIPPED_MODELS_FOLDER } from '../package-paths.js';
import { LiveCatalog } from './live-catalog.js';
import { removeFile, replaceFile } from './model-files.js';
import { type FolderChanges, ModelFolder } from './model-folder.js';
import { tryOut } from './warm-up.js';

export interface Addition {
  readonly detector: Detector;
  /** False where it took the place of another of its name. */
  readonly isNew: boolean;
}

/** For metrics. */
export interface LoadCounts {
  readonly loads: number;
  readonly failures: number;
}

export class ModelStore {
  readonly live: LiveCatalog;
  /** Whether uploads are files of the model folder; the shipped one stays as it is, they last as long as the server. */
  readonly keepsUploads: boolean;
  readonly #engine: Engine;
  readonly #importDetector: ImportDetector;
  readonly #folder: ModelFolder;
  /** The file of each detector that has one. */
  readonly #fileByName = new Map<string, string>();
  /** Files that other detectors hinder: a second one of the same name, or the file that the only one has lost. */
  readonly #hinderedFiles = new Set<string>();
  readonly #counts = { loads: 0, failures: 0 };
  #lastChange: Promise<unknown> = Promise.resolve();

  /** Loads what is in the model folder; throws `bad-option` and `bad-detector-file`. */
  static async open(
    { models }: Pick<Config, 'models'>,
    engine: Engine,
    importDetector: ImportDetector,
  ): Promise<ModelStore> {
    const folder = new ModelFolder(models);
    // Before they are loaded: what changes in between is found later.
    await folder.knowAll().catch(() => {});
    const byFile = loadFolder(models);
    if (byFile.size === 0) {
      throw new AnomalyPredictorError('bad-option', `no detector file in ${models}`);
    }
    return new ModelStore(folder, byFile, engine, importDetector);
  }

  private constructor(
    folder: ModelFolder,
    byFile: ReadonlyMap<string, Detector>,
    engine: Engine,
    importDetector: ImportDetector,
  ) {
    this.live = new LiveCatalog(byFile.values());
    this.keepsUploads = folder.path !== SHIPPED_MODELS_FOLDER;
    this.#engine = engine;
    this.#importDetector = importDetector;
    this.#folder = folder;
    for (const [file, { name }] of byFile) this.#fileByName.set(name, file);
    this.#counts.loads = byFile.size;
  }

  get counts(): LoadCounts {
    return this.#counts;
  }

  /** From now on the folder's files are served as they come and go. */
  watch(): void {
    this.#folder.watch((changes) => this.#inTurn(() => this.#follow(changes)));
  }

  /**
   * Serves the detector in the bytes of a file; `bytes` must not change until it does.
   * Rejects with `bad-detector-file`, `bad-model-file`, `bad-option`, `file-in-use` and `not-stored`.
   */
  add(bytes: Uint8Array, terms: ImportTerms): Promise<Addition> {
    return this.#inTurn(async () => {
      try {
        const detector = await this.#load(bytes, terms);
        if (this.keepsUploads) await this.#keep(detector);
        else this.#fileByName.delete(detector.name);
        return { detector, isNew: this.#serve(detector) === undefined };
      } catch (error) {
        this.#counts.failures++;
        throw error;
      }
    });
  }

  /** Rejects with `unknown-model`, `last-model` and `not-stored`. */
  remove(name: string): Promise<Detector> {
    return this.#inTurn(async () => {
      const detector = this.live.requireRemovable(name);
      const file = this.#fileByName.get(name);
      if (file !== undefined && this.keepsUploads) {
        await removeFile(this.#folder.pathOf(file));
        await this.#folder.know(file);
      }
      this.#withdraw(name);
      return detector;
    });
  }

  /** Stops watching, and waits for the change under way. */
  async close(): Promise<void> {
    this.#folder.close();
    await this.#lastChange;
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const result = this.#lastChange.then(change);
    this.#lastChange = result.catch(() => {});
    return result;
  }

  /** Reads a file and scores with what is in it, before anybody else does. */
  async #load(bytes: Uint8Array, terms: ImportTerms): Promise<Detector> {
    const detector = await this.#importDetector(bytes, terms);
    await tryOut(this.#engine, detector);
    return detector;
  }

  async #keep({ name, bytes }: Detector): Promise<void> {
    const file = this.#fileByName.get(name) ?? name + DETECTOR_FILE_SUFFIX;
    for (const [other, otherFile] of this.#fileByName) {
      if (otherFile === file && other !== name) {
        throw new AnomalyPredictorError(
          'file-in-use',
          `the file ${file} of the model folder holds detector "${other}": choose another name`,
          { model: name },
        );
      }
    }
    await replaceFile(this.#folder.pathOf(file), bytes);
    await this.#folder.know(file);
    this.#fileByName.set(name, file);
  }

  #serve(detector: Detector): Detector | undefined {
    this.#counts.loads++;
    const replaced = this.live.put(detector);
    this.#afterChange();
    return replaced;
  }

  #withdraw(name: string): void {
    this.live.remove(name);
    this.#fileByName.delete(name);
    this.#afterChange();
  }

  #afterChange(): void {
    this.#engine.forgetUnused();
    for (const file of this.#hinderedFiles) this.#folder.forget(file);
    this.#hinderedFiles.clear();
  }

  /** Changed files first: a file that was renamed hands its detector over without a gap. */
  async #follow({ changed, gone }: FolderChanges): Promise<void> {
    for (const file of changed) {
      await this.#attempt(file, () => this.#followChanged(file, gone));
    }
    for (const file of gone) {
      await this.#attempt(file, async () => this.#withdrawOthers(file, undefined));
    }
  }

  async #followChanged(file: string, gone: readonly string[]): Promise<void> {
    const path = this.#folder.pathOf(file);
    const detector = await this.#load(await readFile(path), {});
    const { name } = detector;
    const owner = this.#fileByName.get(name) ?? file;
    if (owner !== file && !gone.includes(owner)) {
      this.#hinderedFiles.add(file);
      throw twiceInFolder(path, name);
    }
    this.#fileByName.set(name, file);
    if (this.live.current.catalog.get(name)?.version !== detector.version) this.#serve(detector);
    this.#withdrawOthers(file, name);
  }

  /** What `file` held before, but for the detector called `name`. */
  #withdrawOthers(file: string, name: string | undefined): void {
    for (const [other, otherFile] of this.#fileByName) {
      if (otherFile !== file || other === name) continue;
      if (this.live.current.catalog.size === 1) this.#hinderedFiles.add(file);
      this.#withdraw(other);
    }
  }

  /** A file that cannot be served leaves everything as it is, with a line that says why. */
  async #attempt(file: string, follow: () => Promise<void>): Promise<void> {
    try {
      await follow();
    } catch (error) {
      this.#counts.failures++;
      const what = error instanceof Error ? error.message : String(error);
      console.warn(`${this.#folder.pathOf(file)}: ${what}; what was served before stays`);
    }
  }
}
