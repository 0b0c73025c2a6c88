// MessagePack by msgpackr, in its plain form: maps are objects, and none of msgpackr's own
// extensions is written; of those, only the records that its default encoder writes are read.
import { Packr, Unpackr } from 'msgpackr';
import { AnomalyPredictorError } from '../errors.js';
import { requirePlainTokens } from './msgpack-tokens.js';

const packr = new Packr({ useRecords: false, variableMapSize: true });
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, int64AsType: 'number' });

/** The document in `bytes`; throws `malformed-body` that says why it cannot be read. */
export function decodeMsgpack(bytes: Uint8Array): unknown {
  try {
    requirePlainTokens(bytes);
    return unpackr.unpack(unshared(bytes));
  } catch (cause) {
    throw new AnomalyPredictorError(
      'malformed-body',
      `not valid MessagePack: ${(cause as Error).message}`,
      {},
      { cause },
    );
  }
}

/** From shared memory msgpackr reads texts, and so the keys of rows, byte by byte. */
function unshared(bytes: Uint8Array): Uint8Array {
  return bytes.buffer instanceof SharedArrayBuffer ? Buffer.from(bytes) : bytes;
}

export function encodeMsgpack(document: unknown): Uint8Array {
  // A copy: msgpackr keeps writing to the memory behind what it returns.
  return new Uint8Array(packr.pack(document));
}
