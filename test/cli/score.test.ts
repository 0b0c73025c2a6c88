import { once } from 'node:events';
import { createWriteStream, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse/sync';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BatchScores } from '../../src/engine/batch-scores.js';
import { createEngine } from '../../src/engine/engine.js';
import { saveDetector } from '../../src/model/detector-store.js';
import { parquetFile } from '../support/behaviour-files.js';
import { runCommand, startCommand } from '../support/command-line.js';
import {
  ANOMALOUS_ROW,
  forestOver,
  NORMAL_ROW,
  sampleForest,
} from '../support/sample-detectors.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const detector = sampleForest();
const names = detector.schema.features.map(({ name }) => name);
const folder = temporaryFolder();
const model = saveDetector(detector, folder.path);
const score = (...args: string[]) => runCommand(['score', ...args, '--model', model]);

const rows = [NORMAL_ROW, ANOMALOUS_ROW, { ...NORMAL_ROW, num_users: 60 }];
let expected: BatchScores;
beforeAll(async () => {
  expected = await (await createEngine({ workers: 0 })).score(detector, { rows });
});

const ndjson = `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`;
const arrays = rows.map((row) => names.map((name) => row[name]));
const csv = `${[names, ...arrays].map((cells) => cells.join(',')).join('\n')}\n`;
const parquet = parquetFile({ names, rows: arrays });
const verdict = (row: number, at = row) => ({
  row,
  prediction: expected.predictions[at],
  score: expected.scores[at],
  risk: expected.risks[at],
});
const linesOf = (text: string) => text.trimEnd().split('\n');
const SUMMARY = /^3 rows, 2 normal, 1 anomaly, 0 skipped, [\d,]+ rows\/s\n$/;

describe('every form of input gives the same verdicts', () => {
  it.each([
    ['CSV', 'rows.csv', csv],
    ['CSV without an extension', 'rows', csv],
    ['CSV with CRLF and a byte order mark', 'dos.csv', `\uFEFF${csv.replaceAll('\n', '\r\n')}`],
    ['NDJSON of objects', 'rows.ndjson', ndjson],
    ['NDJSON without an extension', 'lines.txt', `\n  ${ndjson}`],
    ['NDJSON of arrays', 'rows.jsonl', arrays.map((row) => JSON.stringify(row)).join('\r\n')],
    [
      'CSV with semicolons and decimal commas',
      'rows.txt',
      csv.replace(/[,.]/g, (c) => (c === ',' ? ';' : ',')),
    ],
    ['Parquet', 'rows.parquet', parquet],
    ['Parquet without an extension', 'table', parquet],
    ['a JSON array', 'rows.json', JSON.stringify(rows)],
    ['a JSON array without an extension', 'array', JSON.stringify(rows, undefined, 2)],
    ['a JSON batch of rows', 'batch', JSON.stringify({ rows: arrays })],
    [
      'a JSON batch of columns',
      'columns',
      JSON.stringify({
        columns: Object.fromEntries(names.map((name, i) => [name, arrays.map((row) => row[i])])),
      }),
    ],
  ])('%s', async (_, name, content) => {
    const run = await score(folder.write(name, content), '--format', 'ndjson');
    expect(run.stderr).toMatch(SUMMARY);
    expect(run.code).toBe(0);
    expect(linesOf(run.stdout).map((line) => JSON.parse(line))).toEqual(
      [0, 1, 2].map((row) => verdict(row)),
    );
  });

  it.each([
    ['CSV', csv],
    ['NDJSON', ndjson],
    ['JSON', JSON.stringify({ rows })],
    ['Parquet', parquet],
  ])('%s from stdin', async (_, input) => {
    const args = ['score', '-', '--model', model, '--format', 'ndjson'];
    const { code, stdout } = await runCommand(args, { input });
    expect(code).toBe(0);
    expect(linesOf(stdout).map((line) => JSON.parse(line))).toEqual(
      [0, 1, 2].map((row) => verdict(row)),
    );
  });
});

describe('the output', () => {
  it('of CSV keeps the columns as they stand and gains prediction, score and risk', async () => {
    const input = [
      ',_id,inter_api_access_duration(sec),api_access_uniqueness,sequence_length(count),' +
        'vsession_duration(min),ip_type,num_sessions,num_users,num_unique_apis,source,classification',
      `0,"a ""b"", c",${arrays[0].slice(0, 4)},default,${arrays[0].slice(4, 7)},E,normal`,
      `1, x ,${arrays[1].slice(0, 4)},datacenter,${arrays[1].slice(4, 7)},E,outlier`,
    ];
    const { code, stdout } = await score(folder.write('raw.csv', input.join('\n')));
    expect(code).toBe(0);
    expect(linesOf(stdout)).toEqual([
      `${input[0]},prediction,score,risk`,
      `${input[1]},normal,${expected.scores[0]},${expected.risks[0]}`,
      `${input[2]},anomaly,${expected.scores[1]},${expected.risks[1]}`,
    ]);
  });

  it('has the format of the input unless another is asked for', async () => {
    const file = folder.write('rows.ndjson', ndjson);
    const same = await score(file);
    expect(linesOf(same.stdout).map((line) => JSON.parse(line))).toEqual(
      [0, 1, 2].map((row) => verdict(row)),
    );
    const json = await score(file, '--format', 'json');
    expect(JSON.parse(json.stdout)).toEqual([0, 1, 2].map((row) => verdict(row)));
    const table = await score(file, '--format', 'csv');
    const fromParquet = await score(folder.write('rows.parquet', parquet));
    expect(fromParquet.stdout).toBe(table.stdout);
    expect(
      parse(table.stdout, {
        columns: true,
        cast: (cell) => (Number.isNaN(Number(cell)) ? cell : Number(cell)),
      }),
    ).toEqual(
      rows.map((row, i) => {
        const { row: _, ...columns } = verdict(i);
        return { ...row, ...columns };
      }),
    );
  });

  it('of an input without rows is a header or an empty array', async () => {
    const header = folder.write('header.csv', names.join(','));
    expect(await score(header)).toMatchObject({
      code: 0,
      stdout: `${names},prediction,score,risk\n`,
      stderr: '0 rows, 0 normal, 0 anomalies, 0 skipped, 0 rows/s\n',
    });
    expect(await score(header, '--format', 'json')).toMatchObject({ code: 0, stdout: '[]\n' });
  });
});

describe('--explain', () => {
  it('adds to CSV what every feature contributes, and the largest parts in words', async () => {
    const { code, stdout } = await score(folder.write('why.csv', csv), '--explain');
    expect(code).toBe(0);
    const lines: Record<string, string>[] = parse(stdout, { columns: true });
    expect(Object.keys(lines[0])).toEqual([
      ...names,
      'prediction',
      'score',
      'risk',
      'explanation',
      'baseline',
      ...names.map((name) => `contribution_${name}`),
    ]);
    lines.forEach((line, row) => {
      const parts = names.map((name) => Number(line[`contribution_${name}`]));
      const total = parts.reduce((sum, part) => sum + part, Number(line.baseline));
      expect(total).toBeCloseTo(expected.scores[row], 12);
    });
    expect(lines[1].explanation).toBe(
      'api_access_uniqueness 0.8 (normal -0.088 to 0.112): -1; num_users 1 (normal -380 to 820): -0.8',
    );
  });

  it('adds an object to each line of NDJSON, and to JSON, the largest part first', async () => {
    const file = folder.write('why.ndjson', `${ndjson}[1, 2]\n`);
    const lines = linesOf((await score(file, '--explain')).stdout).map((line) => JSON.parse(line));
    const { explanation, ...plain } = lines[1];
    expect(plain).toEqual(verdict(1));
    expect(explanation).toMatchObject({ method: 'exact-shapley', baseline: expected.scores[0] });
    expect(explanation.features).toHaveLength(names.length);
    expect(explanation.features[0]).toEqual({
      name: 'api_access_uniqueness',
      value: 0.8,
      low: expect.closeTo(-0.088, 12),
      high: expect.closeTo(0.112, 12),
      min: null,
      max: null,
      contribution: expect.any(Number),
    });
    expect(explanation.outOfRange).toEqual([]);
    expect(lines[3]).toEqual({ row: 3, error: 'line 4: has 2 values, expected 9' });
    const json = await score(file, '--explain', '--format', 'json');
    expect(JSON.parse(json.stdout)).toEqual(lines);
  });

  it('tells the errors of estimates', async () => {
    const features = Array.from({ length: 14 }, () => ({}));
    const wide = forestOver('wide', features, {
      transforms: [
        {
          type: 'standard',
          nFeatures: 14,
          mean: new Float64Array(14),
          scale: new Float64Array(14).fill(1),
        },
      ],
    });
    const file = saveDetector(wide, folder.path);
    const row = JSON.stringify(features.map(() => 3));
    const input = folder.write('wide.ndjson', `${row}\n`);
    const run = (format: string) =>
      runCommand(['score', input, '--model', file, '--explain', '--format', format]);
    const { explanation } = JSON.parse((await run('ndjson')).stdout);
    expect(explanation).toMatchObject({ method: 'sampled-shapley', baseline: 1 });
    expect(explanation.features[0]).toMatchObject({ name: 'x0', contribution: -2, error: 0 });
    const [line] = parse((await run('csv')).stdout, { columns: true }) as Record<string, string>[];
    expect(line).toMatchObject({ explanation: 'x0 3 (normal -2 to 2): -2 ± 0', error_x13: '0' });
  });

  it('fails before it writes anything where the detector has nothing to explain by', async () => {
    const plain = saveDetector(sampleForest({ name: 'plain', transforms: [] }), folder.path);
    const input = folder.write('unexplained.csv', csv);
    const run = await runCommand(['score', input, '--model', plain, '--explain']);
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toContain('detector "plain" cannot explain its scores');
  });
});

describe('rows that cannot be scored', () => {
  it('have empty cells in CSV, are counted, and listed with their lines', async () => {
    const lines = linesOf(csv);
    lines[2] = lines[2].replace(/,1,70,/, ',,70,');
    const { code, stdout, stderr } = await score(folder.write('gap.csv', lines.join('\n')));
    expect(code).toBe(0);
    expect(linesOf(stdout)[2]).toBe(`${lines[2]},,,`);
    expect(stderr).toMatch(
      /^3 rows, 2 normal, 0 anomalies, 1 skipped, .*\n {2}line 3: "num_users" is missing\n$/,
    );
  });

  it('have a line that says why in NDJSON, and the stream goes on', async () => {
    const broken = `{"num_users":1}\n{"num_us\n${ndjson}`;
    const { code, stdout, stderr } = await score(folder.write('broken.ndjson', broken));
    expect(code).toBe(0);
    const [first, second, third] = linesOf(stdout).map((line) => JSON.parse(line));
    expect(first).toEqual({ row: 0, error: 'line 1: "inter_api_access_duration" is missing' });
    expect(second).toEqual({ row: 1, error: expect.stringMatching(/^line 2: not valid JSON/) });
    expect(third).toEqual(verdict(2, 0));
    expect(stderr).toMatch(/^5 rows, 2 normal, 1 anomaly, 2 skipped/);
  });

  it('are a failure when no other is left', async () => {
    const { code, stderr } = await score(folder.write('none.ndjson', '{"a":1}\n{"b":2}\n'));
    expect(code).toBe(1);
    expect(stderr).toBe(
      'anomaly-predictor: none of 2 rows could be scored; the first: ' +
        'line 1: "inter_api_access_duration" is missing\n',
    );
  });

  it('are listed up to a limit', async () => {
    const gaps = '{"num_users":1}\n\n'.repeat(13);
    const { code, stderr } = await score(folder.write('gaps.ndjson', gaps + ndjson));
    expect(code).toBe(0);
    expect(linesOf(stderr).slice(1)).toEqual([
      ...Array.from({ length: 10 }, (_, i) => {
        return `  line ${2 * i + 1}: "inter_api_access_duration" is missing`;
      }),
      '  … and 3 more',
    ]);
  });

  const many = csv.replace(/^12,/m, 'many,');
  it.each([
    ['fail', csv.replace(/^12,/m, ','), 'line 3: "inter_api_access_duration" is missing'],
    ['fail', many, 'line 3: "inter_api_access_duration" expected a number, got "many"'],
    ['skip-missing', many, 'line 3: "inter_api_access_duration" expected a number, got "many"'],
  ])('end the run with --bad-rows %s', async (policy, content, message) => {
    const file = folder.write('bad.csv', content);
    const { code, stderr } = await score(file, '--bad-rows', policy);
    expect({ code, stderr }).toEqual({ code: 1, stderr: `anomaly-predictor: ${message}\n` });
  });
});

const COLUMNS_OF_TWO_LENGTHS = JSON.stringify({
  columns: Object.fromEntries(names.map((name) => [name, name === 'num_users' ? [1, 1] : [1]])),
});

describe('a broken file is refused with its place', () => {
  const changed = (change: (lines: string[]) => void) => {
    const lines = linesOf(csv);
    change(lines);
    return lines.join('\n');
  };
  it.each([
    [
      'a text for a number',
      changed((l) => {
        l[2] = l[2].replace('340', 'many');
      }),
      'line 3: "sequence_length" expected a number, got "many"',
    ],
    [
      'too few columns',
      changed((l) => {
        l[3] = '1,2';
      }),
      'line 4: has 2 columns, but the header has 9',
    ],
    [
      'an unknown header',
      changed((l) => {
        l[0] = l[0].replace('num_users', 'users');
      }),
      'line 1: the header has no column "num_users"; was "users" meant?',
    ],
    [
      'a taken column',
      changed((l) => {
        for (const i of l.keys()) l[i] += ',score';
      }),
      'line 1: column "score" is there already; rename it or choose another --format',
    ],
    [
      'an open quote',
      changed((l) => {
        l[1] = `"${l[1]}`;
      }),
      'line 4: a quote that was opened before is not closed by here',
    ],
    ['nothing at all', '', 'the file is empty, expected a header line'],
  ])('%s in CSV', async (_, content, message) => {
    const file = folder.write('broken.csv', content);
    const { code, stderr } = await score(file, '--bad-rows', 'fail');
    expect({ code, stderr }).toEqual({ code: 1, stderr: `anomaly-predictor: ${message}\n` });
  });

  it.each([
    ['half a document', '{"rows": [', /^anomaly-predictor: not valid JSON: .*\n$/],
    ['neither rows nor columns', '{"row": []}', /expected an array of rows, or an object with/],
    [
      'columns of two lengths',
      COLUMNS_OF_TWO_LENGTHS,
      'column "num_users" has 2 values, expected 1',
    ],
    ['no rows', '[]', 'the batch is empty, expected at least one row'],
  ])('%s in JSON', async (_, content, message) => {
    const { code, stdout, stderr } = await score(folder.write('broken.json', content));
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    if (typeof message === 'string') expect(stderr).toBe(`anomaly-predictor: ${message}\n`);
    else expect(stderr).toMatch(message);
  });

  it.each([
    ['missing.csv', 'ENOENT'],
    ['.', 'it is a folder'],
  ])('%s cannot be read', async (name, reason) => {
    const { code, stderr } = await score(join(folder.path, name));
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^anomaly-predictor: cannot read .*: ${reason}.*\\n$`));
  });
});

describe('--output', () => {
  const files = () => readdirSync(folder.path).filter((name) => name.startsWith('out'));

  it('writes what stdout would get, also over its own input', async () => {
    const { stdout } = await score(folder.write('rows.csv', csv));
    const file = folder.write('out-same.csv', csv);
    const run = await score(file, '--output', file);
    expect(run).toMatchObject({ code: 0, stdout: '' });
    expect(readFileSync(file, 'utf8')).toBe(stdout);
  });

  it('leaves what was there, and nothing half, when the input breaks at its end', async () => {
    const before = folder.write('out-kept.csv', 'kept');
    const rows = `${csv}${`${arrays[0]}\n`.repeat(20_000)}1,2\n`;
    const late = folder.write('late.csv', rows);
    const run = await score(late, '--output', before, '--bad-rows', 'fail');
    expect(run).toMatchObject({
      code: 1,
      stderr: 'anomaly-predictor: line 20005: has 2 columns, but the header has 9\n',
    });
    expect(readFileSync(before, 'utf8')).toBe('kept');
    expect(files()).toEqual(['out-kept.csv', 'out-same.csv']);
  });

  it('leaves nothing when it is stopped midway', async () => {
    const output = join(folder.path, 'out-stopped.csv');
    const child = startCommand(['score', '-', '--model', model, '--output', output]);
    child.stdin.write(csv);
    await expect.poll(files, { timeout: 20_000 }).toContainEqual(expect.stringMatching(/partial$/));
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([130, null]);
    expect(files()).toEqual(['out-kept.csv', 'out-same.csv']);
  });

  it('refuses a folder that does not exist', async () => {
    const output = join(folder.path, 'no', 'out.csv');
    const { code, stderr } = await score(folder.write('rows.csv', csv), '--output', output);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^anomaly-predictor: cannot write the output: ENOENT.*\n$/);
  });
});

describe('inputs larger than the memory that is allowed', () => {
  const SMALL_HEAP = ['--max-old-space-size=32'];

  it('are scored row by row from CSV, in order', async () => {
    const nRows = 100_000;
    const file = join(folder.path, 'large.csv');
    const note = 'x'.repeat(600);
    async function* lines() {
      yield `id,note,${names}\n`;
      for (let row = 0; row < nRows; row += 1_000) {
        let block = '';
        for (let i = row; i < row + 1_000; i++) block += `${i},${note},${arrays[i % 3]}\n`;
        yield block;
      }
    }
    await pipeline(lines, createWriteStream(file));
    const child = startCommand(['score', file, '--model', model], { node: SMALL_HEAP });
    child.stdin.end();
    const closed = once(child, 'close');
    const stderr = text(child.stderr);
    let next = -1;
    let wrong = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      const row = next++;
      if (row < 0) continue;
      const { prediction, score, risk } = verdict(row, row % 3);
      const end = `,${prediction},${score},${risk}`;
      if (!line.startsWith(`${row},`) || !line.endsWith(end)) wrong++;
    }
    expect(await stderr).toMatch(/^columns not used: id, note\n100,000 rows, .* 0 skipped/);
    expect({ rows: next, wrong, closed: await closed }).toEqual({
      rows: nRows,
      wrong: 0,
      closed: [0, null],
    });
  });

  it('are scored from an NDJSON pipe, whatever the pace of the reader', async () => {
    const nBlocks = 1_000;
    const block = ndjson.repeat(100);
    const args = ['score', '-', '--model', model];
    const child = startCommand(args, { node: SMALL_HEAP });
    const closed = once(child, 'close');
    const stderr = text(child.stderr);
    async function* blocks() {
      for (let i = 0; i < nBlocks; i++) yield block;
    }
    const feeding = pipeline(blocks, child.stdin);
    let rows = 0;
    let last = '';
    for await (const line of createInterface({ input: child.stdout })) {
      rows++;
      last = line;
    }
    await feeding;
    expect(await stderr).toMatch(/^300,000 rows, .* 0 skipped/);
    expect({ rows, closed: await closed }).toEqual({ rows: 300_000, closed: [0, null] });
    expect(JSON.parse(last)).toEqual(verdict(299_999, 2));
  });

  it('may have rows of megabytes', async () => {
    const file = join(folder.path, 'long.csv');
    const note = `"${'a, ""b""\n'.repeat(1_000)}${'x'.repeat(2_000_000)}"`;
    async function* lines() {
      yield `note,${names}\n`;
      for (let row = 0; row < 60; row++) yield `${note},${arrays[row % 3]}\n`;
    }
    await pipeline(lines, createWriteStream(file));
    const args = ['score', file, '--model', model, '--format', 'ndjson'];
    const { code, stdout } = await runCommand(args, { node: ['--max-old-space-size=64'] });
    expect(code).toBe(0);
    expect(linesOf(stdout)).toHaveLength(60);
    expect(JSON.parse(linesOf(stdout)[59])).toEqual(verdict(59, 2));
  });
});
