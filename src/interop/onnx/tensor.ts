// A TensorProto as numbers or texts; every size is checked against the bytes that are there.
import { AnomalyPredictorError } from '../../errors.js';
import { badModelFile } from '../model-file-error.js';
import { type ElementType, elementTypeOf, TENSOR } from './format.js';
import { LIMITS } from './limits.js';
import { NumberList } from './number-list.js';
import { type FieldReader, readMessage } from './read-message.js';

export interface OnnxTensor {
  readonly name: string;
  readonly elementType: ElementType;
  readonly dimensions: readonly number[];
  /** Row-major; one for a scalar. Integers beyond 2⁵³ are refused. */
  readonly values: Float64Array | readonly string[];
}

interface RawReader {
  readonly bytes: number;
  read(view: DataView, offset: number): number;
}

const RAW_READERS: Readonly<Record<Exclude<ElementType, 'string'>, RawReader>> = {
  float: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  double: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  int32: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  int64: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  uint8: { bytes: 1, read: (view, at) => view.getUint8(at) },
  bool: { bytes: 1, read: (view, at) => view.getUint8(at) },
};

/** `place` names the tensor until its own name is known. */
export function readTensor(bytes: Uint8Array, place: string): OnnxTensor {
  let name = '';
  let code = 0;
  let raw: Uint8Array | undefined;
  const dimensions = new NumberList(Float64Array, LIMITS.dimensions);
  const numbers = new NumberList(Float64Array);
  const integers = new NumberList(Float64Array, LIMITS.integers);
  const texts: string[] = [];
  readMessage(bytes, place, (field) => {
    if (field.number === TENSOR.name) name = field.text();
    else if (field.number === TENSOR.elementType) code = field.integer();
    else if (field.number === TENSOR.dimensions) field.integersInto(dimensions);
    else if (field.number === TENSOR.rawData) raw = field.bytes();
    else if (field.number === TENSOR.strings) texts.push(field.text());
    else if (!readNumbers(field, numbers, integers)) refuseField(field, name || place);
  });
  const shownName = name === '' ? place : `tensor ${JSON.stringify(name)}`;
  const fail = (what: string) => badModelFile(`${shownName}: ${what}`);

  const elementType = elementTypeOf(code);
  if (elementType === undefined) throw fail(`elements of data type ${code} are not supported`);
  const shape = Array.from(dimensions.values);
  const negative = shape.find((length) => length < 0);
  if (negative !== undefined) throw fail(`it has a dimension of ${negative}`);
  const nElements = shape.reduce((product, length) => product * length, 1);
  const complete = (nPresent: number) => {
    if (nPresent !== nElements) {
      throw fail(`shape [${shape}] needs ${nElements} elements, the file has ${nPresent}`);
    }
  };

  const common = { name, elementType, dimensions: shape };
  if (elementType === 'string') {
    complete(texts.length);
    return { ...common, values: texts };
  }
  if (raw === undefined) {
    const { values } = integers.length > 0 ? integers : numbers;
    complete(values.length);
    return { ...common, values: values as Float64Array };
  }
  const { bytes: elementBytes, read } = RAW_READERS[elementType];
  complete(raw.length / elementBytes);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
  const values = new Float64Array(nElements);
  for (let i = 0; i < nElements; i++) values[i] = read(view, i * elementBytes);
  const unsafe = elementType === 'int64' ? values.find((v) => !Number.isSafeInteger(v)) : undefined;
  if (unsafe !== undefined) throw fail(`the integer ${unsafe} is too large`);
  return { ...common, values };
}

/** False where the field holds no numbers. */
function readNumbers(field: FieldReader, numbers: NumberList, integers: NumberList): boolean {
  if (field.number === TENSOR.floats) field.floatsInto(numbers);
  else if (field.number === TENSOR.doubles) field.doublesInto(numbers);
  else if (field.number === TENSOR.int32s || field.number === TENSOR.int64s) {
    field.integersInto(integers);
  } else return false;
  return true;
}

function refuseField(field: FieldReader, name: string): void {
  const isExternal =
    field.number === TENSOR.externalData ||
    (field.number === TENSOR.dataLocation && field.integer() !== 0);
  const what = isExternal
    ? 'its data are in another file, and other files are not read'
    : field.number === TENSOR.segment && 'segments are not supported';
  if (what) throw new AnomalyPredictorError('bad-model-file', `tensor ${name}: ${what}`);
}
