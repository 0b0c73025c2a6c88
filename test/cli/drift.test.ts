import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadDetector } from '../../src/model/detector-store.js';
import { runCommand } from '../support/command-line.js';
import { labelledCsv } from '../support/labelled-csv.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const { path, write } = temporaryFolder();
const data = write('labelled.csv', labelledCsv(800, 60));
const model = join(path, 'ocsvm.safetensors');
const ofTheKind = write('same.csv', labelledCsv(800, 0, 5));
/** Sessions that last a hundred times as long. */
const other = write(
  'other.csv',
  labelledCsv(800, 0, 6).replace(/^([^,]*,[^,]*,[^,]*,\d+)/gm, (_, start) => `${start}00`),
);
/** Sessions that last twice as long. */
const longer = write(
  'longer.csv',
  labelledCsv(800, 0, 6).replace(
    /^([^,]*,[^,]*,[^,]*),(\d+)/gm,
    (_, start, duration) => `${start},${2 * duration}`,
  ),
);
beforeAll(async () => {
  await runCommand(['train', '--data', data, '--out', path, '--detector', 'ocsvm']);
});

const score = (file: string) =>
  runCommand(['score', file, '--model', model, '--output', join(path, 'verdicts.csv')]);
const evaluate = (file: string, ...args: string[]) =>
  runCommand(['evaluate', '--data', file, '--model', model, ...args]);

describe('score', () => {
  it('says nothing of rows like those of the training', async () => {
    const { code, stderr } = await score(ofTheKind);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^columns not used: classification\n[^\n]+ 0 skipped, [^\n]+\n$/);
  });

  it('warns of rows that are not, and says what is different', async () => {
    const { code, stderr } = await score(other);
    expect(code).toBe(0);
    const [, , warning] = stderr.split('\n');
    expect(warning).toMatch(
      /^warning: These rows do not look like what the detector was trained on: /,
    );
    expect(warning).toMatch(/vsession_duration \(stability index [\d.]+: [\d.]+ % above [\d.]+, /);
  });
});

describe('evaluate', () => {
  it('compares normal rows alone: labelled anomalies are no drift', async () => {
    const { stdout } = await evaluate(data);
    expect(stdout).toContain('The normal ones of these rows look like what the detector was');
  });

  it('warns of other rows, in JSON by feature', async () => {
    const { stdout } = await evaluate(other);
    expect(stdout).toContain('do not look like what the detector was trained on');
    const { drift } = JSON.parse((await evaluate(other, '--json')).stdout);
    expect(drift).toMatchObject({ level: 'much', rows: 880 });
    expect(drift.features[0]).toMatchObject({ name: 'vsession_duration', level: 'much' });
    expect(drift.features).toHaveLength(9);
  });
});

describe('calibrate', () => {
  const calibrate = (file: string, out: string, ...flags: string[]) =>
    runCommand([
      ...['calibrate', model, '--data', file, '--target-fpr', '0.05', '--out', out],
      ...flags,
    ]);

  it('warns of rows of another kind, and takes them for usual from then on', async () => {
    const out = join(path, 'mine.safetensors');
    const { stdout } = await calibrate(longer, out);
    expect(stdout).toContain('warning: These rows do not look like what the detector was trained');
    const { stderr } = await runCommand(['score', longer, '--model', out, '--output', '/dev/null']);
    expect(stderr).not.toContain('warning');
    const back = await runCommand(['score', data, '--model', out, '--output', '/dev/null']);
    expect(back.stderr).toContain('do not look like what the detector was calibrated on');
  });

  it('refuses rows so far from what the detector knows that no threshold tells them from anything', async () => {
    const out = join(path, 'flat.safetensors');
    const { code, stderr } = await calibrate(other, out);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /its threshold is -[\d.]+, where far from its training data all scores are -/,
    );
    expect(stderr).toContain('train a detector on them (train or learn)');
    expect(existsSync(out)).toBe(false);
  });

  it('writes such a detector by force, with a mark that every look at it shows', async () => {
    const folder = join(path, 'forced');
    mkdirSync(folder);
    const out = join(folder, 'forced.safetensors');
    const { code } = await calibrate(other, out, '--force');
    expect(code).toBe(0);
    expect(loadDetector(out).failedChecks).toContain('flat-threshold');
    const mark = 'the detector failed checks and was written by force: it ';
    const { stderr } = await runCommand(['score', other, '--model', out, '--output', '/dev/null']);
    expect(stderr).toContain(`warning: ocsvm: ${mark}`);
    expect((await runCommand(['inspect', out])).stdout).toContain(`warning: ${mark}`);
    expect((await runCommand(['models', '--models', folder])).stderr).toContain(mark);
    const { stdout } = await runCommand(['inspect', out, '--json']);
    expect(JSON.parse(stdout).failedChecks).toContain('flat-threshold');
  });
});
