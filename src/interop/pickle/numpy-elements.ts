// The elements of NumPy arrays as JavaScript's numbers and texts, whatever their dtype and byte order.
// Layouts: numpy.org/doc/stable/reference/arrays.dtypes.html.
import { badModelFile } from '../model-file-error.js';
import type { NumpyArray, NumpyDtype, PickleValue } from './values.js';

/**
 * Every element of a numeric or boolean array, row-major, in an array of its own; with `field`, that
 * field of every record of a structured array.
 * @throws AnomalyPredictorError `bad-model-file` for another dtype, a missing field, or an integer
 * that a float64 cannot hold
 */
export function float64s(array: NumpyArray, field?: string): Float64Array {
  const { dtype, offsetBytes } = field === undefined ? whole(array) : fieldOf(array, field);
  const read = numberReader(dtype);
  const { data } = array;
  if (read === undefined || !(data instanceof Uint8Array)) {
    throw badModelFile(`expected an array of numbers, got one of dtype ${dtypeName(dtype)}`);
  }
  const nElements = elementCount(array.shape);
  const stepBytes = array.dtype.itemBytes;
  const view = viewOf(data);
  const numbers = new Float64Array(nElements);
  for (let i = 0; i < nElements; i++) {
    const number = read(view, offsetBytes + i * stepBytes);
    if (typeof number === 'bigint') {
      throw badModelFile(`element ${i} of an array is ${number}, beyond what a float64 holds`);
    }
    numbers[i] = number;
  }
  return numbers;
}

/**
 * Every element, row-major: numbers (bigint beyond 2^53), booleans, texts, bytes, or what an object
 * array holds. Texts and bytes end before their padding of zeros.
 * @throws AnomalyPredictorError `bad-model-file` for a structured array
 */
export function elements(array: NumpyArray): readonly PickleValue[] {
  const { dtype, data, shape } = array;
  if (!(data instanceof Uint8Array)) return data;
  const items: PickleValue[] = [];
  for (let i = 0; i < elementCount(shape); i++) {
    items.push(readElement(dtype, data, i * dtype.itemBytes));
  }
  return items;
}

/** One element that starts at `offsetBytes` of `data`. */
export function readElement(dtype: NumpyDtype, data: Uint8Array, offsetBytes: number): PickleValue {
  const number = numberReader(dtype)?.(viewOf(data), offsetBytes);
  if (number !== undefined) return dtype.kind === 'b' ? number !== 0 : number;
  const bytes = data.subarray(offsetBytes, offsetBytes + dtype.itemBytes);
  if (dtype.kind === 'S') return withoutPadding(bytes);
  if (dtype.kind === 'U') return textOf(bytes, dtype.littleEndian);
  throw badModelFile(`expected numbers or texts, got dtype ${dtypeName(dtype)}`);
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** As NumPy writes it: `<f8`, `|b1`, `<U5`. */
export function dtypeName({ kind, itemBytes, littleEndian, fields }: NumpyDtype): string {
  if (fields !== undefined) return `structured [${[...fields.keys()].join(', ')}]`;
  const order = itemBytes === 1 || 'bSVO'.includes(kind) ? '|' : littleEndian ? '<' : '>';
  return `${order}${kind}${kind === 'U' ? itemBytes / 4 : itemBytes}`;
}

function whole({ dtype }: NumpyArray): { dtype: NumpyDtype; offsetBytes: number } {
  return { dtype, offsetBytes: 0 };
}

function fieldOf({ dtype }: NumpyArray, name: string) {
  const field = dtype.fields?.get(name);
  if (field === undefined) {
    throw badModelFile(`an array of dtype ${dtypeName(dtype)} has no field "${name}"`);
  }
  return field;
}

type ReadNumber = (view: DataView, offsetBytes: number) => number | bigint;

/** Undefined for a dtype that holds no numbers. */
function numberReader({ kind, itemBytes, littleEndian }: NumpyDtype): ReadNumber | undefined {
  switch (`${kind}${itemBytes}`) {
    case 'b1':
    case 'u1':
      return (view, at) => view.getUint8(at);
    case 'i1':
      return (view, at) => view.getInt8(at);
    case 'u2':
      return (view, at) => view.getUint16(at, littleEndian);
    case 'i2':
      return (view, at) => view.getInt16(at, littleEndian);
    case 'u4':
      return (view, at) => view.getUint32(at, littleEndian);
    case 'i4':
      return (view, at) => view.getInt32(at, littleEndian);
    case 'u8':
      return (view, at) => safeNumber(view.getBigUint64(at, littleEndian));
    case 'i8':
      return (view, at) => safeNumber(view.getBigInt64(at, littleEndian));
    case 'f4':
      return (view, at) => view.getFloat32(at, littleEndian);
    case 'f8':
      return (view, at) => view.getFloat64(at, littleEndian);
    default:
      return undefined;
  }
}

/** A whole number as a number where that is exact. */
export function safeNumber(integer: bigint): number | bigint {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}

/** UTF-32; zeros inside a text belong to it, those at its end are padding. */
function textOf(utf32: Uint8Array, littleEndian: boolean): string {
  const view = viewOf(utf32);
  const characters: string[] = [];
  let length = 0;
  for (let at = 0; at < utf32.length; at += 4) {
    const codePoint = view.getUint32(at, littleEndian);
    if (codePoint > 0x10ffff) throw badModelFile(`a text has no code point ${codePoint}`);
    characters.push(String.fromCodePoint(codePoint));
    if (codePoint !== 0) length = characters.length;
  }
  return characters.slice(0, length).join('');
}

function withoutPadding(bytes: Uint8Array): Uint8Array {
  let length = bytes.length;
  while (length > 0 && bytes[length - 1] === 0) length--;
  return bytes.subarray(0, length);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
