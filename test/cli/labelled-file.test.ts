import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadDetector } from '../../src/model/detector-store.js';
import {
  type Cell,
  csvFile,
  ndjsonFile,
  parquetFile,
  type Table,
} from '../support/behaviour-files.js';
import { runCommand } from '../support/command-line.js';
import { labelledCsv } from '../support/labelled-csv.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const { path, write } = temporaryFolder();
const data = write('labelled.csv', labelledCsv(120, 40));
const table = tableOf(labelledCsv(120, 40));
const model = join(path, 'ocsvm.safetensors');

/** Of CSV without quotes. */
function tableOf(csv: string): Table {
  const [names, ...rows] = csv
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  const cellOf = (cell: string): Cell => (Number.isNaN(Number(cell)) ? cell : Number(cell));
  return { names, rows: rows.map((row) => row.map(cellOf)) };
}

/** `column` of every row, or of the row at `at` alone, changed. */
function changed(column: string, cell: Cell, at?: number): Table {
  const index = table.names.indexOf(column);
  const rows = table.rows.map((row, i) =>
    at === undefined || i === at ? row.with(index, cell) : row,
  );
  return { names: table.names, rows };
}

const train = (file: string) =>
  runCommand(['train', '--data', file, '--out', path, '--detector', 'ocsvm']);
const evaluate = (file: string, ...args: string[]) =>
  runCommand(['evaluate', '--data', file, '--model', model, ...args]);
const metricsOf = async (file: string) =>
  JSON.parse((await evaluate(file, '--json')).stdout).metrics;

beforeAll(async () => {
  expect(await train(data)).toMatchObject({ code: 0, stderr: '' });
});

describe('labelled behaviours', () => {
  it('train the same detector from Parquet as from CSV', async () => {
    const { scaler, model: svm } = partsOf(model);
    const file = write('labelled.parquet', parquetFile(table));
    expect(await train(file)).toMatchObject({ code: 0, stderr: '' });
    expect(partsOf(model)).toEqual({ scaler, model: svm });
    await train(data);
  });

  it('are judged alike in every format', async () => {
    const expected = await metricsOf(write('dos.csv', csvFile(table, { lineEnd: '\r\n' })));
    expect(expected.recall).toBeGreaterThan(0.5);
    for (const file of [
      write('semicolon.csv', csvFile(table, { delimiter: ';', decimalComma: true })),
      write('rows.ndjson', ndjsonFile(table)),
      write('rows.parquet', parquetFile(table)),
    ]) {
      expect(await metricsOf(file)).toEqual(expected);
    }
  });

  it('lose the rows that lack a value, which are named with their lines', async () => {
    const file = write('gap.ndjson', ndjsonFile(changed('num_users', null, 6)));
    const { code, stderr } = await evaluate(file);
    expect(code).toBe(0);
    expect(stderr).toBe('1 row dropped:\n  line 7: "num_users" is missing\n');
    const report = JSON.parse((await evaluate(file, '--json')).stdout);
    expect(report).toMatchObject({
      droppedRows: 1,
      dropped: ['line 7: "num_users" is missing'],
      unusedColumns: [],
    });
  });

  it('end the run where a row holds something else, unless that is to be passed over', async () => {
    const file = write('odd.csv', csvFile(changed('classification', 'strange', 3)));
    const reason =
      'line 5: "classification" expected one of normal, outlier, anomaly, got "strange"';
    expect(await evaluate(file)).toMatchObject({
      code: 1,
      stderr: `anomaly-predictor: ${file}: ${reason}\n`,
    });
    const { code, stderr } = await evaluate(file, '--bad-rows', 'skip');
    expect({ code, stderr }).toEqual({ code: 0, stderr: `1 row dropped:\n  ${reason}\n` });
  });

  it('are refused where a column holds no numbers: column, line and value are named', async () => {
    const { code, stderr } = await evaluate(
      write('text.csv', csvFile(changed('num_users', 'many'))),
    );
    expect(code).toBe(1);
    expect(stderr).toContain('176 bad rows: line 2: "num_users" expected a number, got "many"; ');
    expect(stderr).toMatch(/ … and 166 more\n$/);
  });

  it('are refused where no row can be used', async () => {
    const file = write('none.csv', csvFile(changed('num_users', null)));
    expect(await evaluate(file)).toMatchObject({
      code: 1,
      stderr:
        `anomaly-predictor: ${file}: none of 176 rows can be used; the first: ` +
        'line 2: "num_users" is missing\n',
    });
  });

  it('do not train where all are of one class, and are judged with a warning', async () => {
    const file = write('normal.csv', csvFile(changed('classification', 'normal')));
    const oneClass = 'all 176 rows that can be used are normal, there are no anomalous ones';
    expect(await train(file)).toMatchObject({
      code: 1,
      stderr: `anomaly-predictor: ${file}: ${oneClass}; training needs both to judge what it made\n`,
    });
    const { code, stderr } = await evaluate(file);
    expect(code).toBe(0);
    expect(stderr).toBe(
      `warning: ${oneClass}: rates and curves that take the other class are undefined (–)\n`,
    );
  });

  it('are taken with a warning where a column is the same in every row', async () => {
    const { code, stderr } = await evaluate(write('same.csv', csvFile(changed('num_users', 3))));
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'warning: the same in every row: num_users (3)\n',
    });
  });

  it('may have columns that nobody wants, which are named once', async () => {
    const rows = table.rows.map((row, i) => [...row, i]);
    const file = write('wide.csv', csvFile({ names: [...table.names, 'id'], rows }));
    expect(await evaluate(file)).toMatchObject({ code: 0, stderr: 'columns not used: id\n' });
  });
});

function partsOf(file: string) {
  const { transforms, model } = loadDetector(file);
  return { scaler: transforms, model };
}
