import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const POOL = new URL('../../src/training/training-pool.js', import.meta.url).href;

// In a process of its own, which Node 20 would abort.
it('a training may end while its threads still start', async () => {
  const script = `
    import { TrainingPool } from ${JSON.stringify(POOL)};
    for (let ms = 0; ms < 200; ms += 20) {
      const ended = new AbortController();
      const pool = new TrainingPool({ workers: 4, signal: ended.signal });
      await new Promise((resolve) => setTimeout(resolve, ms));
      if (ms % 40 === 0) ended.abort();
      await pool.close();
    }
    console.log('ended');`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script]);
  expect(stdout).toBe('ended\n');
});
