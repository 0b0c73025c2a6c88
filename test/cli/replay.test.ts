import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assembleDetector } from '../../src/model/detector-file.js';
import { runCommand } from '../support/command-line.js';
import { detectorOfShoppers } from '../support/replayed-traffic.js';
import { forestOver } from '../support/sample-detectors.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { combinedLog, visitors } from '../support/traffic-log.js';

const { path, write } = temporaryFolder();
const model = write('shop.safetensors', detectorOfShoppers().bytes);

/** Ten shoppers who take their time, and one who hurries through the products under a name that is an attack. */
const HOSTILE_USER = '<b>\u009b2J';
const log = write(
  'access.log',
  [
    ...Array.from({ length: 120 }, (_, i) => line(`203.0.113.${i % 10}`, '-', 6 * i, '/cart')),
    ...Array.from({ length: 90 }, (_, i) => line('198.51.100.7', HOSTILE_USER, 720, `/p/${i}`)),
    'not a line of a log\n',
  ].join(''),
);

function line(address: string, user: string, second: number, target: string): string {
  const time = `${Math.floor(second / 60)}`.padStart(2, '0');
  const clock = `09:${time}:${`${second % 60}`.padStart(2, '0')}`;
  return `${address} - ${user} [05/Jan/2026:${clock} +0000] "GET ${target} HTTP/1.1" 200 5 "-" "-"\n`;
}

const replay = (...args: string[]) => runCommand(['replay', log, '--model', model, ...args]);

describe('replay', () => {
  it('tells what would have been blocked, by threshold, route and hour, and which sessions', async () => {
    const { code, stdout } = await replay('--threshold', '-0.3');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^210 calls from 2026-01-05 09:00 to 2026-01-05 09:12 UTC, /m);
    expect(stdout).toMatch(/^11 sessions, 11 of them judged$/m);
    expect(stdout).toMatch(/^0, the detector's own +\d+ +[\d.]+ % +\d+ +[\d.]+ %$/m);
    expect(stdout).toMatch(/^GET \/p\/:id +90 +4 +\d+ +1 +\d+ +1$/m);
    expect(stdout).toMatch(/^2026-01-05 09:00 +210 +44 /m);
    expect(stdout).toMatch(/^198\.51\.100\.7 +90 +\d+ +1 +\d+ +1 +-0\.\d+$/m);
    expect(stdout).toMatch(/^Sessions flagged at -0.3, lowest score first$/m);
    expect(stdout).toMatch(/^ *198\.51\.100\.7 +2026-01-05 09:12 +90 .*sequence_length \d+ /m);
    expect(stdout).toMatch(/session(s? no longer flagged| flips from 0)/);
  });

  it('prints all of it as JSON, with the settings that it was found with', async () => {
    const { stdout } = await replay('--json', '--threshold', '0.1', '--threshold', '-0.3');
    const found = JSON.parse(stdout);
    expect(Object.keys(found)).toEqual([
      'model',
      'version',
      'logs',
      'lines',
      'windowMs',
      'minRequests',
      'from',
      'to',
      'sessions',
      'judgedSessions',
      'asked',
      'thresholds',
      'total',
      'routes',
      'hours',
      'hourMs',
      'clients',
      'listed',
      'flips',
      'drift',
      'tracker',
    ]);
    expect(found).toMatchObject({
      model: 'ocsvm',
      windowMs: 1_800_000,
      minRequests: 5,
      asked: [0, 0.1, -0.3],
      total: { calls: 210 },
      lines: { read: 211, calls: 210, badLines: 1 },
    });
    expect(found.flips.map(({ threshold }: { threshold: number }) => threshold)).toEqual([
      0.1, -0.3,
    ]);
  });

  it('writes a page with a slider', async () => {
    const { stdout } = await replay('--report', join(path, 'reports'));
    const file = join(path, 'reports', 'replay.html');
    expect(stdout).toContain(`report written to ${file}`);
    expect(readFileSync(file, 'utf8')).toContain('<input id="threshold" type="range"');
  });

  it('takes the window and the calls that the detector was learned with, unless told otherwise', async () => {
    const learned = { ...detectorOfShoppers(), traffic: { windowMs: 600_000, minRequests: 9 } };
    const file = write('learned.safetensors', assembleDetector(learned).bytes);
    const settings = async (...args: string[]) => {
      const { stdout } = await runCommand(['replay', log, '--model', file, '--json', ...args]);
      const { windowMs, minRequests } = JSON.parse(stdout);
      return { windowMs, minRequests };
    };
    expect(await settings()).toEqual({ windowMs: 600_000, minRequests: 9 });
    expect(await settings('--window', '5', '--min-requests', '3')).toEqual({
      windowMs: 300_000,
      minRequests: 3,
    });
  });

  it('counts what exceptions allow as not blocked', async () => {
    const exceptions = join(path, 'exceptions.ndjson');
    const who = ['--client', '198.51.100.7', '--route', 'GET /p/:id'];
    const why = ['--reason', 'our own crawler', '--for', '1d'];
    await runCommand(['exceptions', 'add', exceptions, ...who, ...why]);
    const { stdout } = await replay('--exceptions', exceptions);
    expect(stdout).toMatch(/ too few calls to be judged, 86 allowed by exceptions;$/m);
    expect(stdout).toMatch(/^GET \/p\/:id +90 +4 +0 +0$/m);
  });

  it('warns where the detector knows other traffic', async () => {
    const visits = write('visits.log', combinedLog(visitors(250, 1)));
    const { stderr } = await runCommand(['replay', visits, '--model', 'ocsvm']);
    expect(stderr).toMatch(/^warning: These sessions do not look like what the detector was/m);
  });

  it('shows nothing that moves the cursor', async () => {
    const { stdout } = await replay('--session-key', 'user');
    expect(stdout).toContain('<b>\ufffd2J');
    expect(stdout).not.toMatch(/[\u0080-\u009f]/);
  });

  it.each([
    ['abc', 'abc'],
    ['', ''],
    ['Infinity', 'Infinity'],
  ])('refuses a threshold that is no number: "%s"', async (text, shown) => {
    const { code, stderr } = await replay('--threshold', text);
    expect(code).toBe(2);
    expect(stderr).toContain(`--threshold expected a number, got "${shown}"`);
  });

  it('refuses more thresholds than a table has room for', async () => {
    const { code, stderr } = await replay(
      ...Array.from({ length: 9 }, (_, i) => ['--threshold', `0.${i}`]).flat(),
    );
    expect(code).toBe(2);
    expect(stderr).toContain('--threshold may be given 8 times');
  });

  it('refuses a detector of features that traffic has not, by name', async () => {
    const other = write('other.safetensors', forestOver('o', [{ name: 'heat' }]).bytes);
    const { code, stderr } = await runCommand(['replay', log, '--model', other]);
    expect(code).toBe(2);
    expect(stderr).toContain('"heat" is none that traffic has');
  });

  it('says that a log has no calls', async () => {
    const { code, stderr } = await runCommand(['replay', write('0.log', ''), '--model', model]);
    expect(code).toBe(1);
    expect(stderr).toContain('no calls');
  });
});
