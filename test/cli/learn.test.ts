import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { loadDetector } from '../../src/model/detector-store.js';
import { runCommand } from '../support/command-line.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import {
  combinedLog,
  hammering,
  type LoggedRequest,
  returning,
  visitors,
} from '../support/traffic-log.js';

const { path, write } = temporaryFolder();
const clean = combinedLog(visitors(400, 1));
const log = write('access.log', clean);
const out = join(path, 'shop.safetensors');
/** Quick to learn. */
const FORESTS = ['--method', 'isolation-forest'];

const FEATURES = `
const feature = (name, value) =>
  ({ name, value, title: name, description: '', unit: '', kind: 'number', example: 1 });
export const features = [
  feature('calls', ({ calls }) => calls),
  feature('gap', ({ calls, firstMs, lastMs }) => (lastMs - firstMs) / calls),
];`;

/** Lines of nginx, in which the user is called "who". */
function jsonLines(requests: readonly LoggedRequest[]): string {
  return [...requests]
    .sort((a, b) => a.timeMs - b.timeMs)
    .map(({ timeMs, address, path: request_uri }) =>
      JSON.stringify({
        ...{ time_iso8601: new Date(timeMs).toISOString(), remote_addr: address, who: address },
        ...{ request_method: 'GET', request_uri, status: 200, took: 3 },
      }),
    )
    .join('\n');
}

function learn(logs: readonly string[], file: string, ...more: readonly string[]) {
  return runCommand(['learn', ...logs, '--target-fpr', '0.02', '--out', file, ...more]);
}

function learned(file: string) {
  const detector = loadDetector(file);
  const { provenance, calibration } = detector;
  if (provenance.origin !== 'traffic' || calibration === undefined) {
    throw new Error('not learned from traffic');
  }
  return { ...detector, provenance, calibration };
}

describe('learn from an access log', async () => {
  const { code, stdout, stderr } = await learn([log], out);

  it('writes a detector that knows its traffic', async () => {
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const { name, traffic, metrics, profile, provenance, calibration } = learned(out);
    expect(name).toBe('shop');
    expect(traffic).toEqual({ windowMs: 30 * 60_000, minRequests: 5 });
    expect(metrics).toBeNull();
    expect(profile).toBeDefined();
    const { data, split } = provenance;
    expect(data.files.map(({ file }) => file)).toEqual(['access.log']);
    expect(data.calls).toBe(clean.split('\n').length - 1);
    expect(data.sessions).toBe(400);
    expect(split.calibratingSessions).toBe(calibration.rows);
    expect(split.choosingSessions + split.calibratingSessions).toBeGreaterThan(200);
    expect(calibration).toMatchObject({ unit: 'session', targetFalsePositiveRate: 0.02 });
    expect(calibration.falsePositiveRate).toBeLessThanOrEqual(0.02);
  });

  it('tells what was read, what was chosen and why, how much it flags, and what to do next', () => {
    const { version, provenance } = learned(out);
    expect(stdout).toContain('400 sessions in');
    expect(stdout).toContain('the best of 17 candidates');
    expect(stdout).toContain(`chosen: ${provenance.parameters.method}`);
    expect(stdout).toMatch(/sessions flagged: \d\.\d % of \d+ .*\d\.\d % to \d\.\d % .*\(95 %\)/);
    expect(stdout).toContain(`version ${version}, written to ${out}`);
    expect(stdout).toContain(`anomaly-predictor replay ${log} --model ${out}`);
  });

  it('writes a report beside it', () => {
    const report = readFileSync(join(path, 'shop.html'), 'utf8');
    for (const words of [learned(out).version, 'Candidates', 'How the threshold was set']) {
      expect(report).toContain(words);
    }
    expect(report).not.toContain('anomalies</text>');
  });

  it('is shown by inspect', async () => {
    const shown = await runCommand(['inspect', out]);
    expect(shown.stdout).toMatch(/Traffic\n +sliding window +30 min/);
    expect(shown.stdout).toMatch(/access\.log +SHA-256 [0-9a-f]{64}/);
    expect(shown.stdout).toMatch(/normal sessions\n/);
  });

  it('makes the next command tell attackers from the others, in its own window', async () => {
    const attacked = write(
      'attacked.log',
      combinedLog(visitors(60, 9), hammering('203.0.113.9', 80, 50)),
    );
    const replay = await runCommand(['replay', attacked, '--model', out, '--json']);
    expect(replay.code).toBe(0);
    const { listed } = JSON.parse(replay.stdout);
    expect(listed[0]).toMatchObject({ client: '203.0.113.9' });
    expect(listed[0].lowestScore).toBeLessThanOrEqual(0);
  });

  it('gives the same bytes for the same log and seed', async () => {
    const again = join(path, 'again', 'shop.safetensors');
    await learn([log], again);
    expect(readFileSync(again)).toEqual(readFileSync(out));
  });

  it('learns the same from gzip, and from several logs in the order of their times', async () => {
    const lines = clean.split('\n');
    const half = lines.length >> 1;
    const files = [
      write('2.log', lines.slice(half).join('\n')),
      write('1.log.gz', gzipSync(`${lines.slice(0, half).join('\n')}\n`)),
    ];
    const [whole, parts] = [join(path, 'whole.safetensors'), join(path, 'parts.safetensors')];
    await learn([log], whole, ...FORESTS);
    await learn(files, parts, ...FORESTS);
    const [one, two] = [learned(whole), learned(parts)];
    expect(two.threshold).toBe(one.threshold);
    expect(two.provenance.data.files.map(({ file }) => file)).toEqual(['1.log.gz', '2.log']);
    expect(two.calibration.data.file).toBe('1.log.gz and 1 more');
  });

  it('prints a next command that reads the logs as they were read, whatever the shell makes of names', async () => {
    const folder = join(path, "the shop's");
    mkdirSync(folder);
    const features = join(folder, 'features.mjs');
    writeFileSync(features, FEATURES);
    const routes = join(folder, 'routes.txt');
    writeFileSync(routes, 'GET /:page\n');
    const networks = write('networks.txt', '198.51.100.0/24\n');
    const given = [
      '--features',
      features,
      '--routes',
      routes,
      '--address-type',
      `cloud=${networks}`,
    ];
    const reading = ['--session-key', 'user', '--source', 'F', '--max-sessions', '5000'];
    const lines = write('lines.log', jsonLines(visitors(400, 1)));
    const fields = ['--field', 'user=who', '--field', 'duration=took:ms'];
    const file = join(folder, 'own.safetensors');
    const { stdout, stderr } = await learn(
      [lines],
      file,
      ...[...FORESTS, '--window', '10', ...given, ...reading, ...fields],
    );
    expect(stderr).toBe('');
    const command = /^ {2}npx anomaly-predictor (.*)$/m.exec(stdout)?.[1] ?? '';
    for (const flag of ['--window', '--method', '--target-fpr'])
      expect(command).not.toContain(flag);
    const words = execFileSync('sh', ['-c', `printf '%s\\n' ${command}`], { encoding: 'utf8' });
    const args = words.trimEnd().split('\n');
    expect(args).toEqual([
      ...['replay', lines, '--model', file, '--session-key', 'user', ...fields, '--routes', routes],
      ...['--address-type', `cloud=${networks}`, '--source', 'F', '--max-sessions', '5000'],
      ...['--features', features],
    ]);
    const replay = await runCommand([...args, '--json']);
    expect(replay).toMatchObject({ code: 0, stderr: expect.not.stringContaining('warning') });
    const { routes: called } = JSON.parse(replay.stdout);
    expect(called.map(({ route }: { route: string }) => route)).toContain('GET /:page');
  });

  it('tells a detector without the ending from one of the model folder', async () => {
    const { stdout } = await learn([log], 'shop-of-the-test', ...FORESTS);
    rmSync('shop-of-the-test');
    rmSync('shop-of-the-test.html');
    expect(stdout).toContain(' --model ./shop-of-the-test\n');
  });

  it('learns from stdin, in the window and with the features of the user', async () => {
    const features = write('features.mjs', FEATURES);
    const file = join(path, 'deep', 'own.safetensors');
    const run = await runCommand(
      [
        ...['learn', '-', '--target-fpr', '0.05', '--out', file, '--features', features],
        ...['--window', '10', '--min-requests', '4', ...FORESTS],
      ],
      { input: clean },
    );
    expect(run.stderr).toBe('');
    const { schema, traffic, provenance } = learned(file);
    expect(schema.features.map(({ name }) => name)).toEqual(['calls', 'gap']);
    expect(traffic).toEqual({ windowMs: 600_000, minRequests: 4 });
    expect(provenance.data.files.map((one) => one.file)).toEqual(['stdin']);
  });
});

describe('learn refuses', () => {
  const refuse = async (
    requests: readonly LoggedRequest[] | string,
    ...more: readonly string[]
  ) => {
    const text = typeof requests === 'string' ? requests : combinedLog(requests);
    const file = join(path, 'refused.safetensors');
    const run = await learn([write('refused.log', text)], file, ...more);
    expect(existsSync(file)).toBe(false);
    return run;
  };

  it.each([
    ['an empty log', '', 'no calls: it is empty'],
    ['a log without calls', 'hello\nworld\n', 'expected lines of the combined or common format'],
    ['too few sessions', visitors(40, 2), 'takes at least 49 sessions of 5 calls or more'],
    ['one client, in one session', hammering('203.0.113.9', 900, 1_000), 'of 1 sessions, '],
    ['behaviours that are all equal', returning(250), 'are equal: there is nothing to tell apart'],
  ])('%s', async (_, requests, message) => {
    const { code, stderr } = await refuse(requests);
    expect(stderr).toContain(message);
    expect(stderr.split('\n')).toHaveLength(2);
    expect(code).toBe(1);
  });

  it.each([
    ['a rate of nothing', ['--target-fpr', '0'], '--target-fpr expected a number between 0 and 1'],
    ['a rate of all', ['--target-fpr', '1'], '--target-fpr expected a number between 0 and 1'],
    ['a seed that is none', ['--seed', '-1'], '--seed expected a whole number'],
    ['a method that needs labels', ['--method', 'random-forest'], 'Allowed choices'],
    ['a name that is none', ['--out', join(path, 'my shop.safetensors')], 'got "my shop'],
    ['a folder to write to', ['--out', path], 'it is a folder'],
    ['a place below a file', ['--out', join(log, 'a.safetensors')], 'cannot write'],
  ])('%s, before it reads', async (_, more, message) => {
    const { code, stderr } = await refuse(visitors(10, 3), ...more);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});
