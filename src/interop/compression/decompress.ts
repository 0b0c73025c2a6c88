// The compressions that joblib writes, recognised by their first bytes. No more is unpacked than a model
// of the file's size may need, so that a small file cannot fill the memory.
import { gunzipSync, inflateSync, type ZlibOptions } from 'node:zlib';
import { AnomalyPredictorError } from '../../errors.js';
import { badModelFile } from '../model-file-error.js';
import { tooLarge } from './bounded-output.js';
import { decompressBzip2 } from './bzip2.js';
import { decompressLz4 } from './lz4-frame.js';
import { decompressXz } from './xz.js';

export interface DecompressionLimits {
  /** What may always be unpacked, bytes, … */
  readonly bytes: number;
  /** … and how many times the size of a larger file. Trees shrink to a tenth, rarely more. */
  readonly expansion: number;
}

const DECOMPRESSION_LIMITS: DecompressionLimits = {
  bytes: 32 * 1024 ** 2,
  expansion: 32,
};

type Decompress = (bytes: Uint8Array, mostBytes: number) => Uint8Array | Promise<Uint8Array>;

interface Compression {
  readonly name: string;
  /** The first bytes of such a file. */
  readonly magic: readonly number[];
  readonly decompress: Decompress;
}

const COMPRESSIONS: readonly Compression[] = [
  { name: 'zlib', magic: [0x78], decompress: byZlib(inflateSync) },
  { name: 'gzip', magic: [0x1f, 0x8b], decompress: byZlib(gunzipSync) },
  { name: 'bzip2', magic: [0x42, 0x5a, 0x68], decompress: decompressBzip2 },
  { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], decompress: decompressXz },
  { name: 'lz4', magic: [0x04, 0x22, 0x4d, 0x18], decompress: decompressLz4 },
  { name: 'lzma', magic: [0x5d, 0x00, 0x00], decompress: refuse('lzma') },
  { name: 'joblib before 0.10', magic: [0x5a, 0x46], decompress: refuse('joblib before 0.10') },
];

/**
 * What the file holds: unpacked if it is compressed, `bytes` themselves if not.
 * @throws AnomalyPredictorError `bad-model-file` when it is damaged, too large or of a compression that
 * is not read
 */
export async function decompress(
  bytes: Uint8Array,
  limits: DecompressionLimits = DECOMPRESSION_LIMITS,
): Promise<Uint8Array> {
  const compression = COMPRESSIONS.find(({ magic }) => magic.every((byte, i) => bytes[i] === byte));
  if (compression === undefined) return bytes;
  const mostBytes = Math.max(limits.bytes, limits.expansion * bytes.length);
  try {
    return await compression.decompress(bytes, mostBytes);
  } catch (cause) {
    if (cause instanceof AnomalyPredictorError) throw cause;
    throw badModelFile(`not a valid ${compression.name} file: ${(cause as Error).message}`, cause);
  }
}

function byZlib(inflate: (bytes: Uint8Array, options: ZlibOptions) => Uint8Array): Decompress {
  return (bytes, mostBytes) => {
    try {
      return inflate(bytes, { maxOutputLength: mostBytes });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
        throw tooLarge(mostBytes);
      }
      throw error;
    }
  };
}

function refuse(name: string): Decompress {
  return () => {
    throw badModelFile(
      `files of ${name} are not read; load the model in Python and write it anew: ` +
        'joblib.dump(model, file, compress=3)',
    );
  };
}
