import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  plainForm,
  readPlainLines,
  readPlainList,
  readPlainRow,
} from '../../src/formats/plain-rows.js';
import { RowValues } from '../../src/formats/row-values.js';
import { API_BEHAVIOUR_SCHEMA } from '../../src/model/schema.js';

const [FEATURE] = API_BEHAVIOUR_SCHEMA.features;
const ONE_NUMBER = plainForm({ features: [{ ...FEATURE, name: 'a' }] });

/** The number that `text` is, in an array and in an object; undefined where it is not plain. */
function read(text: string): number | undefined {
  const inArray = new RowValues();
  const list = `[[${text}]]`;
  const isPlain = readPlainList(ONE_NUMBER, Buffer.from(list), 0, inArray) === list.length - 1;
  const inObject = new Float64Array(1);
  expect(readPlainRow(ONE_NUMBER, Buffer.from(`{"a":${text}}`), inObject)).toBe(isPlain);
  if (!isPlain) return undefined;
  expect(inArray.all()).toEqual(inObject);
  return inObject[0];
}

/** More than one block of text. */
const MANY_ROWS = Array.from({ length: 9_000 }, (_, row) => (row * 7_919) / 2 ** (row % 40));

function sharedAt(offset: number, content: string): Uint8Array {
  const encoded = new TextEncoder().encode(content);
  const bytes = new Uint8Array(new SharedArrayBuffer(encoded.length + offset), offset);
  bytes.set(encoded);
  return bytes;
}

describe('rows of a long text', () => {
  it.each([0, 1, 7])(
    'are plain wherever a block cuts them, in shared memory from byte %d',
    (offset) => {
      const rows = MANY_ROWS.map((value) => `{"a":${value}}`);
      const list = sharedAt(offset, `[${rows.join()}]`);
      const fromList = new RowValues();
      expect(readPlainList(ONE_NUMBER, list, 0, fromList)).toBe(list.length - 1);
      expect([...fromList.all()]).toEqual(MANY_ROWS);
      for (const end of ['', '\n', '\r\n']) {
        const lines = sharedAt(offset, rows.join('\n') + end);
        const fromLines = new RowValues();
        expect(readPlainLines(ONE_NUMBER, lines, 0, lines.length, fromLines)).toBe(lines.length);
        expect([...fromLines.all()]).toEqual(MANY_ROWS);
      }
    },
  );

  it('are not plain where a row alone is longer than a block', () => {
    const row = `{"a":${' '.repeat(40_000)}1}`;
    expect(readPlainList(ONE_NUMBER, Buffer.from(`[${row}]`), 0, new RowValues())).toBe(-1);
    const lines = Buffer.from(`{"a":1}\n${row}\n`);
    expect(readPlainLines(ONE_NUMBER, lines, 0, lines.length, new RowValues())).toBe(8);
  });
});

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

describe('a number in bytes', () => {
  it.each([
    ['as JavaScript writes it', (value: number) => String(value)],
    ['with an exponent', (value: number) => value.toExponential()],
    ['cut to few digits', (value: number) => value.toPrecision(5)],
    ['in more digits than a double has', (value: number) => value.toPrecision(30)],
    ['without an exponent', (value: number) => value.toFixed(12)],
  ])('is the double that JSON.parse reads, %s', (_, write) => {
    const property = fc.property(finite, (value) => {
      const text = write(value);
      const expected = JSON.parse(text);
      // Few digits may round up to infinity.
      fc.pre(Number.isFinite(expected));
      expect(read(text)).toBe(expected);
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  it.each([
    '0',
    '-0',
    '-0.0',
    '0e5',
    '0.1',
    '1E5',
    '1e+5',
    '1e-05',
    '6.32e-05',
    '123456789012345678',
    '9007199254740991',
    '9007199254740992',
    '9007199254740993',
    '-9007199254740993',
    '1e22',
    '1e23',
    '1e-22',
    '1e-23',
    '4.35',
    '0.000001',
    '2.2250738585072014e-308',
    '5e-324',
    '1e-400',
    '1.7976931348623157e308',
    '8.5e-99999999999999999999',
    `0.${'0'.repeat(400)}1`,
    '1'.repeat(300),
  ])('is the double that JSON.parse reads, to the last bit: %s', (text) => {
    expect(read(text)).toBe(JSON.parse(text));
  });

  it.each([
    '',
    '-',
    '+1',
    '.5',
    '01',
    '-01',
    '00',
    '1.',
    '1.e5',
    '1e',
    '1e+',
    'e5',
    'NaN',
    '"1"',
    '1e999',
  ])('is not plain where JSON has no finite number: %j', (text) => {
    expect(read(text)).toBeUndefined();
  });

  it.each(['1 2', '1,2', '1}', '1]', '1x', '1.5.5', '1-2', '1e5e5', '0x10', '1\0', '1]\0'])(
    'is not plain where anything stands behind it: %j',
    (text) => {
      expect(read(text)).toBeUndefined();
    },
  );
});
