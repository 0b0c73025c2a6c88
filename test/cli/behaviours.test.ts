import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../support/command-line.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const FIRST = '01/May/2024:12:00:00';

/** A call each second, to another page each time. */
function callsOf(address: string, nCalls: number): string {
  return Array.from({ length: nCalls }, (_, i) => {
    const time = `${FIRST.slice(0, -2)}${String(i).padStart(2, '0')} +0000`;
    const page = String.fromCharCode(97 + i);
    return `${address} - - [${time}] "GET /${page} HTTP/1.1" 200 5\n`;
  }).join('');
}

describe('behaviours', () => {
  it('writes a session when it can be judged, whenever its calls have doubled, and at its last call', async () => {
    const log = folder.write('a.log.gz', gzipSync(callsOf('203.0.113.7', 13)));
    const run = await runCommand(['behaviours', log, '--out', '-']);
    expect(run.stdout.split('\n')).toEqual([
      'client,time,inter_api_access_duration,api_access_uniqueness,sequence_length,vsession_duration,' +
        'num_sessions,num_users,num_unique_apis,ip_type_default,source_F',
      `203.0.113.7,2024-05-01T12:00:04.000Z,1,1,5,${4 / 60},1,0,5,1,0`,
      `203.0.113.7,2024-05-01T12:00:09.000Z,1,1,10,${9 / 60},1,0,10,1,0`,
      `203.0.113.7,2024-05-01T12:00:12.000Z,1,1,13,${12 / 60},1,0,13,1,0`,
      '',
    ]);
    expect(run.stderr).toContain('3 behaviours of 1 session; 13 lines, 13 calls');
    expect(run.code).toBe(0);
  });

  it('leaves out clients with too few calls, and ends sessions that are over', async () => {
    const later = callsOf('203.0.113.7', 2).replaceAll('12:00', '13:00');
    const log = folder.write('b.log', callsOf('203.0.113.7', 3) + later);
    const run = await runCommand(['behaviours', log, '--min-requests', '3']);
    expect(run.stdout.split('\n')).toHaveLength(3);
    expect(run.stderr).toContain('1 behaviour of 2 sessions');
    const narrow = await runCommand(['behaviours', log, '--min-requests', '2']);
    expect(narrow.stdout.match(/^203.*/gm)).toMatchObject([
      expect.stringContaining('12:00:01.000Z,1,1,2'),
      expect.stringContaining('12:00:02.000Z,1,1,3'),
      expect.stringContaining('13:00:01.000Z,1,1,2'),
    ]);
  });

  it('reads stdin, and writes NDJSON where the file is named so', async () => {
    const out = join(folder.path, 'out.ndjson');
    const input = callsOf('2001:db8::1', 5);
    const run = await runCommand(['behaviours', '-', '--out', out, '--source', 'F'], { input });
    expect(run.code).toBe(0);
    expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({
      client: '2001:db8::/56',
      time: '2024-05-01T12:00:04.000Z',
      sequence_length: 5,
      source_F: 1,
    });
  });

  it('tells which lines it left out, and why', async () => {
    const log = folder.write('h.log', `what?\n${callsOf('203.0.113.7', 5)}\n`);
    const run = await runCommand(['behaviours', log]);
    expect(run.code).toBe(0);
    expect(run.stderr).toContain('1 left out: neither combined nor JSON\n');
    expect(run.stderr).toContain('h.log:1: neither combined nor JSON: "what?"');
    expect(run.stderr).toContain('1 blank');
    const none = await runCommand(['behaviours', folder.write('none.log', 'what?\n')]);
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('no calls in ') });
  });

  it('writes what score reads', async () => {
    const log = folder.write('c.log', callsOf('203.0.113.7', 8));
    const { stdout } = await runCommand(['behaviours', log]);
    const run = await runCommand(['score', '-', '--model', 'hybrid'], { input: stdout });
    expect(run.stdout).toMatch(/^client,time,.*prediction/);
    expect(run.stderr).toMatch(/2 rows/);
  });

  it('takes features, routes and networks of the user', async () => {
    const features = folder.write(
      'features.mjs',
      `const text = { title: 't', description: 'd', unit: 'u', kind: 'number', example: 1 };
       export const features = [
         { ...text, name: 'routes', value: (session) => session.routes },
         { ...text, name: 'is_cloud', value: ({ addressType }) => Number(addressType === 'cloud') },
       ];`,
    );
    const routes = folder.write('routes.txt', '# all pages\n\n/:page\n');
    const networks = folder.write('cloud.txt', '203.0.113.0/24\n');
    const log = folder.write('d.log', callsOf('203.0.113.7', 5));
    const args = [
      '--features',
      features,
      '--routes',
      routes,
      '--address-type',
      `cloud=${networks}`,
    ];
    const run = await runCommand(['behaviours', log, ...args]);
    expect(run.stdout).toBe(
      'client,time,routes,is_cloud\n203.0.113.7,2024-05-01T12:00:04.000Z,1,1\n',
    );
  });

  it('quotes keys that need it', async () => {
    const log = folder.write('e.log', callsOf('x', 5).replaceAll(' - - ', String.raw` - a,\x22b `));
    const run = await runCommand(['behaviours', log, '--session-key', 'user']);
    expect(run.stdout).toContain('\n"sub:a,""b",2024');
  });

  it('writes no formula for a client that is called like one', async () => {
    const log = folder.write('g.log', callsOf('=1+1', 5));
    const run = await runCommand(['behaviours', log]);
    expect(run.stdout).toContain("\n'=1+1,2024");
  });

  it.each([
    [['--window', '0'], 'minutes'],
    [['--min-requests', '1'], 'a whole number, 2 or more'],
    [['--field', 'x=y'], 'time, address, user'],
    [['--address-type', 'cloud'], 'datacenter=networks.txt'],
    [['--features', 'nowhere.js'], 'nowhere.js'],
  ])('refuses %s', async (args, message) => {
    const log = folder.write('f.log', callsOf('x', 5));
    const run = await runCommand(['behaviours', log, ...args]);
    expect(run).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(message) });
  });

  it.each([
    ['no array', 'export const features = 7', 'expected an array "features", got 7'],
    ['no object', 'export const features = [null]', 'features.0.name'],
    [
      'no function',
      `export const features = [{ name: 'a', title: '', description: '', unit: '', kind: 'flag', example: 0 }]`,
      'features.0.value: expected a function',
    ],
  ])('refuses features that are %s', async (name, module, message) => {
    const features = folder.write(`${name.replace(' ', '-')}.mjs`, module);
    const log = folder.write('g.log', callsOf('x', 5));
    const run = await runCommand(['behaviours', log, '--features', features]);
    expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });
});
