import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const POOL = new URL('../../src/training/training-pool.js', import.meta.url).href;

describe('a training that ends at once', () => {
  // In a process of its own, which Node 20 aborts now and then where a thread is ended before.
  it.each([
    ['is closed', 'await pool.close();'],
    ['is interrupted', 'ended.abort(); await pool.close();'],
  ])('because it %s lets its threads load their modules first', async (_, end) => {
    const script = `
      import { TrainingPool } from ${JSON.stringify(POOL)};
      const loaded = [];
      process.on('worker', (thread) => {
        let isLoaded = false;
        // The first thing that a thread says is that it is ready.
        thread.once('message', () => { isLoaded = true; });
        thread.once('exit', () => loaded.push(isLoaded));
      });
      const ended = new AbortController();
      const pool = new TrainingPool({ workers: 3, signal: ended.signal });
      ${end}
      console.log(JSON.stringify(loaded));`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script]);
    expect(JSON.parse(stdout)).toEqual([true, true, true]);
  });
});
