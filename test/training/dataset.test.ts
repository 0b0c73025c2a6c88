import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { API_BEHAVIOUR_ENCODER } from '../../src/model/encoder.js';
import { ANOMALY, NORMAL, readDataset, takeRows } from '../../src/training/dataset.js';
import { LABELLED_HEADER } from '../support/labelled-csv.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const { write } = temporaryFolder();
const read = (content: string) => readDataset(write('data.csv', content), API_BEHAVIOUR_ENCODER);

const NORMAL_LINE = '0.5,0.1,10,20,default,300,200,30,E,normal';
const OUTLIER_LINE = '1.5,0.9,4,7,datacenter,2,1,3,F,outlier';

describe('a labelled file', () => {
  it('becomes features in the order of the schema, categories as flags', async () => {
    const dataset = await read(`${LABELLED_HEADER}\n${NORMAL_LINE}\n${OUTLIER_LINE}\n`);
    expect([...dataset.values]).toEqual([
      ...[0.5, 0.1, 10, 20, 300, 200, 30, 1, 0],
      ...[1.5, 0.9, 4, 7, 2, 1, 3, 0, 1],
    ]);
    expect([...dataset.labels]).toEqual([NORMAL, ANOMALY]);
    expect(dataset).toMatchObject({ file: 'data.csv', nRows: 2, nFeatures: 9, droppedRows: 0 });
  });

  it('loses the rows with a missing value, and says how many', async () => {
    const dataset = await read(
      `${LABELLED_HEADER}\n${NORMAL_LINE}\n,,0,3,datacenter,2,1,0,E,outlier\n${OUTLIER_LINE}\n`,
    );
    expect(dataset).toMatchObject({ nRows: 2, droppedRows: 1 });
  });

  it('is identified by the hash of its bytes', async () => {
    const content = `${LABELLED_HEADER}\n${NORMAL_LINE}\n`;
    const { sha256 } = await read(content);
    expect(sha256).toBe(createHash('sha256').update(content).digest('hex'));
  });

  it('gives copies of the rows that are asked for', async () => {
    const dataset = await read(`${LABELLED_HEADER}\n${NORMAL_LINE}\n${OUTLIER_LINE}\n`);
    const rows = takeRows(dataset, Int32Array.of(1));
    expect([...rows]).toEqual([...dataset.values.subarray(9)]);
  });

  it.each([
    [
      'an unknown class',
      `${NORMAL_LINE.replace('normal', 'strange')}\n`,
      /line 2: "classification".*"strange"/,
    ],
    [
      'text where a number belongs',
      `${NORMAL_LINE.replace('300', 'many')}\n`,
      /line 2: "num_sessions".*"many"/,
    ],
    ['a line that is too short', '1,2,3\n', /line 2: has 3 columns/],
    ['no rows', '', /there are no rows/],
  ])('is refused with %s, naming the place', async (_, lines, message) => {
    await expect(read(`${LABELLED_HEADER}\n${lines}`)).rejects.toThrow(message);
  });

  it('is refused without labels', async () => {
    const unlabelled = `${LABELLED_HEADER.replace(',classification', '')}\n1,1,1,1,default,1,1,1,E\n`;
    await expect(read(unlabelled)).rejects.toThrow('no column "classification"');
  });

  it('is refused when it is not there, naming it', async () => {
    await expect(readDataset('/nowhere.csv', API_BEHAVIOUR_ENCODER)).rejects.toThrow(
      '/nowhere.csv',
    );
  });
});
