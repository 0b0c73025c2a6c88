// Hashes that stand in for random draws: what is sampled depends on what it is and on the seed alone, never on the order
// in which calls came or on what else did.
import type { Session } from '../session/session.js';
import { textHash } from '../session/text-hash.js';

export const HASHES = 2 ** 32;

/** Below HASHES: of the session, at whatever call of it. */
export function sessionHash(
  { client, startMs }: Pick<Session, 'client' | 'startMs'>,
  seed: number,
): number {
  return textHash(`${seed} ${startMs} ${client}`);
}

/** Another hash of `hash` for each `turn`, by the finaliser of MurmurHash3. */
export function turned(hash: number, turn: number): number {
  let mixed = hash ^ Math.imul(turn + 1, 0x9e3779b9);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
