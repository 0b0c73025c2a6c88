import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
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
  it('warns of rows of another kind, and takes them for usual from then on', async () => {
    const out = join(path, 'mine.safetensors');
    const { stdout } = await runCommand([
      ...['calibrate', model, '--data', other, '--target-fpr', '0.05', '--out', out],
    ]);
    expect(stdout).toContain('warning: These rows do not look like what the detector was trained');
    const { stderr } = await runCommand(['score', other, '--model', out, '--output', '/dev/null']);
    expect(stderr).not.toContain('warning');
    const back = await runCommand(['score', data, '--model', out, '--output', '/dev/null']);
    expect(back.stderr).toContain('do not look like what the detector was calibrated on');
  });
});
