// A pickle as it lies in a file: compressed or not.
import { decompress } from '../compression/decompress.js';
import { readPickle } from './read-pickle.js';
import type { PickleValue } from './values.js';

/**
 * The value that a file of Python's pickle or of joblib holds, see `readPickle`.
 * @throws AnomalyPredictorError `bad-model-file` that names what is wrong and, in the unpacked file, its
 * place
 */
export async function readPickleFile(bytes: Uint8Array): Promise<PickleValue> {
  return readPickle(await decompress(bytes));
}
