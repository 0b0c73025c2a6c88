import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readExceptions } from '../../src/traffic/guard/exception-file.js';
import { runCommand } from '../support/command-line.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();

function run(file: string, action: string, ...options: string[]) {
  return runCommand(['exceptions', action, join(folder.path, file), ...options]);
}

const alice = ['--client', 'sub:alice', '--route', 'GET /orders/:id'];

describe('exceptions', () => {
  it('adds one that a guard goes by, lists it, and removes it', async () => {
    const behaviour = '{"sequence_length": 340}';
    const added = await run(
      'a.ndjson',
      'add',
      ...alice,
      ...['--reason', 'monthly export', '--for', '7d', '--behaviour', behaviour],
    );
    expect(added).toEqual({ code: 0, stdout: '', stderr: '' });
    const [exception, ...others] = readExceptions(join(folder.path, 'a.ndjson'));
    expect(others).toEqual([]);
    expect(exception).toMatchObject({
      client: 'sub:alice',
      route: 'GET /orders/:id',
      reason: 'monthly export',
      label: 'normal',
      behaviour: { sequence_length: 340 },
    });
    expect(Date.parse(exception.until) - Date.parse(exception.from)).toBe(7 * 86_400_000);

    const table = await run('a.ndjson', 'list');
    expect(table.stdout).toMatch(/sub:alice +GET \/orders\/:id +\S+Z +yes +monthly export/);
    const json = await run('a.ndjson', 'list', '--json');
    expect(JSON.parse(json.stdout)).toEqual({ exceptions: [exception] });

    expect(await run('a.ndjson', 'remove', ...alice)).toMatchObject({ code: 0 });
    expect(readExceptions(join(folder.path, 'a.ndjson'))).toEqual([]);
  });

  it.each([
    [['--reason', 'x'], 'an exception expires'],
    [
      ['--reason', 'x', '--for', '2 weeks'],
      'expected a time such as 30m, 12h or 7d, got "2 weeks"',
    ],
    [['--reason', 'x', '--for', '100d'], 'more than 90 days'],
    [['--reason', 'x', '--until', 'tomorrow'], 'an exception expires'],
    [['--for', '7d'], "required option '--reason <text>' not specified"],
    [['--reason', 'x', '--for', '7d', '--behaviour', '{'], '--behaviour: expected JSON'],
  ])('refuses to add one with %j', async (options, message) => {
    const { code, stderr } = await run('b.ndjson', 'add', ...alice, ...options);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(readExceptions(join(folder.path, 'b.ndjson'))).toEqual([]);
  });

  it('lists nothing that moves the cursor', async () => {
    const client = ['--client', 'sub:\u001b[2Jalice', '--route', 'GET /'];
    await run('e.ndjson', 'add', ...client, '--reason', 'x', '--for', '7d');
    expect((await run('e.ndjson', 'list')).stdout).toContain('sub:\ufffd[2Jalice');
  });

  it('says so where there is none to remove', async () => {
    const { code, stderr } = await run('c.ndjson', 'remove', ...alice);
    expect(code).toBe(2);
    expect(stderr).toContain('has no exception of "sub:alice" for "GET /orders/:id"');
  });

  it('names the line that it cannot read', async () => {
    folder.write('d.ndjson', '{"client": "a"}\n');
    const { code, stderr } = await run('d.ndjson', 'list');
    expect(code).toBe(1);
    expect(stderr).toContain('d.ndjson: line 1: exception.route is missing');
  });
});
