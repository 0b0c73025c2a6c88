// Writes pickles byte by byte, those that Python would not write included. Opcodes: Python's
// Lib/pickletools.py. Parts of a pickle are `Part`s, put together by `pickle`.
export type Part = Uint8Array | number | string | readonly Part[];

/** A whole pickle: PROTO, the parts, STOP. */
export function pickle(...parts: readonly Part[]): Uint8Array {
  return bytesOf([0x80, 4, parts, '.']);
}

/** Numbers are bytes, texts are Latin-1. */
export function bytesOf(part: Part): Uint8Array {
  if (part instanceof Uint8Array) return part;
  if (typeof part === 'number') return Uint8Array.of(part);
  if (typeof part === 'string') return Buffer.from(part, 'latin1');
  return Buffer.concat(part.map(bytesOf));
}

export const NONE: Part = 'N';
export const YES: Part = 0x88;
const NO: Part = 0x89;
export const EMPTY_TUPLE: Part = ')';

/** 32 bits, signed. */
export function int(value: number): Part {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return ['J', bytes];
}

/** LONG1. */
export function long(value: bigint, length = 8): Part {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) bytes[i] = Number((value >> BigInt(8 * i)) & 0xffn);
  return [0x8a, length, bytes];
}

export function text(value: string): Part {
  const bytes = Buffer.from(value);
  return ['X', uint32(bytes.length), bytes];
}

export function data(bytes: Uint8Array): Part {
  return ['B', uint32(bytes.length), bytes];
}

export function tuple(...items: readonly Part[]): Part {
  return ['(', items, 't'];
}

export function list(...items: readonly Part[]): Part {
  return ['](', items, 'e'];
}

export function dict(...keysAndValues: readonly Part[]): Part {
  return ['}(', keysAndValues, 'u'];
}

/** Attributes of an object: texts with their values. */
export function attributes(values: Readonly<Record<string, Part>>): Part {
  return dict(...Object.entries(values).map(([name, value]) => [text(name), value]));
}

export function global(module: string, name: string): Part {
  return ['c', module, '\n', name, '\n'];
}

export function stackGlobal(module: string, name: string): Part {
  return [text(module), text(name), 0x93];
}

export function reduce(callee: Part, ...args: readonly Part[]): Part {
  return [callee, tuple(...args), 'R'];
}

export function build(target: Part, state: Part): Part {
  return [target, state, 'b'];
}

export function instance(module: string, name: string, state: Part): Part {
  return build([global(module, name), EMPTY_TUPLE, 0x81], state);
}

/** NumPy's dtype of a code such as `f8`; with `fields`, of records. */
export function dtype(code: string, byteOrder = '<', fields?: Part): Part {
  const made = reduce(global('numpy', 'dtype'), text(code), NO, YES);
  const names = fields ?? [NONE, NONE];
  const ends = [int(-1), int(-1), int(0)];
  return build(made, tuple(int(3), text(byteOrder), NONE, names, ...ends));
}

/** An array as protocols below 5 write it; `core` is NumPy's name of its core. */
export function array(
  dtype: Part,
  shape: readonly Part[],
  content: Part,
  { core = 'numpy.core', fortran = NO } = {},
): Part {
  const made = reduce(
    global(`${core}.multiarray`, '_reconstruct'),
    global('numpy', 'ndarray'),
    tuple(int(0)),
    data(Buffer.from('b')),
  );
  return build(made, tuple(int(1), tuple(...shape), dtype, fortran, content));
}

export function float64Bytes(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Float64Array.from(values).buffer);
}

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
