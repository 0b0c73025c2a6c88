// NumPy's element types as pickles describe them: dtype('f8', False, True), then the state
// (version, byte order, subarray, names, fields, size, alignment, flags); see
// `numpy/core/src/multiarray/descriptor.c`, arraydescr_reduce.
import {
  expectCount,
  expectDtype,
  expectText,
  expectTuple,
  refusal,
  unexpected,
} from './expect.js';
import type { Reading } from './reading.js';
import {
  NumpyDtype,
  type NumpyField,
  type NumpyKind,
  PickleDict,
  type PickleValue,
  type Writable,
} from './values.js';

/** As NumPy writes them: `b1`, `i8`, `f4`, `U5`, `S3`, `V56`, `O8`. */
const CODE = /^(?:(b)(1)|([iu])([1248])|(f)([48])|([USV])([1-9]\d{0,8})|(O)(8))$/;
const UTF_32_BYTES = 4;

/** Of the first item; the others are about copies in memory. */
export function constructDtype(
  args: readonly PickleValue[],
  reading: Reading,
  name: string,
): NumpyDtype {
  const code = expectText(reading, name, args[0]);
  const [kind, size] =
    CODE.exec(code)
      ?.slice(1)
      .filter((part) => part !== undefined) ?? [];
  if (kind === undefined) throw unexpected(reading, name, 'a known element type', code);
  const width = kind === 'U' ? UTF_32_BYTES : 1;
  return new NumpyDtype(kind as NumpyKind, width * Number(size));
}

/** Sets the byte order and the fields; neither changes the size of an element. */
export function setDtypeState(dtype: NumpyDtype, state: PickleValue, reading: Reading): void {
  const items = expectTuple(reading, 'state of a dtype', state, 8, 9);
  const [version, byteOrder, subarray, names, fields, itemBytes] = items;
  if (version !== 3 && version !== 4) throw refusal(reading, 'a dtype of an unknown version');
  if (byteOrder !== '<' && byteOrder !== '>' && byteOrder !== '|') {
    throw unexpected(reading, 'byte order of a dtype', '"<", ">" or "|"', byteOrder);
  }
  if (subarray !== null) throw refusal(reading, 'a dtype of subarrays is not supported');
  if (itemBytes !== -1 && itemBytes !== dtype.itemBytes) {
    throw unexpected(reading, 'size of a dtype', `${dtype.itemBytes}`, itemBytes);
  }
  const target = dtype as Writable<NumpyDtype>;
  target.littleEndian = byteOrder !== '>';
  if (names !== null) target.fields = readFields(dtype, names, fields, reading);
}

function readFields(
  dtype: NumpyDtype,
  names: PickleValue,
  fields: PickleValue,
  reading: Reading,
): ReadonlyMap<string, NumpyField> {
  if (dtype.kind !== 'V' || !(fields instanceof PickleDict)) {
    throw refusal(reading, 'a structured dtype without fields');
  }
  const fieldByName = new Map<string, NumpyField>();
  for (const item of expectTuple(reading, 'names of fields', names)) {
    const name = expectText(reading, 'name of a field', item);
    const entry = expectTuple(reading, `field "${name}"`, fields.entries.get(name), 2);
    const field = {
      dtype: expectDtype(reading, `field "${name}"`, entry[0]),
      offsetBytes: expectCount(reading, `offset of field "${name}"`, entry[1]),
    };
    if (!'biuf'.includes(field.dtype.kind)) {
      throw refusal(reading, `field "${name}" holds no numbers`);
    }
    if (field.offsetBytes + field.dtype.itemBytes > dtype.itemBytes) {
      throw refusal(reading, `field "${name}" lies outside of its record`);
    }
    fieldByName.set(name, field);
  }
  return fieldByName;
}
