// Replies of the application: documents, and errors in the one form that every endpoint shares.
import { STATUS_BY_TAG, toErrorData } from '../errors.js';
import type { Reply } from './http.js';

export const CONTENT_TYPES = {
  json: 'application/json',
  msgpack: 'application/msgpack',
  ndjson: 'application/x-ndjson',
} as const;

export function jsonReply(document: unknown): Reply {
  return { status: 200, contentType: CONTENT_TYPES.json, body: JSON.stringify(document) };
}

/** `{"error": message, "code": tag}` and, where they apply, `row`, `field`, `value` and `model`. */
export function errorReply(error: unknown): Reply {
  const { tag, message, fields } = toErrorData(error);
  const { retryAfterSeconds, allow, file: _, ...place } = fields;
  const headers: Record<string, string> = {};
  if (retryAfterSeconds !== undefined) headers['Retry-After'] = String(retryAfterSeconds);
  if (allow !== undefined) headers.Allow = allow;
  if (tag === 'unauthenticated') headers['WWW-Authenticate'] = 'Bearer';
  // What went wrong inside is for the log, not for the client.
  const shown = tag === 'internal' ? 'internal error' : message;
  return {
    status: STATUS_BY_TAG[tag],
    contentType: CONTENT_TYPES.json,
    body: JSON.stringify({ error: shown, code: tag, ...place }),
    headers,
  };
}
