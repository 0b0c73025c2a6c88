import { createHash } from 'node:crypto';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine/engine.js';
import { readBlocks } from '../../src/formats/behaviour-blocks.js';
import { openBehaviours } from '../../src/formats/behaviour-file.js';
import {
  type Cell,
  columnsOf,
  csvFile,
  ndjsonFile,
  objectsOf,
  parquetFile,
  type Table,
} from '../support/behaviour-files.js';
import { rejectedWith } from '../support/rejected-with.js';
import { sampleForest } from '../support/sample-detectors.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const detector = sampleForest();
const { write } = temporaryFolder();

async function read(content: string | Uint8Array, extension = '') {
  const hash = createHash('sha1').update(content).digest('hex');
  const input = await openBehaviours(write(`${hash}${extension}`, content));
  const values: number[] = [];
  const errors: string[] = [];
  for await (const block of readBlocks(input, detector)) {
    expect(block.firstRow).toBe(values.length / 9);
    values.push(...block.values);
    errors.push(...[...block.errors.values()].map(({ message }) => message));
  }
  return { values, errors, unused: [...input.unusedColumns], format: input.format };
}

const RAW_NAMES = detector.encoder.map(({ column }) => column);
const FEATURE_NAMES = detector.encoder.map(({ feature }) => feature);

/** Rows of features, the last two of them flags. */
const featureRows = fc.array(
  fc
    .tuple(
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 7, maxLength: 7 }),
      fc.boolean(),
      fc.boolean(),
    )
    // Texts have no negative zero.
    .map(([numbers, ...flags]) => [...numbers, ...flags.map(Number)].map((value) => value + 0)),
  { minLength: 1, maxLength: 8 },
);

function rawTable(rows: readonly (readonly number[])[]): Table {
  const cells = rows.map((row): Cell[] => [
    ...row.slice(0, 7),
    row[7] === 1 ? 'default' : 'datacenter',
    row[8] === 1 ? 'F' : 'E',
  ]);
  return { names: RAW_NAMES, rows: cells };
}

/** With another order of columns, and one that nobody wants. */
function shuffled({ names, rows }: Table, order: readonly number[]): Table {
  const inOrder = <T>(cells: readonly T[]) => order.map((index) => cells[index]);
  return {
    names: [...inOrder(names), 'a note'],
    rows: rows.map((row) => [...inOrder(row), 'x; y, "z"']),
  };
}

/** A frame of one block that is stored as it is. */
function storedZstandard(bytes: Uint8Array): Uint8Array {
  const header = Buffer.alloc(12);
  header.writeUInt32LE(0xfd2fb528, 0);
  // One segment, whose size follows in four bytes.
  header.writeUInt8(0b1010_0000, 4);
  header.writeUInt32LE(bytes.length, 5);
  // Bit 0: the last block.
  header.writeUIntLE((bytes.length << 3) | 1, 9, 3);
  return new Uint8Array(Buffer.concat([header, bytes]));
}

const gzip = (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes));

describe('the same rows have the same scores', () => {
  it('in every format and dialect, by raw columns or features, in any order', async () => {
    const engine = await createEngine({ workers: 0 });
    const orders = fc.shuffledSubarray([...FEATURE_NAMES.keys()], { minLength: 9 });
    await fc.assert(
      fc.asyncProperty(featureRows, orders, async (rows, order) => {
        const values = rows.flat();
        const expected = await engine.score(detector, Float64Array.from(values));
        const features = { names: FEATURE_NAMES, rows };
        const tables = [features, rawTable(rows)].map((table) => shuffled(table, order));
        const files = [
          ...[features, ...tables].flatMap((table) => [
            csvFile(table),
            csvFile(table, { byteOrderMark: true, lineEnd: '\r\n', quoted: true }),
            csvFile(table, { delimiter: ';', decimalComma: true }),
            csvFile(table, { delimiter: '\t', decimalComma: true, quoted: true }),
            csvFile(table, { delimiter: '|', lineEnd: '\r\n' }),
            ndjsonFile(table),
            JSON.stringify(objectsOf(table)),
            JSON.stringify({ rows: objectsOf(table) }),
            JSON.stringify({ columns: columnsOf(table) }),
            parquetFile(table),
            parquetFile(table, { codec: 'GZIP', compressors: { GZIP: gzip }, rowGroupSize: 3 }),
          ]),
          rows.map((row) => JSON.stringify(row)).join('\r\n'),
        ];
        for (const file of files) {
          const got = await read(file);
          expect(got).toMatchObject({ values, errors: [] });
          const scored = await engine.score(detector, Float64Array.from(got.values));
          expect(scored).toEqual(expected);
        }
      }),
      { numRuns: 15 },
    );
    await engine.close();
  });
});

const row = [0.5, 0.25, 10, 20, 30, 31, 32, 1, 0];
const table = (...rows: readonly (readonly Cell[])[]): Table => ({ names: FEATURE_NAMES, rows });
const changed = (at: number, cell: Cell): Cell[] =>
  row.map((value, i) => (i === at ? cell : value));

describe('a file of behaviours', () => {
  it.each([
    ['CSV', csvFile(table(row, changed(5, null), changed(2, 'many'))), ['line 3', 'line 4']],
    [
      'semicolons',
      csvFile(table(row, changed(5, null), changed(2, 'many')), { delimiter: ';' }),
      ['line 3', 'line 4'],
    ],
    [
      'NDJSON',
      `\n${ndjsonFile(table(row, changed(5, null), changed(2, 'many')))}`,
      ['line 3', 'line 4'],
    ],
    [
      'JSON rows',
      JSON.stringify(objectsOf(table(row, changed(5, null), changed(2, 'many')))),
      ['row 1', 'row 2'],
    ],
  ])('has its bad rows named by their place, in %s', async (_, content, places) => {
    const { values, errors } = await read(content);
    expect(errors).toEqual([
      `${places[0]}: "num_users" is missing`,
      `${places[1]}: "sequence_length" expected a number, got "many"`,
    ]);
    expect(values).toEqual([...row, ...new Array(18).fill(0)]);
  });

  it('names the lines of bad rows beyond the first block', async () => {
    const rows = Array.from({ length: 30_000 }, (_, i) => (i === 25_000 ? changed(5, null) : row));
    const lines = ndjsonFile(table(...rows)).replaceAll('}\n', '}\n\n');
    const message = '"num_users" is missing';
    expect((await read(lines)).errors).toEqual([`line 50001: ${message}`]);
    expect((await read(csvFile(table(...rows)))).errors).toEqual([`line 25002: ${message}`]);
    const parquet = parquetFile(table(...rows), { rowGroupSize: 9_000 });
    expect((await read(parquet)).errors).toEqual([`row 25000: ${message}`]);
  });

  it.each([
    ['CSV', (t: Table) => csvFile(t), 'line 1: the header'],
    ['Parquet', (t: Table) => parquetFile(t), 'the file'],
    ['JSON columns', (t: Table) => JSON.stringify({ columns: columnsOf(t) }), '"columns"'],
  ])(
    'is refused where a column is missing, and the one that may be meant is named: %s',
    async (_, file, place) => {
      const names = FEATURE_NAMES.map((name) => (name === 'num_users' ? 'NumUsers' : name));
      await expect(read(file({ names, rows: [row] }))).rejects.toMatchObject({
        tag: 'bad-data-file',
        message: `${place} has no column "num_users"; was "NumUsers" meant?`,
      });
    },
  );

  it('names the columns that nobody wants', async () => {
    const wide = { names: ['id', ...FEATURE_NAMES, 'note'], rows: [['a', ...row, 'b']] };
    for (const file of [csvFile(wide), ndjsonFile(wide), parquetFile(wide)]) {
      expect((await read(file)).unused).toEqual(['id', 'note']);
    }
  });

  it('is refused where numbers have a decimal comma and a decimal point', async () => {
    const content = csvFile(table(row), { delimiter: ';' }).replace('0.25', '0,25');
    await expect(read(content)).rejects.toMatchObject({
      tag: 'bad-data-file',
      message: expect.stringContaining('line 2: "0,25" has another decimal mark than "0.5"'),
    });
  });
});

describe('a Parquet file', () => {
  it.each([
    ['no compression', { codec: 'UNCOMPRESSED' as const }],
    ['Snappy', { codec: 'SNAPPY' as const }],
    ['gzip', { codec: 'GZIP' as const, compressors: { GZIP: gzip } }],
    ['Zstandard', { codec: 'ZSTD' as const, compressors: { ZSTD: storedZstandard } }],
    [
      'Brotli',
      {
        codec: 'BROTLI' as const,
        compressors: { BROTLI: (bytes: Uint8Array) => new Uint8Array(brotliCompressSync(bytes)) },
      },
    ],
  ])('is read with %s', async (_, options) => {
    expect(await read(parquetFile(table(row, row), options))).toMatchObject({
      format: 'parquet',
      values: [...row, ...row],
    });
  });

  it('is read with whole numbers of 64 bits, floats and flags', async () => {
    const types = ['FLOAT', 'FLOAT', 'INT64', 'INT32', 'INT64', 'INT64', 'INT64'] as const;
    const columnData = FEATURE_NAMES.map((name, i) => {
      if (i >= 7) return { name, data: [row[i] === 1], type: 'BOOLEAN' as const };
      const data = types[i] === 'INT64' ? [BigInt(row[i])] : [row[i]];
      return { name, data, type: types[i] };
    });
    const file = new Uint8Array(parquetWriteBuffer({ columnData }));
    expect(await read(file)).toMatchObject({ values: row, errors: [] });
  });

  it('may have nulls and NaN, which are missing values, and text, which is none', async () => {
    const file = parquetFile(table(row, changed(5, null), changed(5, Number.NaN)));
    const missing = '"num_users" is missing';
    expect((await read(file)).errors).toEqual([`row 1: ${missing}`, `row 2: ${missing}`]);
    expect((await read(parquetFile(table(changed(5, 'many'))))).errors).toEqual([
      'row 0: "num_users" expected a number, got "many"',
    ]);
  });

  it.each([
    ['cut off', (file: Uint8Array) => file.subarray(0, file.length - 20)],
    ['damaged', (file: Uint8Array) => file.map((byte, i) => (i < 60 && i > 4 ? 0xff : byte))],
    ['something else', () => Buffer.from('a,b\n1,2\n')],
  ])('is refused where it is %s', async (_, change) => {
    const file = change(parquetFile(table(row, row)));
    const message = await rejectedWith('bad-data-file', () => read(file, '.parquet'));
    expect(message).toMatch(/^not a Parquet file that can be read: /);
  });
});
