import fc from 'fast-check';
import { Packr, pack, Unpackr, unpack } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { decodeMsgpack, encodeMsgpack } from '../../src/formats/msgpack.js';
import { ANOMALOUS_ROW, NORMAL_ROW } from '../support/sample-detectors.js';
import { thrownBy } from '../support/thrown-by.js';

const BATCH = { rows: [NORMAL_ROW, ANOMALOUS_ROW, NORMAL_ROW, ANOMALOUS_ROW, NORMAL_ROW] };

/** The ways in which a client may use msgpackr, the first one without any options. */
const CLIENTS: [string, (document: unknown) => Uint8Array][] = [
  ['pack', (document) => pack(document)],
  ['new Packr()', (document) => new Packr().pack(document)],
  ['records', (document) => new Packr({ useRecords: true }).pack(document)],
  ['plain maps', (document) => new Packr({ useRecords: false }).pack(document)],
  ['maps of variable size', (document) => new Packr({ variableMapSize: true }).pack(document)],
];

function refusal(bytes: Uint8Array): string {
  const { tag, message } = thrownBy(() => decodeMsgpack(bytes));
  expect(tag).toBe('malformed-body');
  expect(message).toMatch(/^not valid MessagePack: \S/);
  return message;
}

const bytesOf = (...bytes: number[]) => Uint8Array.from(bytes);

/** `token` and `length` as 32 bits, as a header says it. */
function header32(token: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(5, token);
  bytes.writeUInt32BE(length, 1);
  return bytes;
}

describe('MessagePack from a client', () => {
  it.each(CLIENTS)('of msgpackr is read: %s', (_, packed) => {
    expect(decodeMsgpack(packed(BATCH))).toEqual(BATCH);
    // msgpackr writes -0 as 0.
    const value = fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0);
    const numbers = fc.oneof(value, fc.maxSafeInteger(), fc.integer({ min: -200, max: 200 }));
    const row = fc.record({ a: numbers, 'b-c': numbers, ü: numbers });
    fc.assert(
      fc.property(fc.array(row), fc.array(fc.array(numbers)), (rows, columns) => {
        expect(decodeMsgpack(packed({ rows, columns }))).toEqual({ rows, columns });
      }),
    );
  });

  it.each(CLIENTS)('is read from any part of any memory: %s', (_, packed) => {
    const long = { ['k'.repeat(200)]: 'ü'.repeat(300), ...BATCH };
    const message = packed(long);
    const { length } = message;
    for (const memory of [new ArrayBuffer(length + 9), new SharedArrayBuffer(length + 9)]) {
      const bytes = new Uint8Array(memory, 3, length);
      bytes.set(message);
      expect(decodeMsgpack(bytes)).toEqual(long);
    }
  });

  it('has its small integers, also where the message before defined records', () => {
    const numbers = Array.from({ length: 256 }, (_, i) => i - 128);
    for (let i = 0; i < 3; i++) {
      expect(decodeMsgpack(new Packr().pack(BATCH))).toEqual(BATCH);
      expect(decodeMsgpack(pack(numbers))).toEqual(numbers);
    }
  });

  it('may be made of maps, and of 64-bit integers and 32-bit floats', () => {
    const rows = [new Map(Object.entries(NORMAL_ROW))];
    expect(decodeMsgpack(pack({ rows }))).toEqual({ rows: [NORMAL_ROW] });
    expect(decodeMsgpack(pack([5n, -5n, 2n ** 60n]))).toEqual([5, -5, 2 ** 60]);
    expect(decodeMsgpack(bytesOf(0xca, 0x3f, 0xc0, 0, 0))).toBe(1.5);
  });

  it('keeps binary data as bytes', () => {
    expect(decodeMsgpack(pack({ matrix: bytesOf(1, 2, 255) }))).toEqual({
      matrix: Buffer.of(1, 2, 255),
    });
  });

  it('cannot reach the prototype of objects', () => {
    const key = Buffer.from('\xa9__proto__', 'latin1');
    const document = decodeMsgpack(
      Buffer.concat([bytesOf(0x81), key, bytesOf(0x81, 0xa1, 0x61, 1)]),
    );
    expect(Object.getPrototypeOf(document)).toBe(Object.prototype);
    expect(document).not.toHaveProperty('a');
  });
});

describe('MessagePack is refused', () => {
  it.each(CLIENTS)('cut off after any number of bytes: %s', (_, packed) => {
    const message = packed(BATCH);
    for (let length = 0; length < message.length; length++) refusal(message.slice(0, length));
  });

  it.each(CLIENTS)('with bytes behind its end: %s', (_, packed) => {
    for (const extra of [[0], [0xc1], [0xff, 0xff]]) {
      refusal(Buffer.concat([packed(BATCH), bytesOf(...extra)]));
    }
  });

  it.each([
    ['a date', pack(new Date(0))],
    ['a typed array', new Packr({ moreTypes: true }).pack(new Float64Array(2))],
    ['a set', new Packr({ moreTypes: true }).pack(new Set([1]))],
    ['a regular expression', new Packr({ moreTypes: true }).pack(/a+/)],
    ['an error', new Packr({ moreTypes: true }).pack(new TypeError('x'))],
    ['a bundle of strings', bytesOf(0xd6, 0x62, 0, 0, 0, 5, 1, 0xa0, 0xa0)],
    ['a bigger integer', bytesOf(0xc7, 9, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9)],
    ['an unknown one', bytesOf(0xd6, 99, 0, 0, 0, 0)],
  ])('with an extension: %s', (_, message) => {
    expect(refusal(Buffer.concat([bytesOf(0x91), message]))).toMatch(
      /byte \d+ starts an extension, expected only plain types/,
    );
  });

  it('with references, before a few of them can grow into a document without end', () => {
    const id = (i: number) => [0xd6, 0x69, 0, 0, 0, i];
    const pointer = (i: number) => [0xd6, 0x70, 0, 0, 0, i];
    const message = [0xdc, 0, 60, ...id(0), 0x90];
    for (let i = 1; i < 60; i++) message.push(...id(i), 0x92, ...pointer(i - 1), ...pointer(i - 1));
    expect(refusal(bytesOf(...message, 0))).toContain('byte 3 starts an extension');
  });

  it('with more record definitions than a message needs', () => {
    const definition = (id: number, name: string) => [
      ...[0xd4, 0x72, 0x40 + (id % 64), 0x91, 0xa3],
      ...Buffer.from(name),
      1,
    ];
    const message = (n: number) =>
      bytesOf(
        ...[0xdc, 0, n],
        ...Array.from({ length: n }, (_, i) => definition(i, String(100 + i))).flat(),
      );
    expect(decodeMsgpack(message(64))).toHaveLength(64);
    expect(refusal(message(65))).toContain('more than 64 record definitions');
  });

  it.each([
    ['arrays', [0x91]],
    ['maps', [0x81, 0xa1, 0x61]],
  ])('with %s nested a million deep', (_, bytes) => {
    const nested = Buffer.alloc(1_000_000 * bytes.length, Buffer.from(bytes));
    refusal(nested);
    refusal(Buffer.concat([nested, bytesOf(1)]));
  });

  it.each([
    ['array', 0xdd],
    ['map', 0xdf],
    ['string', 0xdb],
    ['binary', 0xc6],
  ])('declaring a huge %s, before anything is allocated', (_, token) => {
    const before = process.memoryUsage();
    for (const length of [2 ** 32 - 1, 2 ** 31, 2 ** 25]) {
      refusal(Buffer.concat([header32(token, length), bytesOf(1, 2, 3)]));
    }
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    expect(heapUsed - before.heapUsed).toBeLessThan(16 * 2 ** 20);
    expect(arrayBuffers - before.arrayBuffers).toBeLessThan(16 * 2 ** 20);
  });

  it('or read, whatever bytes it is made of, and never breaks', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(fc.constantFrom(0x91, 0x81, 0xa1, 0xc4, 0xd4, 0x72, 0x40, 0xdc, 0xd9, 0, 1, 0xff)),
    );
    const damaged = fc
      .tuple(fc.constantFrom(...CLIENTS), fc.array(fc.tuple(fc.nat(200), fc.nat(255))))
      .map(([[, packed], changes]) => {
        const message = Uint8Array.from(packed(BATCH));
        for (const [at, value] of changes) message[at] = value;
        return message;
      });
    fc.assert(
      fc.property(fc.oneof(bytes, damaged), (message) => {
        try {
          decodeMsgpack(Uint8Array.from(message));
        } catch (error) {
          expect(error).toMatchObject({ tag: 'malformed-body' });
        }
        expect(decodeMsgpack(pack(BATCH))).toEqual(BATCH);
      }),
      { numRuns: 500 },
    );
  });
});

describe('MessagePack for a client', () => {
  const reply = { model: 'ocsvm', count: 2, scores: [0.5, -1e-300], packed: bytesOf(255, 1) };

  it('is plain: any decoder reads it', () => {
    const bytes = encodeMsgpack(reply);
    const read = { ...reply, packed: bytesOf(255, 1) };
    expect(unpack(bytes)).toEqual(read);
    expect(new Unpackr({ useRecords: false }).unpack(bytes)).toEqual(read);
    expect(bytes[0]).toBe(0x84);
  });

  it('stays as it is while others are written', () => {
    const first = encodeMsgpack(reply);
    const copy = Uint8Array.from(first);
    for (let i = 0; i < 1_000; i++) encodeMsgpack({ ...reply, count: i, text: 'x'.repeat(i) });
    expect(Uint8Array.from(first)).toEqual(copy);
  });
});
