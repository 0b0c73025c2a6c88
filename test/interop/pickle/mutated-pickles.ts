// Damaged pickles: every one is either refused with a typed error, or holds a value that can be walked.

import { AnomalyPredictorError } from '../../../src/errors.js';
import { elements, float64s } from '../../../src/interop/pickle/numpy-elements.js';
import { readPickle } from '../../../src/interop/pickle/read-pickle.js';
import { readPickleFile } from '../../../src/interop/pickle/read-pickle-file.js';
import {
  NumpyArray,
  PickleDict,
  PickleObject,
  PickleSequence,
  type PickleValue,
} from '../../../src/interop/pickle/values.js';
import type { MersenneTwister } from '../../../src/training/mersenne-twister.js';

export type Outcome = 'read' | 'refused';

/** Reads and walks it; 'refused' when it or a part of it is, and any other error as it is. */
export function readDamaged(bytes: Uint8Array): Outcome {
  try {
    walk(readPickle(bytes));
    return 'read';
  } catch (error) {
    return refusedBy(error);
  }
}

/** The same for a file that may be compressed. */
export async function readDamagedFile(bytes: Uint8Array): Promise<Outcome> {
  try {
    walk(await readPickleFile(bytes));
    return 'read';
  } catch (error) {
    return refusedBy(error);
  }
}

function refusedBy(error: unknown): Outcome {
  if (error instanceof AnomalyPredictorError && error.tag === 'bad-model-file') return 'refused';
  throw error;
}

/** One to four changes at random: bits, opcodes, lengths, parts of `other`, ends. */
export function mutate(bytes: Uint8Array, other: Uint8Array, random: MersenneTwister): Uint8Array {
  let mutated: Uint8Array = Uint8Array.from(bytes);
  const below = (bound: number) => random.nextBelow(Math.max(bound, 1));
  for (let changes = 1 + below(4); changes > 0; changes--) {
    const at = below(mutated.length);
    const length = below(Math.min(64, mutated.length - at));
    const from = below(other.length);
    switch (below(7)) {
      case 0:
        mutated[at] ^= 1 << below(8);
        break;
      case 1:
        mutated[at] = below(256);
        break;
      case 2:
        mutated[at] = other[from];
        break;
      case 3:
        mutated.fill(below(2) * 0xff, at, at + below(9));
        break;
      case 4:
        mutated = splice(mutated, at, length, other.subarray(from, from + below(64)));
        break;
      case 5:
        mutated = splice(mutated, at, 0, mutated.subarray(at, at + length));
        break;
      default:
        mutated = splice(mutated, at, length, new Uint8Array(0));
    }
  }
  return mutated;
}

function splice(bytes: Uint8Array, at: number, length: number, inserted: Uint8Array): Uint8Array {
  return Uint8Array.from(
    Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + length)]),
  );
}

/** By recursion, which `readPickle` promises to be safe. */
function walk(value: PickleValue): void {
  if (value instanceof PickleSequence) value.items.forEach(walk);
  if (value instanceof PickleDict) [...value.entries.values()].forEach(walk);
  if (value instanceof PickleObject) {
    value.args.forEach(walk);
    if (value.state !== undefined) [...value.state.values()].forEach(walk);
  }
  if (value instanceof NumpyArray) {
    if (value.dtype.fields === undefined) elements(value).forEach(walk);
    else for (const name of value.dtype.fields.keys()) float64s(value, name);
  }
}
