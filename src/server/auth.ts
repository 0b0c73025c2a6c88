// Bearer tokens. The server knows their SHA-256 hashes only and compares in constant time: every
// configured hash is compared with the hash of what came, whichever matches.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { AnomalyPredictorError } from '../errors.js';

const SCHEME = /^bearer +(\S+)$/i;
/** Longer headers are no tokens of ours and not worth hashing. */
const LONGEST_HEADER = 1_000;

/** Throws `unauthenticated` without a bearer token and `forbidden` with a wrong one. */
export type CheckToken = (authorization: string) => void;

/** `hashes`: SHA-256 of the accepted tokens, 64 hexadecimal digits each. */
export function tokenCheck(hashes: readonly string[]): CheckToken {
  const accepted = hashes.map((hash) => Buffer.from(hash, 'hex'));
  return function checkToken(authorization) {
    const token = authorization.length <= LONGEST_HEADER && SCHEME.exec(authorization)?.[1];
    if (!token) {
      throw new AnomalyPredictorError(
        'unauthenticated',
        'this endpoint needs a header "Authorization: Bearer TOKEN"',
      );
    }
    const presented = sha256(token);
    let matches = 0;
    for (const hash of accepted) if (timingSafeEqual(hash, presented)) matches++;
    if (matches === 0)
      throw new AnomalyPredictorError('forbidden', 'the bearer token is not accepted');
  };
}

export function newToken(): string {
  return randomBytes(24).toString('base64url');
}

export function tokenHash(token: string): string {
  return sha256(token).toString('hex');
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
