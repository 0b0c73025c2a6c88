import { describe, expect, it } from 'vitest';
import {
  type Container,
  decodeSafetensors,
  encodeSafetensors,
  type Tensor,
} from '../../src/model/safetensors.js';
import { thrownBy } from '../support/thrown-by.js';

const SAMPLE: Container = {
  metadata: { format: 'sample', note: 'naïve 数' },
  tensors: new Map<string, Tensor>([
    ['steps', { dtype: 'I32', shape: [3], data: Int32Array.of(1, -2, 3) }],
    ['weights', { dtype: 'F64', shape: [2, 2], data: Float64Array.of(0.1, -0, Math.PI, 5e-324) }],
    ['limits', { dtype: 'F32', shape: [1], data: Float32Array.of(Number.POSITIVE_INFINITY) }],
    ['none', { dtype: 'F64', shape: [0, 7], data: new Float64Array(0) }],
  ]),
};

/** A container with `table` as its header, as another program might write it: unpadded. */
function containerOf(table: unknown, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const header = Buffer.from(typeof table === 'string' ? table : JSON.stringify(table));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Uint8Array.from(Buffer.concat([length, header, data]));
}

const bytesOf = (data: ArrayBufferView) =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

function refusal(bytes: Uint8Array): string {
  const error = thrownBy(() => decodeSafetensors(bytes));
  expect(error.tag).toBe('bad-detector-file');
  return error.message;
}

/** The refusal of one F64 tensor `x` of 16 bytes with `changes` in its description. */
function refusalOf(changes: object, data: Uint8Array = new Uint8Array(16)): string {
  const entry = { dtype: 'F64', shape: [2], data_offsets: [0, 16], ...changes };
  return refusal(containerOf({ x: entry }, data));
}

describe('a safetensors container', () => {
  it('gives back the metadata and every tensor bit by bit', () => {
    const { metadata, tensors } = decodeSafetensors(encodeSafetensors(SAMPLE));
    expect(metadata).toEqual(SAMPLE.metadata);
    expect([...tensors.keys()].sort()).toEqual([...SAMPLE.tensors.keys()].sort());
    for (const [name, { dtype, shape, data }] of SAMPLE.tensors) {
      const read = tensors.get(name);
      expect(read).toMatchObject({ dtype, shape });
      expect(read?.data.constructor).toBe(data.constructor);
      expect(bytesOf(read?.data as Tensor['data'])).toEqual(bytesOf(data));
    }
  });

  it('is written the same, byte by byte, when it was read before', () => {
    const bytes = encodeSafetensors(SAMPLE);
    expect(encodeSafetensors(decodeSafetensors(bytes))).toEqual(bytes);
  });

  it('follows the published layout, so that other programs can read it', () => {
    const bytes = encodeSafetensors(SAMPLE);
    const view = new DataView(bytes.buffer);
    const headerBytes = Number(view.getBigUint64(0, true));
    const table = JSON.parse(Buffer.from(bytes.slice(8, 8 + headerBytes)).toString());
    expect(table.__metadata__).toEqual(SAMPLE.metadata);
    expect(table.weights).toEqual({ dtype: 'F64', shape: [2, 2], data_offsets: [0, 32] });
    const { data_offsets } = table.steps;
    expect(view.getInt32(8 + headerBytes + data_offsets[0] + 4, true)).toBe(-2);
    expect(8 + headerBytes + 32 + 12 + 4).toBe(bytes.length);
  });

  it('holds tensors as views of its own memory, not as copies', () => {
    const bytes = encodeSafetensors(SAMPLE);
    for (const { data } of decodeSafetensors(bytes).tensors.values()) {
      expect(data.buffer).toBe(bytes.buffer);
    }
  });

  it.each([
    ['a Uint8Array', (bytes: Uint8Array) => bytes],
    ['a Buffer', (bytes: Uint8Array) => Buffer.from(bytes)],
    ['a part of a larger Buffer', (bytes: Uint8Array) => Buffer.from([9, ...bytes]).subarray(1)],
  ])('reads tensors that another program left unaligned, from %s', (_, wrap) => {
    const data = new Uint8Array(1 + 4 + 16);
    data.set(bytesOf(Int32Array.of(-7)), 0);
    data.set(bytesOf(Float64Array.of(1.5, -2.5)), 4);
    for (const padding of ['', ' ', '  ', '   ']) {
      const table = {
        i: { dtype: 'I32', shape: [1], data_offsets: [0, 4] },
        x: { dtype: 'F64', shape: [2], data_offsets: [4, 20] },
      };
      const bytes = containerOf(JSON.stringify(table) + padding, data.subarray(0, 20));
      const { tensors } = decodeSafetensors(wrap(bytes));
      expect([...(tensors.get('i')?.data ?? [])]).toEqual([-7]);
      expect([...(tensors.get('x')?.data ?? [])]).toEqual([1.5, -2.5]);
    }
  });

  it('needs no metadata, and no tensors', () => {
    expect(decodeSafetensors(containerOf({}))).toEqual({ metadata: {}, tensors: new Map() });
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''])(
    'takes "%s" as the name of a tensor like any other',
    (name) => {
      const tensor: Tensor = { dtype: 'F64', shape: [1], data: Float64Array.of(4) };
      const container = { metadata: {}, tensors: new Map([[name, tensor]]) };
      const { tensors } = decodeSafetensors(encodeSafetensors(container));
      expect([...tensors.keys()]).toEqual([name]);
      expect(tensors.get(name)).toMatchObject({ shape: [1], dtype: 'F64' });
      expect({}).not.toHaveProperty('shape');
    },
  );
});

describe('a damaged safetensors container is refused', () => {
  it('cut off after any number of bytes', () => {
    const bytes = encodeSafetensors(SAMPLE);
    for (let length = 0; length < bytes.length; length++) refusal(bytes.slice(0, length));
    expect(refusal(bytes.slice(0, 7))).toContain('the file has 7 bytes, too few for a header');
    expect(refusal(bytes.slice(0, -1))).toContain('outside of');
  });

  it('with bytes behind its end', () => {
    expect(refusal(containerOf({}, new Uint8Array(3)))).toContain('3 bytes after the last tensor');
  });

  it('with a header that is longer than the file, however long', () => {
    const bytes = encodeSafetensors(SAMPLE);
    for (const declared of [BigInt(bytes.length), 2n ** 31n, 2n ** 53n, 2n ** 64n - 1n]) {
      const copy = bytes.slice();
      new DataView(copy.buffer).setBigUint64(0, declared, true);
      expect(refusal(copy)).toContain(
        `the header declares ${declared} bytes, but only ${bytes.length - 8} follow`,
      );
    }
  });

  it('with a header over 16 MiB, before it is read', () => {
    const header = ' '.repeat(16 * 1024 * 1024 + 1);
    expect(refusal(containerOf(header))).toContain('declares 16777217 bytes, at most 16777216');
  });

  it.each([
    ['no JSON', '{"x":'],
    ['nothing', ''],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]).toString('latin1')],
  ])('with a header of %s', (_, header) => {
    const bytes = containerOf('.'.repeat(header.length));
    bytes.set(Buffer.from(header, 'latin1'), 8);
    expect(refusal(bytes)).toContain('the header is not JSON in UTF-8');
  });

  it.each(['null', '7', '"x"', '[]'])('with the header %s', (header) => {
    expect(refusal(containerOf(header))).toContain('the header is not a JSON object');
  });

  it.each([[null], ['text'], [[]], [{ note: 7 }], [{ note: null }]])(
    'with the metadata %j',
    (metadata) => {
      expect(refusal(containerOf({ __metadata__: metadata }))).toContain(
        '"__metadata__" is not a table of strings',
      );
    },
  );

  it('with more tensors than any detector has', () => {
    const entry = { dtype: 'F64', shape: [0], data_offsets: [0, 0] };
    const table = Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`t${i}`, entry]));
    expect(refusal(containerOf(table))).toContain('1001 tensors, at most 1000 are allowed');
  });

  it('with a tensor whose description is incomplete or of wrong types, by name and place', () => {
    expect(refusal(containerOf({ x: null }))).toContain('tensor "x" expected Object, got null');
    expect(refusal(containerOf({ x: {} }))).toContain('tensor "x".dtype is missing');
    expect(refusalOf({ dtype: 7 })).toContain('tensor "x".dtype expected string, got 7');
    expect(refusalOf({ shape: 2 })).toContain('tensor "x".shape expected Array, got 2');
    expect(refusalOf({ shape: [2.5] })).toContain(
      'tensor "x".shape.0 expected a whole number below 2^53, got 2.5',
    );
    expect(refusalOf({ shape: ['2'] })).toContain('tensor "x".shape.0 expected number, got "2"');
    expect(refusalOf({ shape: [-2] })).toContain('tensor "x".shape.0 expected >=0, got -2');
    expect(refusalOf({ data_offsets: [0] })).toContain('tensor "x".data_offsets');
    expect(refusalOf({ data_offsets: [-16, 0] })).toContain(
      'tensor "x".data_offsets.0 expected >=0, got -16',
    );
    expect(refusalOf({ extra: 1 })).toContain('tensor "x".extra is not known');
  });

  it.each(['F16', 'f64', 'U8', '__proto__', 'constructor'])('with elements of type %s', (dtype) => {
    expect(refusalOf({ dtype })).toContain(`tensor "x" has element type "${dtype}"`);
  });

  it.each([
    ['2^53', [2 ** 53]],
    ['more than 2^53 in all', [2 ** 32, 2 ** 32]],
    ['more than any number holds', new Array(100).fill(2 ** 50)],
    ['that, times nothing', [...new Array(100).fill(2 ** 50), 0]],
    ['two billion', [2 ** 31]],
  ])('with a shape of %s elements, before anything is allocated', (_, shape) => {
    const before = process.memoryUsage().arrayBuffers;
    const message = refusalOf({ shape });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
    expect(message).toMatch(/does not fill its 16 bytes|expected a whole number below/);
  });

  it('with offsets outside of the data, or backwards', () => {
    expect(refusalOf({ data_offsets: [0, 24] })).toContain(
      'tensor "x" lies at 0–24, outside of 16',
    );
    expect(refusalOf({ data_offsets: [0, 1e300] })).toContain('outside of 16 bytes of data');
    expect(refusalOf({ data_offsets: [16, 0] })).toContain('tensor "x" lies at 16–0');
  });

  it('with a shape that does not fill the tensor', () => {
    expect(refusalOf({ shape: [1] })).toContain('shape [1] does not fill its 16 bytes');
    expect(refusalOf({ dtype: 'F32' })).toContain('shape [2] does not fill its 16 bytes');
    expect(refusalOf({ shape: [] })).toContain('shape [] does not fill its 16 bytes');
  });

  it('with tensors that overlap or leave gaps, in any order', () => {
    const tensor = (begin: number, end: number) => ({
      dtype: 'F64',
      shape: [(end - begin) / 8],
      data_offsets: [begin, end],
    });
    const data = new Uint8Array(32);
    const layout = (table: object) => refusal(containerOf(table, data));
    expect(layout({ x: tensor(0, 16), y: tensor(8, 32) })).toContain(
      'tensor "y" starts at 8, expected 16',
    );
    expect(layout({ x: tensor(0, 8), y: tensor(16, 32) })).toContain(
      'tensor "y" starts at 16, expected 8',
    );
    expect(layout({ x: tensor(8, 32) })).toContain('tensor "x" starts at 8, expected 0');
    expect(layout({ x: tensor(0, 16), y: tensor(0, 16) })).toContain('starts at 0, expected 16');
    expect(layout({ x: tensor(0, 24) })).toContain('8 bytes after the last tensor');
    const swapped = containerOf({ y: tensor(16, 32), x: tensor(0, 16) }, data);
    expect([...decodeSafetensors(swapped).tensors.keys()].sort()).toEqual(['x', 'y']);
  });
});
