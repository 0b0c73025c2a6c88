import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { saveDetector } from '../../src/model/detector-store.js';
import { PACKAGE_VERSION } from '../../src/package-paths.js';
import { runCommand, startCommand } from '../support/command-line.js';
import { sampleOneClassSvm } from '../support/sample-detectors.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const COMMANDS = [
  'serve',
  'train',
  'import',
  'evaluate',
  'score',
  'send',
  'models',
  'inspect',
  'behaviours',
];
const folder = temporaryFolder();
saveDetector(sampleOneClassSvm(), folder.path);
const models = ['--models', folder.path];
const csv = folder.write('rows.csv', 'num_users\n1\n');

describe('help', () => {
  it('names every command', async () => {
    const { code, stdout, stderr } = await runCommand(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
  });

  it.each(COMMANDS)('of %s shows its usage, its options and --verbose', async (command) => {
    const { code, stdout, stderr } = await runCommand([command, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Usage: anomaly-predictor ${command} [options]`);
    expect(stdout).toContain('--verbose');
  });

  it('of send names the variable that keeps the token out of the process list', async () => {
    const { stdout } = await runCommand(['help', 'send']);
    expect(stdout).toContain('ANOMALY_PREDICTOR_TOKEN');
  });

  it('goes to stderr when no command is given', async () => {
    const { code, stdout, stderr } = await runCommand([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: anomaly-predictor');
  });
});

it('prints the version of the package', async () => {
  expect(await runCommand(['--version'])).toEqual({
    code: 0,
    stdout: `${PACKAGE_VERSION}\n`,
    stderr: '',
  });
});

describe('wrong usage ends with code 2 and one line', () => {
  it.each([
    ['an unknown command', ['scor'], "unknown command 'scor' (Did you mean score?)"],
    ['an unknown option', ['models', '--jsn'], "unknown option '--jsn' (Did you mean --json?)"],
    ['a missing argument', ['inspect'], "missing required argument 'name|file'"],
    ['too many arguments', ['models', 'x'], /^too many arguments for 'models'/],
    ['a missing option', ['score', csv], "required option '--model <name|file>' not specified"],
    [
      'an unknown format',
      ['score', csv, '--model', 'ocsvm', '--format', 'xml'],
      /argument 'xml' is invalid\. Allowed choices are csv, ndjson, json\.$/,
    ],
    [
      'an unknown detector',
      ['score', csv, '--model', 'x', ...models],
      'unknown model "x", expected one of ocsvm',
    ],
    ['a missing model folder', ['models', '--models', '/none'], /^cannot read the model folder/],
    [
      'a batch of nothing',
      ['send', csv, '--token', 't', '--batch', '0'],
      /argument '0' is invalid\. Expected a whole number from 1 to 1000000\.$/,
    ],
    [
      'an address that is none',
      ['send', csv, '--token', 't', '--url', 'localhost:5000'],
      /argument 'localhost:5000' is invalid\. Expected an address/,
    ],
    ['no token', ['send', csv], "required option '--token <token>' not specified"],
  ])('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await runCommand(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^anomaly-predictor: .*\n$/);
    const shown = stderr.slice('anomaly-predictor: '.length).trimEnd();
    if (typeof message === 'string') expect(shown).toBe(message);
    else expect(shown).toMatch(message);
  });
});

describe('a failure', () => {
  const args = ['score', csv, '--model', 'ocsvm', ...models];
  const line =
    'anomaly-predictor: line 1: the header has no column "inter_api_access_duration(sec)" or ' +
    '"inter_api_access_duration"\n';

  it('ends with code 1 and one line', async () => {
    expect(await runCommand(args)).toEqual({ code: 1, stdout: '', stderr: line });
  });

  it('shows its stack with --verbose, before the command or after it', async () => {
    for (const verbose of [
      ['--verbose', ...args],
      [...args, '--verbose'],
    ]) {
      const { code, stderr } = await runCommand(verbose);
      expect(code).toBe(1);
      expect(stderr.startsWith(line)).toBe(true);
      expect(stderr).toMatch(/\n {4}at .*row-readers\.js:\d+/);
    }
  });
});

it('ends quietly when the reader of its output stops early', async () => {
  const names = sampleOneClassSvm().schema.features.map(({ name }) => name);
  const rows = `${names}\n${`${names.map(() => 1)}\n`.repeat(100_000)}`;
  const large = folder.write('large.csv', rows);
  const child = startCommand(['score', large, '--model', 'ocsvm', ...models]);
  child.stdin.end();
  child.stdout.once('data', () => child.stdout.destroy());
  const [[code], stderr] = await Promise.all([once(child, 'close'), text(child.stderr)]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});
