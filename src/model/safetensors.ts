// The safetensors container (github.com/huggingface/safetensors): a JSON table of tensors, then their raw
// little-endian data. Nothing in it runs, and every size is checked before anything is allocated.
//
//   offset        bytes        content
//   0             8            n = length of the table, uint64
//   8             n            {"__metadata__": {string: string}, NAME: {dtype, shape, data_offsets: [begin, end]}}
//   8 + n         rest         tensors, without gaps; offsets count from here
//
// The writer pads the table with spaces to a multiple of 8 and writes wide types first, so that every
// tensor is aligned and can be read in place.
import * as v from 'valibot';
import { AnomalyPredictorError, showValue } from '../errors.js';
import { firstViolation } from './schema-violation.js';

const ARRAY_BY_DTYPE = { F64: Float64Array, F32: Float32Array, I32: Int32Array } as const;
type Dtype = keyof typeof ARRAY_BY_DTYPE;

/** Array types that a container holds, by safetensors' name of the element type. */
export interface ArrayByDtype {
  F64: Float64Array;
  F32: Float32Array;
  I32: Int32Array;
}

export interface Tensor<D extends Dtype = Dtype> {
  readonly dtype: D;
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: ArrayByDtype[D];
}

export interface Container {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

const Metadata = v.record(v.string(), v.string());
const length = v.pipe(v.number(), v.safeInteger('a whole number below 2^53'), v.minValue(0));
const offset = v.pipe(v.number(), v.integer('a whole number'), v.minValue(0));
const TableEntry = v.strictObject({
  dtype: v.string(),
  shape: v.array(length),
  data_offsets: v.strictTuple([offset, offset]),
});
type TableEntry = v.InferOutput<typeof TableEntry>;

const LENGTH_BYTES = 8;
const LONGEST_TABLE_BYTES = 16 * 1024 * 1024;
const MOST_TENSORS = 1_000;

export function encodeSafetensors(container: Container): Uint8Array<SharedArrayBuffer> {
  const byWidth = [...container.tensors].sort(
    ([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT,
  );
  const table: [string, unknown][] = [['__metadata__', container.metadata]];
  let dataBytes = 0;
  for (const [name, { dtype, shape, data }] of byWidth) {
    const data_offsets = [dataBytes, dataBytes + data.byteLength];
    table.push([name, { dtype, shape, data_offsets }]);
    dataBytes += data.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(table)));
  const tableBytes = Math.ceil(text.length / 8) * 8;

  const bytes = new Uint8Array(new SharedArrayBuffer(LENGTH_BYTES + tableBytes + dataBytes));
  new DataView(bytes.buffer).setBigUint64(0, BigInt(tableBytes), true);
  bytes.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + tableBytes);
  bytes.set(text, LENGTH_BYTES);
  let offsetBytes = LENGTH_BYTES + tableBytes;
  for (const [, { data }] of byWidth) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offsetBytes);
    offsetBytes += data.byteLength;
  }
  return bytes;
}

/** Tensors are views of `bytes` where they are aligned, copies where a foreign writer left them unaligned. */
export function decodeSafetensors(bytes: Uint8Array): Container {
  const { table, dataStart } = readTable(bytes);
  const { __metadata__: metadata = {}, ...entries } = table;
  if (Array.isArray(metadata) || !v.is(Metadata, metadata))
    throw broken('"__metadata__" is not a table of strings');

  const names = Object.keys(entries);
  if (names.length > MOST_TENSORS) {
    throw broken(`${names.length} tensors, at most ${MOST_TENSORS} are allowed`);
  }
  const tensors = new Map<string, Tensor>();
  for (const name of names) {
    tensors.set(name, readTensor(bytes, dataStart, name, entries[name]));
  }
  checkCoverage(entries as Record<string, TableEntry>, bytes.length - dataStart);
  return { metadata, tensors };
}

function readTable(bytes: Uint8Array): { table: Record<string, unknown>; dataStart: number } {
  if (bytes.length < LENGTH_BYTES)
    throw broken(`the file has ${bytes.length} bytes, too few for a header`);
  const declared = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const left = bytes.length - LENGTH_BYTES;
  if (declared > BigInt(Math.min(left, LONGEST_TABLE_BYTES))) {
    throw broken(
      declared > BigInt(left)
        ? `the header declares ${declared} bytes, but only ${left} follow`
        : `the header declares ${declared} bytes, at most ${LONGEST_TABLE_BYTES} are allowed`,
    );
  }
  const dataStart = LENGTH_BYTES + Number(declared);
  let table: unknown;
  try {
    // A copy: TextDecoder does not read shared memory.
    table = JSON.parse(
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.slice(LENGTH_BYTES, dataStart)),
    );
  } catch (cause) {
    throw broken('the header is not JSON in UTF-8', { cause });
  }
  if (typeof table !== 'object' || table === null || Array.isArray(table)) {
    throw broken('the header is not a JSON object');
  }
  return { table: table as Record<string, unknown>, dataStart };
}

function readTensor(bytes: Uint8Array, dataStart: number, name: string, entry: unknown): Tensor {
  if (!v.is(TableEntry, entry)) {
    throw broken(`tensor "${name}"${firstViolation(TableEntry, entry)}`);
  }
  const { dtype, shape, data_offsets } = entry;
  const [begin, end] = data_offsets;
  if (!Object.hasOwn(ARRAY_BY_DTYPE, dtype)) {
    throw broken(`tensor "${name}" has element type ${showValue(dtype)}`);
  }
  const TypedArray = ARRAY_BY_DTYPE[dtype as Dtype];
  const dataBytes = bytes.length - dataStart;
  if (end < begin || end > dataBytes) {
    throw broken(`tensor "${name}" lies at ${begin}–${end}, outside of ${dataBytes} bytes of data`);
  }
  const nElements = shape.reduce((product, length) => product * length, 1);
  if (nElements * TypedArray.BYTES_PER_ELEMENT !== end - begin) {
    throw broken(`tensor "${name}" of shape [${shape}] does not fill its ${end - begin} bytes`);
  }
  const start = bytes.byteOffset + dataStart + begin;
  const aligned = start % TypedArray.BYTES_PER_ELEMENT === 0;
  // The copy is made by the constructor: a Buffer's own `slice` would share its memory.
  const { buffer } = aligned
    ? bytes
    : new Uint8Array(bytes.subarray(dataStart + begin, dataStart + end));
  // The cast is for the type alone: the constructors take shared memory too.
  const data = new TypedArray(buffer as ArrayBuffer, aligned ? start : 0, nElements);
  return { dtype: dtype as Dtype, shape, data };
}

/** Tensors neither overlap nor leave gaps: every byte of the data belongs to exactly one. */
function checkCoverage(entries: Record<string, TableEntry>, dataBytes: number): void {
  const ranges = Object.entries(entries)
    .map(([name, { data_offsets }]) => ({ name, begin: data_offsets[0], end: data_offsets[1] }))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const { name, begin, end } of ranges) {
    if (begin !== covered) {
      throw broken(`tensor "${name}" starts at ${begin}, expected ${covered}`);
    }
    covered = end;
  }
  if (covered !== dataBytes) throw broken(`${dataBytes - covered} bytes after the last tensor`);
}

function broken(what: string, options?: ErrorOptions): AnomalyPredictorError {
  return new AnomalyPredictorError(
    'bad-detector-file',
    `not a valid safetensors file: ${what}`,
    {},
    options,
  );
}
