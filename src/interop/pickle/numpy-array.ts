// NumPy's arrays and scalars as pickles describe them (`numpy/core/src/multiarray/methods.c`,
// array_reduce and array_setstate; `numpy/core/numeric.py`, _frombuffer).
import { shorten } from '../../errors.js';
import {
  expectBytes,
  expectCount,
  expectDtype,
  expectTuple,
  refusal,
  unexpected,
} from './expect.js';
import { dtypeName, elementCount, readElement } from './numpy-elements.js';
import type { Reading } from './reading.js';
import { rowMajorSources } from './row-major.js';
import {
  NumpyArray,
  NumpyDtype,
  PickleGlobal,
  PickleSequence,
  type PickleValue,
  type Writable,
} from './values.js';

const MOST_DIMENSIONS = 64;
/** A text is put together of its code points. */
const COPIES_OF_TEXT = 4;
const INDEX_BYTES = Uint32Array.BYTES_PER_ELEMENT;

/** (subtype, (0,), b'b'): an empty array, for BUILD to fill. */
export function reconstructArray(
  args: readonly PickleValue[],
  reading: Reading,
  name: string,
): NumpyArray {
  const [subtype] = args;
  if (args.length !== 3 || !isArrayType(subtype)) {
    throw unexpected(reading, name, 'the type ndarray', subtype);
  }
  return new NumpyArray(new NumpyDtype('i', 1), [0], new Uint8Array(0));
}

/** State (version, shape, dtype, whether in Fortran order, bytes or list of objects). */
export function setArrayState(array: NumpyArray, state: PickleValue, reading: Reading): void {
  const [version, shape, dtype, inFortranOrder, data] = expectTuple(
    reading,
    'state of an ndarray',
    state,
    5,
  );
  if (version !== 1 || typeof inFortranOrder !== 'boolean') {
    throw refusal(reading, 'an ndarray of an unknown version');
  }
  const order = inFortranOrder ? 'F' : 'C';
  Object.assign(
    array as Writable<NumpyArray>,
    makeArray(expectDtype(reading, 'dtype of an ndarray', dtype), shape, order, data, reading),
  );
}

/** (bytes, dtype, shape, order): arrays of protocol 5. */
export function arrayFromBuffer(
  args: readonly PickleValue[],
  reading: Reading,
  name: string,
): NumpyArray {
  const [data, dtype, shape, order] = args;
  // NumPy 2.3 adds the order of axes, for arrays that are neither in C nor in Fortran order.
  if (args.length !== 4 && !(args.length === 5 && args[4] === null)) {
    throw refusal(reading, `${name} of ${args.length} arguments, not of 4`);
  }
  return makeArray(expectDtype(reading, name, dtype), shape, order, data, reading);
}

/** (dtype, bytes): one element. */
export function scalar(args: readonly PickleValue[], reading: Reading, name: string): PickleValue {
  const dtype = expectDtype(reading, name, args[0]);
  const bytes = expectBytes(reading, name, args[1]);
  if (args.length !== 2 || bytes.length !== dtype.itemBytes || 'VO'.includes(dtype.kind)) {
    throw refusal(reading, `${name} of ${bytes.length} bytes and dtype ${dtypeName(dtype)}`);
  }
  reading.budget.copy(COPIES_OF_TEXT * bytes.length, reading.offsetBytes);
  return readElement(dtype, bytes, 0);
}

/** Checks that `data` fills the shape exactly, and brings it into C order. */
export function makeArray(
  dtype: NumpyDtype,
  shape: PickleValue,
  order: PickleValue,
  data: PickleValue,
  reading: Reading,
): NumpyArray {
  const lengths = readShape(shape, reading);
  const items = dtype.kind === 'O' ? expectList(data, reading) : expectBytes(reading, 'data', data);
  const neededLength = elementCount(lengths) * (dtype.kind === 'O' ? 1 : dtype.itemBytes);
  if (items.length !== neededLength) {
    throw refusal(
      reading,
      `an array of shape ${showShape(lengths)} and dtype ${dtypeName(dtype)} ` +
        `needs ${neededLength} ${dtype.kind === 'O' ? 'objects' : 'bytes'}, got ${items.length}`,
    );
  }
  if (order !== 'C' && order !== 'F') {
    throw unexpected(reading, 'order of an array', '"C" or "F"', order);
  }
  // Objects are listed in C order whatever the order says (array_setstate, _setlist_pkl).
  const inFortranOrder = order === 'F' && lengths.length > 1 && items instanceof Uint8Array;
  const inCOrder = inFortranOrder ? toRowMajor(items, lengths, dtype, reading) : items;
  return new NumpyArray(dtype, lengths, inCOrder);
}

export function readShape(shape: PickleValue, reading: Reading): readonly number[] {
  const lengths = expectTuple(reading, 'shape of an array', shape);
  if (lengths.length > MOST_DIMENSIONS) {
    throw refusal(reading, `an array of ${lengths.length} dimensions`);
  }
  return lengths.map((length) => expectCount(reading, 'length of an axis', length));
}

export function showShape(shape: readonly number[]): string {
  return `(${shorten(shape.join(', '))})`;
}

export function isArrayType(value: PickleValue): boolean {
  return (
    value instanceof PickleGlobal &&
    (value.name === 'numpy.ndarray' || value.name === 'numpy.memmap')
  );
}

function expectList(value: PickleValue, reading: Reading): readonly PickleValue[] {
  if (!(value instanceof PickleSequence)) {
    throw unexpected(reading, 'data of dtype object', 'a list', value);
  }
  return value.items;
}

function toRowMajor(
  bytes: Uint8Array,
  shape: readonly number[],
  { itemBytes }: NumpyDtype,
  reading: Reading,
): Uint8Array {
  const nElements = elementCount(shape);
  reading.budget.copy(nElements * (INDEX_BYTES + itemBytes), reading.offsetBytes);
  const sources = rowMajorSources(shape);
  const data = new Uint8Array(bytes.length);
  for (let target = 0; target < nElements; target++) {
    const start = sources[target] * itemBytes;
    for (let i = 0; i < itemBytes; i++) data[target * itemBytes + i] = bytes[start + i];
  }
  return data;
}
