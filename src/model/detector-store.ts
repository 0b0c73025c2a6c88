// Detector files on disk: one file, or a folder of them by name.
import {
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { AnomalyPredictorError, shorten, showValue } from '../errors.js';
import { SHIPPED_MODELS_FOLDER } from '../package-paths.js';
import type { Detector } from './detector.js';
import { readDetector } from './detector-file.js';

export const DETECTOR_FILE_SUFFIX = '.safetensors';
const LARGEST_FILE_BYTES = 2 ** 31;

/** Detectors by name. */
export type Catalog = ReadonlyMap<string, Detector>;

/**
 * The detector in a file, or the shipped detector of that name.
 *
 * @param nameOrFile path of a detector file, such as `shop.safetensors`; or the name of a shipped detector, such as
 *   `ocsvm`, where there is no such file
 * @throws AnomalyPredictorError `bad-detector-file` that names the file and what is wrong with it; `unknown-model` that
 *   lists the shipped detectors
 */
export function loadDetector(nameOrFile: string): Detector {
  const file = detectorFile(nameOrFile);
  if (!looksLikePath(file) && !isFile(file)) throw notShipped(file);
  try {
    return readDetector(readShared(file));
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new AnomalyPredictorError('bad-detector-file', `${file}: ${what}`, { file }, { cause });
  }
}

/** The path of the file that `loadDetector` reads; `nameOrFile` itself where it is neither a file nor a shipped detector. */
export function detectorFile(nameOrFile: string): string {
  const isShipped =
    !looksLikePath(nameOrFile) && !isFile(nameOrFile) && shippedNames().includes(nameOrFile);
  return isShipped
    ? join(SHIPPED_MODELS_FOLDER, `${nameOrFile}${DETECTOR_FILE_SUFFIX}`)
    : nameOrFile;
}

/** True of what can only be a file: it has a folder before it, or the ending of detector files. */
export function looksLikePath(nameOrFile: string): boolean {
  return /[/\\]/.test(nameOrFile) || nameOrFile.endsWith(DETECTOR_FILE_SUFFIX);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function shippedNames(): string[] {
  return listFolder(SHIPPED_MODELS_FOLDER)
    .filter((file) => file.endsWith(DETECTOR_FILE_SUFFIX))
    .map((file) => basename(file, DETECTOR_FILE_SUFFIX))
    .sort();
}

function notShipped(name: string): AnomalyPredictorError {
  return new AnomalyPredictorError(
    'unknown-model',
    `${showValue(name)} is neither a file nor a shipped detector: expected ${shippedNames().join(', ')}, or the path ` +
      `of a detector file, such as shop${DETECTOR_FILE_SUFFIX}`,
    { model: shorten(name) },
  );
}

/** Every detector file in `folder`, by the detector's name. */
export function loadCatalog(folder: string): Catalog {
  const detectors = [...loadFolder(folder).values()];
  return new Map(detectors.map((detector) => [detector.name, detector]));
}

/** The detectors in `folder` by the names of their files; no two have the same name. */
export function loadFolder(folder: string): Map<string, Detector> {
  const byFile = new Map<string, Detector>();
  const names = new Set<string>();
  for (const fileName of listFolder(folder)) {
    if (!fileName.endsWith(DETECTOR_FILE_SUFFIX)) continue;
    const file = join(folder, fileName);
    const detector = loadDetector(file);
    if (names.has(detector.name)) throw twiceInFolder(file, detector.name);
    names.add(detector.name);
    byFile.set(fileName, detector);
  }
  return byFile;
}

export function twiceInFolder(file: string, model: string): AnomalyPredictorError {
  return new AnomalyPredictorError(
    'bad-detector-file',
    `${file}: another file of this folder holds detector "${model}" too`,
    { file, model },
  );
}

export function saveDetector(detector: Detector, folder: string): string {
  const file = join(folder, `${detector.name}${DETECTOR_FILE_SUFFIX}`);
  writeFileSync(file, detector.bytes);
  return file;
}

/** Throws `unknown-model` that names the ones that exist. */
export function findDetector(catalog: Catalog, name: string): Detector {
  const detector = catalog.get(name);
  if (detector === undefined) {
    throw new AnomalyPredictorError(
      'unknown-model',
      `unknown model ${showValue(name)}, expected one of ${[...catalog.keys()].join(', ')}`,
      { model: shorten(name) },
    );
  }
  return detector;
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (cause) {
    throw new AnomalyPredictorError(
      'bad-option',
      `cannot read the model folder ${folder}: ${(cause as Error).message}`,
      { file: folder },
      { cause },
    );
  }
}

function readShared(file: string): Uint8Array<SharedArrayBuffer> {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    if (size > LARGEST_FILE_BYTES) {
      throw new RangeError(`${size} bytes, at most ${LARGEST_FILE_BYTES} are allowed`);
    }
    const bytes = new Uint8Array(new SharedArrayBuffer(size));
    let offset = 0;
    while (offset < size) {
      const read = readSync(descriptor, bytes, offset, size - offset, offset);
      if (read === 0) throw new RangeError(`ended after ${offset} of ${size} bytes`);
      offset += read;
    }
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}
