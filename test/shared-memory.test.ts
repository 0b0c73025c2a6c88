import { describe, expect, it } from 'vitest';
import { giveBackShared, takeShared } from '../src/shared-memory.js';

const KIB = 1024;

describe('shared memory', () => {
  it.each([0, 1, 64 * KIB, 64 * KIB + 1, 4096 * KIB, 5000 * KIB])('has %d bytes', (nBytes) => {
    const bytes = takeShared(nBytes);
    expect(bytes).toHaveLength(nBytes);
    expect(bytes.byteOffset).toBe(0);
    expect(bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('is used again for bytes of about the same number once it is given back', () => {
    const first = takeShared(100 * KIB);
    giveBackShared(first.subarray(10, 20));
    expect(takeShared(80 * KIB).buffer).toBe(first.buffer);
  });

  it('belongs to one taker at a time, however often it is given back', () => {
    const first = takeShared(200 * KIB);
    giveBackShared(first);
    giveBackShared(first);
    const others = [takeShared(200 * KIB), takeShared(200 * KIB), takeShared(200 * KIB)];
    expect(new Set(others.map(({ buffer }) => buffer)).size).toBe(3);
  });

  it('is not taken from those who never had it from here', () => {
    const own = new Uint8Array(new SharedArrayBuffer(64 * KIB));
    giveBackShared(own);
    giveBackShared(new Uint8Array(64 * KIB));
    expect(takeShared(64 * KIB).buffer).not.toBe(own.buffer);
  });

  it('goes back to the system where it is large', () => {
    const large = takeShared(8192 * KIB);
    giveBackShared(large);
    expect(takeShared(8192 * KIB).buffer).not.toBe(large.buffer);
  });
});
