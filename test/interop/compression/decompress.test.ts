import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decompress } from '../../../src/interop/compression/decompress.js';
import { readPickleFile } from '../../../src/interop/pickle/read-pickle-file.js';
import { rejectedWith } from '../../support/rejected-with.js';
import { expectedValue, pickleFixture, plainOf } from '../pickle/pickle-fixtures.js';

const NAMES = ['zlib', 'gzip', 'bz2', 'xz', 'lz4'];
const MEGABYTE = 1024 ** 2;

const refusal = (bytes: Uint8Array) => rejectedWith('bad-model-file', () => decompress(bytes));

/** An lz4 frame of one block. */
function lz4Frame(block: readonly number[]): Uint8Array {
  return Uint8Array.of(
    0x04,
    0x22,
    0x4d,
    0x18,
    0x60,
    0x40,
    0,
    block.length,
    0,
    0,
    0,
    ...block,
    0,
    0,
    0,
    0,
  );
}

describe('a file that joblib compressed', () => {
  it.each(NAMES)('by %s holds what it holds without', async (name) => {
    const value = await readPickleFile(pickleFixture(`value.joblib.${name}`));
    expect(plainOf(value)).toEqual(expectedValue());
  });

  it('is recognised by its bytes; one that is not compressed is left as it is', async () => {
    const bytes = pickleFixture('value.4.joblib');
    expect(await decompress(bytes)).toBe(bytes);
  });

  it('by lz4 may repeat what it is just writing', async () => {
    // Two literals, then 8 bytes from 2 back, then a last literal.
    const bytes = await decompress(lz4Frame([0x24, 0x61, 0x62, 2, 0, 0x10, 0x63]));
    expect(Buffer.from(bytes).toString()).toBe('ababababab' + 'c');
  });

  it.each(NAMES)('by %s is refused when cut off after any number of bytes', async (name) => {
    const bytes = pickleFixture(`value.joblib.${name}`);
    for (let length = 1; length < bytes.length; length += 1 + (length % 7)) {
      await rejectedWith('bad-model-file', () => readPickleFile(bytes.subarray(0, length)));
    }
    expect(await refusal(bytes.subarray(0, 100))).toMatch(
      /^not a valid (zlib|gzip|bzip2|xz|lz4) file: /,
    );
  });

  it('is refused before it fills the memory', async () => {
    const zeros = new Uint8Array(33 * MEGABYTE);
    for (const bomb of [deflateSync(zeros), gzipSync(zeros)]) {
      expect(await refusal(bomb)).toContain('holds more than 33554432 bytes');
    }
    const few = { bytes: 1000, expansion: 1 };
    for (const name of NAMES) {
      const bytes = pickleFixture(`value.joblib.${name}`);
      const message = await rejectedWith('bad-model-file', () => decompress(bytes, few));
      expect(message).toContain(`holds more than ${bytes.length} bytes`);
    }
  });

  it('may unpack to more than that when it is large itself', async () => {
    const bytes = deflateSync(new Uint8Array(20_000));
    const unpacked = await decompress(bytes, { bytes: 10, expansion: 20_000 / bytes.length });
    expect(unpacked.length).toBe(20_000);
  });

  it.each([
    ['lzma', [0x5d, 0, 0, 0x80], 'files of lzma are not read'],
    ['joblib before 0.10', [0x5a, 0x46, 0x30], 'files of joblib before 0.10 are not read'],
  ])('by %s is refused with what to do instead', async (_, magic, message) => {
    const refused = await refusal(Uint8Array.from(magic));
    expect(refused).toContain(message);
    expect(refused).toContain('joblib.dump(model, file, compress=3)');
  });

  it('by lz4 is refused where it is damaged', async () => {
    expect(await refusal(lz4Frame([0x14, 0x61, 2, 0, 0x00]))).toContain('a match before its start');
    expect(await refusal(lz4Frame([0x14, 0x61, 0, 0, 0x00]))).toContain('a match before its start');
    expect(await refusal(lz4Frame([0xf0, 255, 255]))).toContain('a block is cut off');
    expect(await refusal(lz4Frame([0x50, 0x61]))).toContain('a block is cut off');
    expect(await refusal(lz4Frame([0x14, 0x61, 1]))).toContain('a block is cut off');
    expect(await refusal(Uint8Array.of(...lz4Frame([0]), 7))).toContain('1 bytes after its end');
    expect(await refusal(Uint8Array.of(4, 0x22, 0x4d, 0x18, 0x61, 0x40, 0))).toContain(
      'dictionary',
    );
    const huge = Uint8Array.of(4, 0x22, 0x4d, 0x18, 0x60, 0x40, 0, 1, 0, 0x40, 0);
    expect(await refusal(huge)).toContain('a block of 4194305 bytes');
  });
});
