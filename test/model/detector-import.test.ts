// Files are read in a thread of their own, and whatever happens there, the caller gets an answer.
import { describe, expect, it } from 'vitest';
import { importInThread } from '../../src/model/detector-import.js';
import { sampleForest } from '../support/sample-detectors.js';

const FOREST = sampleForest();

describe('a detector file', () => {
  it('is read to the same detector, whatever becomes of the bytes meanwhile', async () => {
    const bytes = Uint8Array.from(FOREST.bytes);
    const reading = importInThread()(bytes, {});
    bytes.fill(0);
    const detector = await reading;
    expect(detector).toEqual(FOREST);
    expect(detector.bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('gets the name that is asked for, and with it another version', async () => {
    const renamed = await importInThread()(FOREST.bytes, { name: 'mine' });
    expect(renamed).toEqual(sampleForest({ name: 'mine' }));
    expect(renamed.version).not.toBe(FOREST.version);
    expect(await importInThread()(FOREST.bytes, { name: FOREST.name })).toEqual(FOREST);
  });

  it('is refused by what is wrong with it', async () => {
    await expect(
      importInThread()(FOREST.bytes.subarray(0, 1_000), { name: 'mine' }),
    ).rejects.toMatchObject({
      tag: 'bad-detector-file',
      message: expect.stringContaining('not a valid safetensors file'),
    });
  });
});

describe('a reader', () => {
  const running = (code: string) => new URL(`data:text/javascript,${encodeURIComponent(code)}`);

  it.each([
    ['never ends', 'for (;;);', 'the file cannot be read within 0.5 s'],
    [
      'fills its memory',
      'const all = []; for (;;) all.push({});',
      'the file cannot be read within 64 MiB of memory',
    ],
    ['fails', 'throw new TypeError("no such thing")', 'the file cannot be read: no such thing'],
    ['just stops', 'process.exit(3)', 'the file cannot be read: its reader stopped'],
  ])('that %s hurts nobody else', async (_, code, message) => {
    const timeMs = code === 'for (;;);' ? 500 : 30_000;
    const read = importInThread(running(code), { heapMib: 64, timeMs });
    let isFree = false;
    setImmediate(() => {
      isFree = true;
    });
    await expect(read(FOREST.bytes, { name: 'mine' })).rejects.toMatchObject({
      tag: 'bad-detector-file',
      message,
    });
    expect(isFree).toBe(true);
  });
});
