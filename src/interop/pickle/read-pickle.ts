// Reads Python pickles of protocols 2 to 5 and joblib's files, as inert values: nothing in the file is
// run, resolved or opened, and what is not on the allow-list is refused by name and place.
import { badModelFile } from '../model-file-error.js';
import { ByteCursor } from './byte-cursor.js';
import { checkExtent } from './check-extent.js';
import { Budget, PICKLE_LIMITS, type PickleLimits } from './limits.js';
import { PickleMachine } from './pickle-machine.js';
import type { PickleValue } from './values.js';

/**
 * The value that `bytes` (not compressed) hold. It may share their memory, never holds itself, and can
 * be walked by recursion.
 * @throws AnomalyPredictorError `bad-model-file` that names what is wrong and its place
 */
export function readPickle(bytes: Uint8Array, limits: PickleLimits = PICKLE_LIMITS): PickleValue {
  const cursor = new ByteCursor(bytes);
  const budget = new Budget(limits, bytes.length);
  const value = new PickleMachine(cursor, budget, { hasRawArrays: true }).run();
  if (cursor.left > 0) {
    throw badModelFile(
      `pickle: ${cursor.left} bytes after its end at byte ${cursor.offsetBytes}; ` +
        'a file may hold one object only',
    );
  }
  checkExtent(value, limits, bytes.length);
  return value;
}
