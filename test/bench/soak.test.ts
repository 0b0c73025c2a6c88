// The soak in short: long enough that memory which grows with the stream would show.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../../bench/soak.js', import.meta.url));
const run = promisify(execFile);

it('two million rows pass through one stream, and memory does not grow with them', async () => {
  const { stdout } = await run(process.execPath, [PROGRAM, '--rows', '2000000']);
  expect(stdout).toContain('Verdicts: 2,000,000,');
  expect(stdout).toMatch(/Memory after 1,000,000 rows: -?\d+ MiB more/);
});

it('a stream whose length says nothing about memory is refused', async () => {
  await expect(run(process.execPath, [PROGRAM, '--rows', '10'])).rejects.toThrow(
    '--rows expected more than 1000000, got "10"',
  );
});
