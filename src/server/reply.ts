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

export function errorReply(error: unknown): Reply {
  const { tag, fields } = toErrorData(error);
  const { retryAfterSeconds, allow } = fields;
  const headers: Record<string, string> = {};
  if (retryAfterSeconds !== undefined) headers['Retry-After'] = String(retryAfterSeconds);
  if (allow !== undefined) headers.Allow = allow;
  if (tag === 'unauthenticated') headers['WWW-Authenticate'] = 'Bearer';
  return {
    status: STATUS_BY_TAG[tag],
    contentType: CONTENT_TYPES.json,
    body: JSON.stringify(errorDocument(error)),
    headers,
  };
}

/**
 * `{"error": message, "code": tag}` and, where they apply, `row`, `field`, `value` and `model`. What went wrong
 * inside is for the log, not for the client.
 */
export function errorDocument(error: unknown) {
  const { tag, message, fields } = toErrorData(error);
  if (STATUS_BY_TAG[tag] === STATUS_BY_TAG.internal) console.error(error);
  const { row, field, value, model } = fields;
  return {
    error: tag === 'internal' ? 'internal error' : message,
    code: tag,
    row,
    field,
    value,
    model,
  };
}
