import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CsvRecord, csvRowReader, encodeCsv, readCsv } from '../../src/formats/csv.js';
import type { Encoder } from '../../src/model/encoder.js';
import { API_BEHAVIOUR_ENCODER } from '../../src/model/encoder.js';

async function* chunksOf(content: string | Uint8Array, chunkBytes = 7) {
  const bytes = Buffer.from(content);
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    yield bytes.subarray(start, start + chunkBytes);
  }
}

async function read(content: string | Uint8Array, chunkBytes?: number): Promise<CsvRecord[]> {
  const records: CsvRecord[] = [];
  for await (const record of readCsv(chunksOf(content, chunkBytes))) records.push(record);
  return records;
}

const cellsOf = (records: readonly CsvRecord[]) => records.map(({ cells }) => cells);

describe('reading CSV', () => {
  it('yields the header and the rows with the lines they stand on', async () => {
    expect(await read('a,b\n1,2\n\n3,4')).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['1', '2'] },
      { line: 4, cells: ['3', '4'] },
    ]);
  });

  it('takes CRLF, LF and both in one file, and a byte order mark', async () => {
    expect(cellsOf(await read('\uFEFFa,b\r\n1,2\n3,4\r\n'))).toEqual([
      ['a', 'b'],
      ['1', '2'],
      ['3', '4'],
    ]);
  });

  it('reads quoted separators, line ends and quotes as part of the cell', async () => {
    const records = await read('a,b\r\n"x, y","line 1\nline 2"\r\n"say ""hi""",\r\n');
    expect(records).toEqual([
      { line: 1, cells: ['a', 'b'] },
      {
        line: 3,
        cells: ['x, y', 'line 1\nline 2'],
      },
      { line: 4, cells: ['say "hi"', ''] },
    ]);
  });

  it('reads back whatever cells were written, however the bytes are cut', async () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', 'é', ' ', ',', '"', '\n', '\r', '\u{1F600}'),
    });
    const table = fc
      .integer({ min: 2, max: 4 })
      .chain((width) =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1 }),
      );
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 64 }), async (rows, chunkBytes) => {
        expect(cellsOf(await read(encodeCsv(rows), chunkBytes))).toEqual(rows);
        const theirs = stringify(rows, { quoted: true, record_delimiter: '\r\n' });
        expect(cellsOf(await read(theirs, chunkBytes))).toEqual(rows);
      }),
    );
  });

  it('reads a cell of a million characters', async () => {
    const long = 'x'.repeat(1_000_000);
    expect(cellsOf(await read(`a,b\n${long},1\n`, 65_536))).toEqual([
      ['a', 'b'],
      [long, '1'],
    ]);
  });

  it.each([
    ['an empty file', '', 'the file is empty, expected a header line'],
    ['a file of blank lines', '\n\n', 'the file is empty, expected a header line'],
    ['a row that is too short', 'a,b\n1,2\n3\n', 'line 3: has 1 columns, but the header has 2'],
    ['a row that is too long', 'a,b\n1,2,3\n', 'line 2: has 3 columns, but the header has 2'],
    [
      'an open quote',
      'a,b\n1,2\n"3,4\n5,6\n',
      'line 4: a quote that was opened before is not closed by here',
    ],
    ['text after a quote', 'a,b\n"1"x,2\n', 'line 2: text follows a closing quote'],
    [
      'a quote inside a cell',
      'a,b\n1"x",2\n',
      'line 2: a quote stands inside a cell that does not begin with one',
    ],
    [
      'a quote that swallows the file',
      `a,b\n1,2\n"${'3,4\n'.repeat(4_200_000)}`,
      'line 4194307: the row is longer than 16777216 characters; is a quote not closed?',
    ],
    ['another encoding', Buffer.from('a,b\nGr\xfc\xdfe,1\n', 'latin1'), 'the file is not UTF-8'],
    ['half a character at the end', Buffer.of(0x61, 0x0a, 0xc3), 'the file is not UTF-8'],
  ])('refuses %s and says where', async (_, content, message) => {
    await expect(read(content, 65_536)).rejects.toMatchObject({ tag: 'bad-data-file', message });
  });

  it('passes on what goes wrong with the source', async () => {
    async function* failing() {
      yield Buffer.from('a,b\n1,2\n');
      throw new Error('the disk is gone');
    }
    const reading = (async () => {
      for await (const _ of readCsv(failing()));
    })();
    await expect(reading).rejects.toThrow('the disk is gone');
  });

  it('closes its source when the reader stops early', async () => {
    let closed = false;
    async function* endless() {
      try {
        for (;;) yield Buffer.from('1,2\n'.repeat(1_000));
      } finally {
        closed = true;
      }
    }
    for await (const _ of readCsv(endless())) break;
    await expect.poll(() => closed).toBe(true);
  });
});

describe('from columns to features', () => {
  const encoder: Encoder = [
    { feature: 'duration', column: 'duration(sec)' },
    { feature: 'count', column: 'count' },
    { feature: 'ip_default', column: 'ip', category: 'default' },
  ];
  const header = (text: string): CsvRecord => ({ line: 1, cells: text.split(',') });
  const readRow = (names: string, row: string) => {
    const values = new Float64Array(encoder.length);
    const missing = csvRowReader(encoder, header(names))(
      { line: 7, cells: row.split(',') },
      values,
      0,
    );
    return missing ?? [...values];
  };

  it.each([
    ['raw columns', 'duration(sec),count,ip', '0.5,3,default', [0.5, 3, 1]],
    ['another category', 'duration(sec),count,ip', '0.5,3,datacenter', [0.5, 3, 0]],
    ['feature names', 'duration,count,ip_default', '1e-6,3,0', [1e-6, 3, 0]],
    ['both, in any order', 'ip_default,count,duration(sec)', '1,3,-2.5', [-2.5, 3, 1]],
    ['columns that feed nothing', 'x,ip,count,y,duration', 'a,default,3,,4', [4, 3, 1]],
    ['spaces around names and values', ' count , duration, ip', ' 3 , 4, default', [4, 3, 1]],
  ])('reads %s', (_, names, row, expected) => {
    expect(readRow(names, row)).toEqual(expected);
  });

  it.each(['', ' ', 'NA', 'NaN', 'nan', 'null', 'None', 'n/a'])(
    'finds "%s" to be a missing value',
    (cell) => {
      expect(readRow('duration(sec),count,ip', `0.5,${cell},default`)).toBe('count');
      expect(readRow('duration(sec),count,ip', `0.5,3,${cell}`)).toBe('ip');
    },
  );

  it('writes at the given place only', () => {
    const values = new Float64Array(9).fill(-1);
    csvRowReader(encoder, header('duration,count,ip'))(
      { line: 2, cells: ['5', '6', 'default'] },
      values,
      3,
    );
    expect([...values]).toEqual([-1, -1, -1, 5, 6, 1, -1, -1, -1]);
  });

  it.each(['abc', '1,5', 'Infinity', '-inf', '12 min'])('refuses "%s" as a number', (cell) => {
    const values = new Float64Array(3);
    const reader = csvRowReader(encoder, header('duration,count,ip'));
    expect(() => reader({ line: 7, cells: ['1', cell, 'default'] }, values, 0)).toThrow(
      `line 7: "count" expected a number, got "${cell}"`,
    );
  });

  it.each([
    ['duration,ip', 'line 1: the header has no column "count"'],
    ['count,ip', 'line 1: the header has no column "duration(sec)" or "duration"'],
    ['count,duration,count,ip', 'line 1: the header has column "count" twice'],
  ])('refuses the header %s', (names, message) => {
    expect(() => csvRowReader(encoder, header(names))).toThrow(message);
  });

  it("reads the public dataset's header", async () => {
    const [first, row] = await read(
      ',_id,inter_api_access_duration(sec),api_access_uniqueness,sequence_length(count),' +
        'vsession_duration(min),ip_type,num_sessions,num_users,num_unique_apis,source,classification\n' +
        '0,x,0.5,0.25,10,20,default,30,31,32,F,normal\n',
    );
    const values = new Float64Array(9);
    expect(csvRowReader(API_BEHAVIOUR_ENCODER, first)(row, values, 0)).toBeUndefined();
    expect([...values]).toEqual([0.5, 0.25, 10, 20, 30, 31, 32, 1, 1]);
  });
});
