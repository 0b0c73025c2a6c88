import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluationReport } from '../../src/report/evaluation-report.js';
import { renderReport } from '../../src/report/render-report.js';
import type { Block } from '../../src/report/report.js';
import { readDataset } from '../../src/training/dataset.js';
import { judgingRows } from '../../src/training/unseen-rows.js';
import { runCommand } from '../support/command-line.js';
import { labelledCsv } from '../support/labelled-csv.js';
import { sampleForest, sampleOneClassSvm } from '../support/sample-detectors.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const { path, write } = temporaryFolder();
const [header, ...lines] = labelledCsv(120, 60).split('\n');
const gap = ',0.5,20,100,default,200,100,50,E,normal';
const data = write('<b>labelled.csv', [header, ...lines.slice(0, -1), gap, ''].join('\n'));

async function reportOn(detector = sampleForest()) {
  const dataset = await readDataset(data, detector.encoder);
  return evaluationReport(detector, dataset, judgingRows(detector, dataset), ['no drift']);
}

function block(blocks: readonly Block[], title: string): Block {
  const found = blocks.find((candidate) => candidate.title === title);
  if (found === undefined) throw new Error(`the report has no block "${title}"`);
  return found;
}

describe('the report of an evaluation', () => {
  it('tells how many rows of which class there are, and which were dropped for what', async () => {
    const { sections } = await reportOn();
    const [, { blocks }] = sections;
    expect(block(blocks, 'Rows by class').table?.rows[0]).toEqual(['all', '132', '66', '33.3 %']);
    const dropped = block(blocks, 'Missing values, and what was dropped');
    expect(dropped.table?.rows).toEqual([['inter_api_access_duration(sec)', '1', '0']]);
    expect(block(blocks, 'Rows that were dropped, and why').table?.rows).toEqual([
      [expect.stringContaining('line 200')],
    ]);
  });

  it('names features that are strongly correlated', async () => {
    const { sections } = await reportOn();
    const { blocks } = sections[3];
    expect(block(blocks, 'Strongly correlated pairs').table?.rows).toContainEqual([
      'num_sessions',
      'num_users',
      expect.stringMatching(/^0\.9/),
    ]);
  });

  it('has words, a title and a table for every chart', async () => {
    for (const detector of [sampleForest(), sampleOneClassSvm()]) {
      const report = await reportOn(detector);
      const blocks = report.sections.flatMap((section) => section.blocks);
      const figures = blocks.filter(({ figure }) => figure !== undefined);
      expect(figures.length).toBeGreaterThan(15);
      for (const { title, figure, table } of figures) {
        expect([title, figure?.alternative]).not.toContain('');
        expect([title, table?.rows.length]).not.toEqual([title, 0]);
      }
      const html = renderReport(report);
      expect(html.match(/<svg [^>]*role="img" aria-labelledby="[^"]+"><title/g)).toHaveLength(
        figures.length,
      );
      expect(html.match(/<details>/g)).toHaveLength(figures.length);
    }
  });

  it('leaves out what cannot be computed, and says why', async () => {
    const { sections } = await reportOn(sampleOneClassSvm());
    const { figure, notes } = block(sections[0].blocks, 'Impurity importance');
    expect(figure).toBeUndefined();
    expect(notes[0]).toMatch(/^Left out: only forests/);
  });

  it('goes on where all rows are of one class', async () => {
    const detector = sampleForest();
    const file = write('normal.csv', [header, ...lines.slice(0, 30), ''].join('\n'));
    const dataset = await readDataset(file, detector.encoder);
    const report = evaluationReport(detector, dataset, judgingRows(detector, dataset), []);
    const { blocks } = report.sections[0];
    expect(block(blocks, 'ROC and precision–recall curves').notes[0]).toMatch(/^Left out/);
    expect(block(blocks, 'Permutation importance').notes[0]).toMatch(/^Left out/);
    expect(renderReport(report)).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('is one file that loads nothing, runs nothing and shows names as text', async () => {
    const html = renderReport(await reportOn());
    expect(html).toContain('&lt;b&gt;labelled.csv');
    expect(html).not.toMatch(/<b>|https?:|src=|<script|<link|@import|url\((?!#figure-\d)/);
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is the same file for the same data', async () => {
    expect(renderReport(await reportOn())).toBe(renderReport(await reportOn()));
  });
});

describe('evaluate --report', () => {
  const model = ['--model', 'hybrid'];

  it('writes the report and says where', async () => {
    const folder = join(path, 'new', 'reports');
    const args = ['evaluate', '--data', data, ...model, '--report', folder];
    const { code, stdout } = await runCommand(args);
    expect(code).toBe(0);
    const file = join(folder, 'evaluation.html');
    expect(stdout).toContain(`report written to ${file}`);
    expect(readFileSync(file, 'utf8')).toMatch(/<h1>Random Forest, hybrid on &lt;b&gt;labelled/);
  });

  it('keeps JSON on stdout readable', async () => {
    const args = ['evaluate', '--data', data, ...model, '--json', '--report', path];
    const { stdout } = await runCommand(args);
    expect(JSON.parse(stdout)).toMatchObject({ model: 'hybrid' });
  });

  it('names the file that it cannot write', async () => {
    const args = ['evaluate', '--data', data, ...model, '--report', join(data, 'x')];
    const { code, stderr } = await runCommand(args);
    expect(code).not.toBe(0);
    expect(stderr).toContain('cannot write the report');
  });
});
