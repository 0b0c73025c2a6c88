// JSON in UTF-8, strictly: bytes that are not UTF-8 are refused rather than replaced.
import { isUtf8 } from 'node:buffer';
import { AnomalyPredictorError } from '../errors.js';

const encoder = new TextEncoder();

/** The document in `bytes`; throws `malformed-body` that says where it breaks. */
export function decodeJson(bytes: Uint8Array): unknown {
  return parseJson(decodeUtf8(bytes));
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw malformed((cause as Error).message, cause);
  }
}

function decodeUtf8(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw malformed('the bytes are not UTF-8');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

export function encodeJson(document: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(document));
}

function malformed(what: string, cause?: unknown): AnomalyPredictorError {
  return new AnomalyPredictorError('malformed-body', `not valid JSON: ${what}`, {}, { cause });
}
