// Reads any model file that can be served and tells which it is by its content, never by its name: a detector of our
// own, a model of scikit-learn, or an ONNX model.
import { createHash } from 'node:crypto';
import { AnomalyPredictorError } from '../errors.js';
import type { Detector } from '../model/detector.js';
import { assembleDetector, readDetector } from '../model/detector-file.js';
import type { ImportProvenance } from '../model/provenance.js';
import { decompress } from './compression/decompress.js';
import type { ImportOptions } from './imported-model.js';
import { makeDetector } from './make-detector.js';
import { badModelFile } from './model-file-error.js';
import { importOnnx } from './onnx/import-onnx.js';
import { readPickle } from './pickle/read-pickle.js';
import type { PickleValue } from './pickle/values.js';
import { importScikitLearn } from './scikit-learn/import-scikit-learn.js';

export interface ModelFile {
  /** Without its folder. */
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

export interface ImportModelOptions extends ImportOptions {
  /** Of the detector; by default after the file, or as a detector's file says. */
  readonly name?: string;
  /** What rows pass before the model, where it lies in a file of its own. */
  readonly scaler?: ModelFile;
}

/**
 * The detector in, or made of, a file that may come from anywhere. Nothing in the file is run.
 * @throws AnomalyPredictorError `bad-model-file` or, in a file of our own, `bad-detector-file` that names what is wrong
 * and where; `bad-option` where an option does not fit the model
 */
export async function importModel(
  file: ModelFile,
  { name, scaler, ...options }: ImportModelOptions = {},
): Promise<Detector> {
  if (isDetectorFile(file.bytes)) {
    refuseOption('scaler', scaler);
    refuseOption('features', options.featureNames);
    refuseOption('anomaly-class', options.anomalyClass);
    const detector = readDetector(inSharedMemory(file.bytes));
    return name === undefined || name === detector.name
      ? detector
      : assembleDetector({ ...detector, name });
  }
  const files = [file, ...(scaler === undefined ? [] : [scaler])].map(describeFile);
  const origin = { name: name ?? nameAfter(file.fileName), files };
  const unpacked = await decompress(file.bytes);
  if (isOnnxFile(unpacked)) {
    if (scaler !== undefined) {
      const message = '"scaler" is for pickles; an ONNX model has its scaler inside';
      throw new AnomalyPredictorError('bad-option', message, { field: 'scaler' });
    }
    const imported = importOnnx(unpacked, options);
    return makeDetector(imported, { ...origin, format: 'onnx' }, options.featureNames);
  }
  const imported = importScikitLearn(
    pickleIn(unpacked, file.fileName),
    scaler && pickleIn(await decompress(scaler.bytes), scaler.fileName),
    options,
  );
  return makeDetector(imported, { ...origin, format: 'scikit-learn' }, options.featureNames);
}

const JSON_START = 0x7b;
const HEADER_LENGTH_BYTES = 8;

/** Safetensors: the length of a header, and the header, which is JSON. */
function isDetectorFile(bytes: Uint8Array): boolean {
  if (bytes.length <= HEADER_LENGTH_BYTES || bytes[HEADER_LENGTH_BYTES] !== JSON_START)
    return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_LENGTH_BYTES);
  return view.getBigUint64(0, true) <= bytes.length;
}

/** What pickles of protocol 2 and later begin with. */
const PROTOCOL = 0x80;

function pickleIn(unpacked: Uint8Array, fileName: string): PickleValue {
  if (unpacked[0] === PROTOCOL) return readPickle(unpacked);
  throw badModelFile(
    `${fileName} is neither a detector's file nor an ONNX model nor a pickle (protocol 2 or later, as joblib and pickle write it)`,
  );
}

/** Key of the version in which an ONNX model is written, its first field. */
const IR_VERSION_KEY = 0x08;

function isOnnxFile(bytes: Uint8Array): boolean {
  return bytes[0] === IR_VERSION_KEY;
}

function refuseOption(field: string, value: unknown): void {
  if (value === undefined) return;
  const message = `"${field}" is for models of other libraries; the file is a detector already`;
  throw new AnomalyPredictorError('bad-option', message, { field });
}

function inSharedMemory(bytes: Uint8Array): Uint8Array<SharedArrayBuffer> {
  if (bytes.buffer instanceof SharedArrayBuffer) return bytes as Uint8Array<SharedArrayBuffer>;
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return shared;
}

function describeFile({ fileName, bytes }: ModelFile): ImportProvenance['files'][number] {
  return { file: fileName, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** What a detector is called after a file, without its folder: 'my-model' of 'my model.pkl.gz'. */
export function nameAfter(fileName: string): string {
  const stem = fileName.replace(/\.[a-z0-9]+(\.(gz|bz2|lz4|xz|z|zlib))?$/i, '');
  const name = stem.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  return name.slice(0, 100) || 'imported';
}
