import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { makeExamples } from '../../bench/make-examples.js';
import { API_BEHAVIOUR_SCHEMA } from '../../src/model/schema.js';
import { SHIPPED_MODELS_FOLDER } from '../../src/package-paths.js';
import { runCommand } from '../support/command-line.js';
import { hasSharedData, sharedPath } from '../support/shared-data.js';

const file = (name: string) => join(SHIPPED_MODELS_FOLDER, 'examples', name);
const csv = readFileSync(file('behaviours.csv'), 'utf8');
const ndjson = readFileSync(file('behaviours.ndjson'), 'utf8');

describe('the shipped examples', () => {
  it('are what their script makes', () => {
    expect(makeExamples()).toEqual({ csv, ndjson });
  });

  it('are plausible behaviours', () => {
    const rows = ndjson
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toHaveLength(200);
    for (const row of rows) {
      expect(Object.keys(row)).toEqual(API_BEHAVIOUR_SCHEMA.features.map(({ name }) => name));
      expect(row.inter_api_access_duration).toBeGreaterThan(0);
      expect(row.api_access_uniqueness).toBeLessThanOrEqual(1);
      for (const name of ['vsession_duration', 'num_sessions', 'num_users', 'num_unique_apis']) {
        expect(row[name]).toBeGreaterThanOrEqual(1);
        expect(Number.isInteger(row[name])).toBe(true);
      }
      expect([0, 1]).toContain(row.ip_type_default);
      expect([0, 1]).toContain(row.source_F);
    }
  });

  it('get the same verdicts from CSV as from NDJSON', async () => {
    const score = (name: string) =>
      runCommand(['score', file(name), '--model', 'hybrid', '--format', 'ndjson']);
    const fromCsv = await score('behaviours.csv');
    expect(fromCsv.code).toBe(0);
    expect(fromCsv.stdout.split('\n')).toHaveLength(201);
    expect((await score('behaviours.ndjson')).stdout).toBe(fromCsv.stdout);
  });

  it.skipIf(!hasSharedData)('repeat no row of the dataset', () => {
    const dataset = readFileSync(sharedPath('data/supervised_dataset.csv'), 'utf8');
    const behavioursOf = (text: string) =>
      parse(text).map((cells: string[]) => cells.slice(2, 6).map(Number).join());
    const known = new Set(behavioursOf(dataset).slice(1));
    expect(known.size).toBeGreaterThan(1_000);
    expect(
      behavioursOf(csv)
        .slice(1)
        .filter((behaviour) => known.has(behaviour)),
    ).toEqual([]);
  });
});
