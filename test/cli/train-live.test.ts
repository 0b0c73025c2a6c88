// `train` on labelled behaviours of live traffic, from the access log to a guard that may enforce.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDetector } from '../../src/model/detector-store.js';
import { createGuard } from '../../src/traffic/guard/guard.js';
import { runCommand } from '../support/command-line.js';
import { exchangeOf, type SampleRequest } from '../support/exchanges.js';
import { labelledCsv } from '../support/labelled-csv.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { thrownBy } from '../support/thrown-by.js';
import { combinedLog, hammering, visitors } from '../support/traffic-log.js';

const { path, write } = temporaryFolder();
const ATTACKER = '203.0.113.';
const log = write(
  'access.log',
  combinedLog(
    visitors(120, 1),
    ...Array.from({ length: 30 }, (_, i) => hammering(`${ATTACKER}${i}`, 40 + i, 50 + 10 * i)),
  ),
);
const features = write(
  'features.mjs',
  `const feature = (name, value) =>
    ({ name, value, title: name, description: '', unit: '', kind: 'number', example: 1 });
  export const features = [
    feature('calls', ({ calls }) => calls),
    feature('gap', ({ calls, firstMs, lastMs }) => (lastMs - firstMs) / calls),
  ];`,
);

/** What `behaviours` makes of the log, labelled by who the clients are. */
async function labelled(name: string, ...options: readonly string[]): Promise<string> {
  const { code, stdout } = await runCommand(['behaviours', log, '--out', '-', ...options]);
  expect(code).toBe(0);
  const [header, ...rows] = stdout.trimEnd().split('\n');
  const lines = rows.map((row) => `${row},${row.startsWith(ATTACKER) ? 'anomaly' : 'normal'}`);
  return write(name, `${header},classification\n${lines.join('\n')}\n`);
}

async function train(data: string, ...options: readonly string[]) {
  const out = join(path, options.join('').replace(/\W/g, '') || 'plain');
  mkdirSync(out, { recursive: true });
  const args = ['train', '--data', data, '--out', out, '--detector', 'hybrid', ...options];
  const run = await runCommand(args);
  const file = join(out, 'hybrid.safetensors');
  return { ...run, file, card: () => readFileSync(join(out, 'hybrid.md'), 'utf8') };
}

describe('train on behaviours of live traffic', async () => {
  const data = await labelled('labelled.csv', '--window', '20', '--min-requests', '4');
  const live = ['--window', '20', '--min-requests', '4'];
  const { code, file, card, stderr } = await train(data, ...live);

  it('makes a detector that knows how its traffic was read, and may enforce', async () => {
    expect(stderr).not.toContain('anomaly-predictor:');
    expect(code).toBe(0);
    const detector = loadDetector(file);
    expect(detector.traffic).toEqual({ windowMs: 20 * 60_000, minRequests: 4 });
    expect(detector.metrics?.recall).toBeGreaterThan(0.9);
    const guard = createGuard<SampleRequest>({ detector, mode: 'enforce' });
    expect(await guard.decide(exchangeOf())).toMatchObject({ decision: { mode: 'enforce' } });
  });

  it('gives it the usual values of its own traffic for examples', () => {
    const { features } = loadDetector(file).schema;
    expect(features.find(({ name }) => name === 'sequence_length')?.example).toBeLessThan(26);
    expect(features.find(({ name }) => name === 'vsession_duration')?.example).toBeLessThan(20);
  });

  it('says so in the card and in inspect', async () => {
    expect(card()).toContain('in a sliding window of 20 minutes and from call 4 of a client on');
    expect(card()).toContain('Behaviours of one client may stand on both sides of the split');
    expect(card()).not.toContain('Kaggle');
    const { stdout } = await runCommand(['inspect', file]);
    expect(stdout).toMatch(/sliding window +20 min\n +calls before a client is judged +4\n/);
  });

  it('has a card that says how to make it again', async () => {
    const [, command] = /```sh\nnpx anomaly-predictor (.*) --out models\n/.exec(card()) ?? [];
    const words = execFileSync('sh', ['-c', `printf '%s\\n' ${command}`], { encoding: 'utf8' });
    const again = words
      .trimEnd()
      .split('\n')
      .slice(1)
      .filter((word) => word !== 'labelled.csv');
    expect(again).toEqual(expect.arrayContaining(live));
    const { file: other } = await train(data, ...again.slice(again.indexOf('--seed')));
    expect(loadDetector(other).version).toBe(loadDetector(file).version);
  });

  it('takes the other setting as `behaviours` does where one is given', async () => {
    const { file: one } = await train(await labelled('usual.csv'), '--min-requests', '5');
    expect(loadDetector(one).traffic).toEqual({ windowMs: 30 * 60_000, minRequests: 5 });
  });

  it('without them makes one that only observes', async () => {
    const { file: plain } = await train(data);
    const detector = loadDetector(plain);
    expect(detector.traffic).toBeUndefined();
    const error = thrownBy(() => createGuard<SampleRequest>({ detector, mode: 'enforce' }));
    expect(error.fields.code).toBe('ERR_DETECTOR_NOT_FROM_TRAFFIC');
  });

  it('judges a replay in its own window', async () => {
    const { stdout } = await runCommand(['replay', log, '--model', file, '--json']);
    const { windowMs, minRequests, listed } = JSON.parse(stdout);
    expect({ windowMs, minRequests }).toEqual({ windowMs: 20 * 60_000, minRequests: 4 });
    expect(listed.length).toBeGreaterThanOrEqual(30);
    for (const { client } of listed.slice(0, 30)) expect(client).toContain(ATTACKER);
  });

  it('takes features of the user', async () => {
    const own = await labelled('own.csv', '--features', features);
    const options = ['--window', '30', '--features', features];
    const run = await train(own, ...options, '--transform', 'gap=log1p', '--report', path);
    expect(run).toMatchObject({ code: 0, stderr: expect.not.stringContaining('predictor:') });
    const detector = loadDetector(run.file);
    expect(detector.schema.features.map(({ name }) => name)).toEqual(['calls', 'gap']);
    expect(run.card()).toContain(options.join(' '));
    expect(readFileSync(join(path, 'training.html'), 'utf8')).toContain('gap');
    const replay = await runCommand(['replay', log, '--model', run.file, '--features', features]);
    expect(replay.code).toBe(0);
  });

  it('quotes names in the card as a shell needs them', async () => {
    const spaced = join(path, 'my labels.csv');
    copyFileSync(data, spaced);
    const run = await train(spaced, ...live, '--trees', '3');
    expect(run.card()).toContain("--data 'my labels.csv' --detector");
  });

  it.each([
    [
      ['--window', '2', '--min-requests', '4'],
      '"vsession_duration" of',
      'more minutes than --window 2',
    ],
    [
      ['--window', '20', '--min-requests', '9'],
      '"sequence_length" of',
      'fewer calls than --min-requests 9',
    ],
  ])('refuses rows that %o cannot have made', async (options, feature, limit) => {
    const run = await train(data, ...options);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(feature);
    expect(run.stderr).toContain(limit);
  });

  it('refuses the dataset of the shipped detectors, which is no live traffic', async () => {
    const dataset = write('dataset.csv', labelledCsv(140, 40));
    const run = await train(dataset, '--window', '30');
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('they are not behaviours of live traffic');
  });
});
