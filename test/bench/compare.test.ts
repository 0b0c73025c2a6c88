// `npm run bench:compare` as a user starts it, where it fails or is stopped: a whole run takes long.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.js';

const PROGRAM = fileURLToPath(new URL('../../bench/compare.js', import.meta.url));
// Tests run from dist/test/bench.
const HAS_HISTORY = existsSync(new URL('../../../.git', import.meta.url));

describe('npm run bench:compare', () => {
  const folder = temporaryFolder();

  const start = (args: readonly string[]) =>
    spawn(process.execPath, [PROGRAM, ...args], { env: { ...process.env, TMPDIR: folder.path } });

  async function ending(child: ReturnType<typeof start>) {
    const closed = new Promise((resolve) => child.on('close', resolve));
    const [code, stderr] = await Promise.all([closed, text(child.stderr)]);
    return { code, stderr };
  }

  it('names a ref that does not exist', async () => {
    expect(await ending(start(['no-such-ref', '--quick']))).toEqual({
      code: 1,
      stderr: 'bench:compare: "no-such-ref" is no commit of this repository\n',
    });
  });

  it('asks for a ref', async () => {
    const { code, stderr } = await ending(start(['--quick']));
    expect(code).toBe(1);
    expect(stderr).toContain('usage: npm run bench:compare -- REF [--quick]');
  });

  it.skipIf(!HAS_HISTORY)('leaves nothing behind when it is stopped (needs git)', async () => {
    const child = start(['HEAD', '--quick']);
    const ended = ending(child);
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (output) => {
        if (String(output).includes('Running the bench')) resolve();
      });
    });
    expect(readdirSync(folder.path)).not.toEqual([]);
    child.kill('SIGINT');
    expect(await ended).toEqual({ code: 1, stderr: 'bench:compare: interrupted\n' });
    expect(readdirSync(folder.path)).toEqual([]);
  });
});
