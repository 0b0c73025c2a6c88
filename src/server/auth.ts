// Bearer tokens. The server is told their SHA-256 hashes only and compares in constant time: every
// configured hash is compared with the hash of what came, whichever matches.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { AnomalyPredictorError } from '../errors.js';

const SCHEME = /^bearer +(\S+)$/i;
/** Headers of so many bytes are no tokens of ours and not worth hashing. */
const LONGEST_HEADER = 1_000;

/** Throws `unauthenticated` without a bearer token and `forbidden` with a wrong one. */
export type CheckToken = (authorization: string) => void;

/** `hashes`: SHA-256 of the accepted tokens, 64 hexadecimal digits each. `refusal`: what is said of others. */
export function tokenCheck(
  hashes: readonly string[],
  refusal = 'the bearer token is not accepted',
): CheckToken {
  const accepted = hashes.map((hash) => Buffer.from(hash, 'hex'));
  // The header that last brought each token; to compare with it costs a tenth of hashing again.
  const known: (Buffer | undefined)[] = hashes.map(() => undefined);
  const header = Buffer.alloc(LONGEST_HEADER);

  return function checkToken(authorization) {
    const length = header.write(authorization);
    const bytes = header.subarray(0, length);
    if (length < LONGEST_HEADER && placesOf(bytes, known).length > 0) return;
    const token = length < LONGEST_HEADER && SCHEME.exec(authorization)?.[1];
    if (!token) {
      throw new AnomalyPredictorError(
        'unauthenticated',
        'this endpoint needs a header "Authorization: Bearer TOKEN"',
      );
    }
    const places = placesOf(sha256(token), accepted);
    if (places.length === 0) throw new AnomalyPredictorError('forbidden', refusal);
    for (const place of places) known[place] = Buffer.from(bytes);
  };
}
/** Where in `candidates` the same bytes are; how many of them are right does not show in the time. */
function placesOf(bytes: Buffer, candidates: readonly (Buffer | undefined)[]): number[] {
  const places: number[] = [];
  for (const [place, candidate] of candidates.entries()) {
    if (candidate?.length === bytes.length && timingSafeEqual(candidate, bytes)) places.push(place);
  }
  return places;
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
