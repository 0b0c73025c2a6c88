import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CsvRecord, encodeCsv, readCsv } from '../../src/formats/csv.js';

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
