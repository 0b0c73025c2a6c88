import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadDetector, saveDetector } from '../../src/model/detector-store.js';
import { runCommand } from '../support/command-line.js';
import type { ModelCase } from '../support/model-case.js';
import { sampleOneClassSvm } from '../support/sample-detectors.js';
import { caseOf, SCIKIT_LEARN } from '../support/scikit-learn-models.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const fixture = (name: string) =>
  fileURLToPath(new URL(`../../../test/fixtures/scikit-learn/${name}`, import.meta.url));
const csv = (lines: readonly (readonly unknown[])[]) =>
  lines.map((cells) => `${cells.join(',')}\n`);
const rows = folder.write('rows.csv', csv([SCIKIT_LEARN.names, ...SCIKIT_LEARN.rows]).join(''));
const nRows = SCIKIT_LEARN.rows.length;
const labelsOf = ({ anomalies }: ModelCase, [anomaly, normal] = ['-1', '1']) =>
  SCIKIT_LEARN.rows.map((_, row) => (anomalies.includes(row) ? anomaly : normal));

function expectedFile(name: string, scores: readonly number[], labels?: readonly string[]): string {
  const header = labels === undefined ? ['score'] : ['score', 'label'];
  const lines = scores.map((score, row) => (labels === undefined ? [score] : [score, labels[row]]));
  return folder.write(name, csv([header, ...lines]).join(''));
}

async function run(model: string, out: string, ...args: string[]) {
  const file = join(folder.path, out);
  return { file, ...(await runCommand(['import', fixture(model), '--out', file, ...args])) };
}

describe('import', () => {
  it('writes a detector that scores, and shows it', async () => {
    const { file, code, stdout, stderr } = await run('named.joblib', 'mine.safetensors');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^mine: OneClassSVM, imported from scikit-learn 1\.2\.1\n/);
    expect(stdout).toMatch(/\n {2}estimator +StandardScaler, OneClassSVM\n/);
    expect(stdout).toContain(`\nwritten to ${file}\n`);
    expect(stdout).not.toContain('--features');
    const scored = await runCommand(['score', rows, '--model', file]);
    expect(scored.stderr).toContain(`${nRows} rows, `);
  });

  it('writes into a folder, under the name of the model', async () => {
    const { code, stdout } = await run('forest.joblib', '.', '--features', 'a, b,c,d');
    expect(code).toBe(0);
    expect(stdout).not.toContain('does not name its features');
    const { name, schema } = loadDetector(join(folder.path, 'forest.safetensors'));
    expect([name, ...schema.features.map((feature) => feature.name)]).toEqual([
      'forest',
      'a',
      'b',
      'c',
      'd',
    ]);
  });

  it('tells where features have no names', async () => {
    const { stdout } = await run('svm-linear.joblib', 'x.safetensors', '--name', 'linear');
    expect(stdout).toMatch(/^linear: /);
    expect(stdout).toContain('they are x0 to x3 in its order. Name them by --features.');
  });

  it('takes a scaler from a file of its own', async () => {
    const each = caseOf('apart.joblib');
    const args = ['--scaler', fixture(each.scaler ?? ''), '--features', SCIKIT_LEARN.names.join()];
    const expected = expectedFile('apart.csv', each.scores, labelsOf(each));
    const check = ['--check', rows, '--expected', expected];
    const { code, stdout } = await run(each.file, 'apart.safetensors', ...args, ...check);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\n {2}labels that differ {3}none\n/);
  });

  it('warns of a model that calls normal what lies far outside, and writes it all the same', async () => {
    const detector = sampleOneClassSvm();
    if (detector.model.type !== 'one-class-svm') throw new Error('no One-Class SVM');
    const { svm } = detector.model;
    const kernel = { ...svm.kernel, gamma: 1e-9 };
    const blind = sampleOneClassSvm({
      name: 'blind',
      model: { ...detector.model, svm: { ...svm, kernel } },
    });
    const file = join(folder.path, 'imported-blind.safetensors');
    const { code, stderr } = await runCommand([
      ...['import', saveDetector(blind, folder.path), '--out', file],
    ]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^warning: it calls a behaviour normal with "[a-z_]+" at .*; train it /);
    expect(existsSync(file)).toBe(true);
  });

  it('refuses a file that holds no model, and writes nothing', async () => {
    const { file, code, stdout, stderr } = await run('refused-dict.joblib', 'none.safetensors');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^anomaly-predictor: the file holds a dict, expected an estimator/);
    expect(existsSync(file)).toBe(false);
  });

  it.each([
    ['an unnamed anomalous class', 'forest-0-1.joblib', [], 'the classes are 0 and 1: say which'],
    ['scores without rows', 'forest.joblib', ['--expected', rows], '--expected needs the rows'],
    ['a tolerance below 0', 'forest.joblib', ['--tolerance', '-1'], 'Expected a number from 0.'],
    ['too few names', 'forest.joblib', ['--features', 'a,b'], '2 feature names for a model of 4'],
  ])('is wrong usage with %s', async (_, model, args, message) => {
    const { code, stderr } = await run(model, 'none.safetensors', ...args);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
  });
});

describe('the check of an imported model', () => {
  const forest = caseOf('forest-named.joblib');
  const check = (out: string, expected: string, ...args: string[]) =>
    run(forest.file, out, '--check', rows, '--expected', expected, ...args);

  it('compares scores and labels with those of the library', async () => {
    const expected = expectedFile('same.csv', forest.scores, labelsOf(forest, ['-1.0', '1.0']));
    const { file, code, stdout } = await check('same.safetensors', expected);
    expect(code).toBe(0);
    const report = [
      `${rows}: ${nRows} rows, ${forest.anomalies.length} anomalies \\([\\d.]+ %\\), scores from -.* to 1`,
      `Compared with ${expected}`,
      ' {2}largest difference {3}\\S+, at row \\d+ \\(.*, expected .*\\); allowed: 1e-9',
      ' {2}labels that differ {3}none',
    ];
    expect(stdout).toMatch(new RegExp(`\n${report.join('\n')}\n`));
    expect(existsSync(file)).toBe(true);
  });

  it('writes nothing where a score is too far from the expected one', async () => {
    const scores = forest.scores.map((score, row) => (row === 5 ? score + 1e-6 : score));
    const expected = expectedFile('other.csv', scores);
    const { file, code, stdout, stderr } = await check('other.safetensors', expected);
    expect(code).toBe(1);
    expect(stdout).toMatch(/largest difference {3}0\.00000100, at row 5 \(/);
    expect(stdout).toMatch(/labels that differ {3}not compared, the file has no column "label"/);
    expect(stderr).toMatch(
      /differ by up to 0\.00000100, at row 5, more than 1e-9: it is not written$/m,
    );
    expect(existsSync(file)).toBe(false);
  });

  it('has a tolerance that may be set', async () => {
    const scores = forest.scores.map((score) => score + 1e-6);
    const args = ['--tolerance', '1e-5'];
    const { code } = await check('far.safetensors', expectedFile('far.csv', scores), ...args);
    expect(code).toBe(0);
  });

  it('writes nothing where a label differs', async () => {
    const labels = labelsOf(forest);
    for (const row of [7, 9]) labels[row] = labels[row] === '1' ? '-1' : '1';
    const expected = expectedFile('labels.csv', forest.scores, labels);
    const { file, code, stdout, stderr } = await check('labels.safetensors', expected);
    expect(code).toBe(1);
    expect(stdout).toMatch(/labels that differ {3}2, at rows 7, 9\n/);
    expect(stderr).toBe('anomaly-predictor: 2 labels of the detector differ: it is not written\n');
    expect(existsSync(file)).toBe(false);
  });

  it('names the anomalous class of labels as the import does', async () => {
    const each = caseOf('forest-texts.joblib');
    const expected = expectedFile('texts.csv', each.scores, labelsOf(each, ['odd', 'usual']));
    const args = ['--anomaly-class', 'odd', '--features', SCIKIT_LEARN.names.join()];
    const checked = ['--check', rows, '--expected', expected];
    const { code, stdout } = await run(each.file, 'texts.safetensors', ...args, ...checked);
    expect(stdout).toMatch(/labels that differ {3}none/);
    expect(code).toBe(0);
  });

  it('needs one score for each row', async () => {
    const expected = expectedFile('short.csv', forest.scores.slice(1));
    const { code, stderr } = await check('short.safetensors', expected);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `anomaly-predictor: ${expected} has ${nRows - 1} scores for ${nRows} rows\n`,
    });
  });

  it('tells how many rows are anomalies where nothing is expected, and passes over gaps', async () => {
    const gap = folder.write(
      'gap.csv',
      csv([SCIKIT_LEARN.names, [1, 2, '', 4], [20, 3, 0.5, 0]]).join(''),
    );
    const { code, stdout } = await run(forest.file, 'gap.safetensors', '--check', gap);
    expect(code).toBe(0);
    expect(stdout).toContain(
      `${gap}: 1 row, 1 more cannot be used, 0 anomalies (0.0 %), scores from 1 to 1\n` +
        '  line 2: "gap" is missing\n',
    );
  });

  it('does not compare rows with a gap', async () => {
    const gap = folder.write('gap-2.csv', csv([SCIKIT_LEARN.names, [1, 2, '', 4]]).join(''));
    const args = ['--check', gap, '--expected', expectedFile('one.csv', [0])];
    const { code, stderr } = await run(forest.file, 'gap.safetensors', ...args);
    expect(code).toBe(1);
    expect(stderr).toContain('line 2: "gap" is missing');
  });
});
