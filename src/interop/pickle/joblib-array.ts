// joblib's arrays (`joblib/numpy_pickle.py`): a NumpyArrayWrapper describes the array, and its data
// follows the BUILD of the wrapper in the stream:
//
//   bytes     content
//   1         n = length of the padding, where the wrapper has `numpy_array_alignment_bytes` (1.2.0)
//   n         padding
//   rest      shape × dtype in the wrapper's order and byte order; of dtype object: a pickle instead
import { type AllowedGlobal, classes } from './allowed-global.js';
import { expectDtype, refusal, unexpected } from './expect.js';
import { isArrayType, makeArray, readShape, showShape } from './numpy-array.js';
import { dtypeName, elementCount } from './numpy-elements.js';
import type { Reading } from './reading.js';
import { NumpyArray, type PickleObject, type PickleValue } from './values.js';

const MODULE = 'joblib.numpy_pickle';
const WRAPPER = 'NumpyArrayWrapper';

/** Not NDArrayWrapper nor ZNDArrayWrapper, whose data lies in other files. */
export const JOBLIB_GLOBALS: readonly AllowedGlobal[] = classes(MODULE, WRAPPER);

export function isArrayWrapper({ className }: PickleObject): boolean {
  return className === `${MODULE}.${WRAPPER}`;
}

/** The array that `wrapper` describes, from the cursor on. */
export function readRawArray(wrapper: PickleObject, reading: Reading): NumpyArray {
  if (!reading.hasRawArrays) throw refusal(reading, 'an array of joblib inside of another one');
  const attribute = (name: string): PickleValue => wrapper.state?.get(name) ?? null;
  const subclass = attribute('subclass');
  if (!isArrayType(subclass)) throw unexpected(reading, 'array', 'the type ndarray', subclass);
  const dtype = expectDtype(reading, 'dtype of an array', attribute('dtype'));
  if (dtype.kind === 'O') return readObjects(reading);

  const { cursor } = reading;
  if (attribute('numpy_array_alignment_bytes') !== null) cursor.take(cursor.uint8());
  const shape = attribute('shape');
  const lengths = readShape(shape, reading);
  const dataBytes = elementCount(lengths) * dtype.itemBytes;
  if (!(dataBytes <= cursor.left)) {
    throw refusal(
      reading,
      `cut off: an array of shape ${showShape(lengths)} and dtype ${dtypeName(dtype)} ` +
        `needs ${dataBytes} bytes, ${cursor.left} are left`,
    );
  }
  return makeArray(dtype, shape, attribute('order'), cursor.take(dataBytes), reading);
}

function readObjects(reading: Reading): NumpyArray {
  const array = reading.readNested();
  if (!(array instanceof NumpyArray)) throw unexpected(reading, 'objects', 'an ndarray', array);
  return array;
}
