import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { API_BEHAVIOUR_ENCODER } from '../../src/model/encoder.js';
import { API_BEHAVIOUR_SCHEMA } from '../../src/model/schema.js';
import { refitsOf } from '../../src/report/refits.js';
import { renderReport } from '../../src/report/render-report.js';
import type { Report } from '../../src/report/report.js';
import { trainingReport } from '../../src/report/training-report.js';
import { readDataset } from '../../src/training/dataset.js';
import { hybrid } from '../../src/training/recipes/hybrid.js';
import { isolationForest } from '../../src/training/recipes/isolation-forest.js';
import { splitDataset } from '../../src/training/split.js';
import { trainDetector } from '../../src/training/train.js';
import { runCommand } from '../support/command-line.js';
import { labelledCsv } from '../support/labelled-csv.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const { path, write } = temporaryFolder();
const data = write('labelled.csv', labelledCsv(150, 100));
const SEED = 7;
const quiet = { workers: 2, onProgress: () => {} };
const plan = {
  kind: 'grid',
  nCandidates: 20,
  tries: { maxDepth: [1, 6] },
  validation: { kind: 'folds', count: 3 },
  scoring: 'average_precision',
} as const;

async function reportOfHybrid(workers = 2): Promise<Report> {
  const dataset = await readDataset(data, API_BEHAVIOUR_ENCODER);
  const options = { search: plan, settings: { trees: 10 }, workers };
  const trained = await trainDetector(hybrid, dataset, SEED, options);
  return trainingReport(dataset, [{ recipe: hybrid, trained, search: plan }], {
    ...quiet,
    workers,
    seed: SEED,
  });
}

function tableOf(report: Report, title: string) {
  const block = report.sections
    .flatMap(({ blocks }) => blocks)
    .find((candidate) => candidate.title === title);
  return block?.table ?? { header: [], rows: [] };
}

describe('the report of a training', () => {
  it('has the search sorted, a learning curve, bands over folds, and the seed', async () => {
    const report = await reportOfHybrid();
    const search = tableOf(report, 'Search');
    expect(search.header.slice(0, 2)).toEqual(['maxDepth', 'average_precision']);
    const scores = search.rows.map(([, score]) => Number(score));
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(scores).toHaveLength(2);

    const learning = tableOf(report, 'Learning curve').rows.map(([rows]) => Number(rows));
    expect(learning).toHaveLength(5);
    expect(learning).toEqual(learning.toSorted((a, b) => a - b));
    expect(tableOf(report, 'ROC curve').header).toContain('mean of the folds');
    expect(tableOf(report, 'Program, machine and seeds').rows).toContainEqual([
      'seed of split, folds, draws and shuffles',
      String(SEED),
    ]);
    expect(tableOf(report, 'Rows by class').rows.map(([name]) => name)).toEqual([
      'all',
      'training',
      'held out',
    ]);
  });

  it('is the same for the same data and seed, on any number of workers', async () => {
    expect(renderReport(await reportOfHybrid(1))).toBe(renderReport(await reportOfHybrid(2)));
  });
});

describe('models that are fitted anew', () => {
  it('are judged by rows that they were not fitted to', async () => {
    const dataset = await readDataset(data, API_BEHAVIOUR_ENCODER);
    const split = splitDataset(dataset, SEED);
    const { method } = hybrid;
    const settings = { trees: 5 };
    const options = { ...quiet, schema: API_BEHAVIOUR_SCHEMA, method, settings, seed: SEED };
    const { folds, learning, rows } = await refitsOf(dataset, split, options);
    // Every row of the training part is in one fold.
    expect(folds.reduce((sum, { scores }) => sum + scores.length, 0)).toBe(split.train.length);
    expect(rows).toBe(split.train.length);
    expect(learning[4].rows).toBe(rows);
    expect(learning[4].averagePrecision.mean).toBeGreaterThan(0.95);
  });

  it('have no folds where there are too few rows of a class', async () => {
    const few = write('few.csv', labelledCsv(40, 8));
    const dataset = await readDataset(few, API_BEHAVIOUR_ENCODER);
    const { method } = hybrid;
    const options = {
      ...quiet,
      schema: API_BEHAVIOUR_SCHEMA,
      method,
      settings: { trees: 3 },
      seed: SEED,
    };
    const { folds, learning } = await refitsOf(dataset, splitDataset(dataset, SEED), options);
    expect(folds).toEqual([]);
    expect(learning.length).toBeGreaterThan(0);
  });

  it('of a method that learns normal rows alone are fitted to these', async () => {
    const dataset = await readDataset(data, API_BEHAVIOUR_ENCODER);
    const split = splitDataset(dataset, SEED);
    const { method } = isolationForest;
    const options = {
      ...quiet,
      schema: API_BEHAVIOUR_SCHEMA,
      method,
      settings: { trees: 5 },
      seed: SEED,
    };
    const { rows } = await refitsOf(dataset, split, options);
    const nNormal = split.train.filter((row) => dataset.labels[row] === 1).length;
    expect(rows).toBe(nNormal);
  });
});

describe('train --report', () => {
  it('writes one report on all detectors of the run', async () => {
    const args = ['train', '--data', data, '--detector', 'isolation-forest', '--out', path];
    const { code, stdout } = await runCommand([...args, '--target-fpr', '0.1', '--report', path]);
    expect(code).toBe(0);
    const file = join(path, 'training.html');
    expect(stdout).toContain(`report written to ${file}`);
    const html = readFileSync(file, 'utf8');
    expect(html).toContain('<h1>Training on labelled.csv</h1>');
    expect(html).toContain('figure-2-title');
    expect(html).not.toMatch(/https?:|src=|<script|<link/);
  });
});
