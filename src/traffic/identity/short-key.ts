// Keys of bounded length: what a client sends may be as long as it likes, and may be a secret.
import { createHash } from 'node:crypto';

export const LONGEST_KEY = 64;
const HASH_PREFIX = 'sha256:';
/** 128 bits in base64. */
const HASH_LENGTH = 22;

/** `text` itself where it is short. No text comes out as the hash of another. */
export function shortKey(text: string): string {
  return text.length > LONGEST_KEY || text.startsWith(HASH_PREFIX) ? hashedKey(text) : text;
}

/** For what must not be kept or shown, as API keys and session cookies. */
export function hashedKey(text: string): string {
  return HASH_PREFIX + createHash('sha256').update(text).digest('base64url').slice(0, HASH_LENGTH);
}
