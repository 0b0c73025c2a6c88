import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countRows, decodeLines, encodeLines } from '../../src/formats/ndjson.js';
import { API_BEHAVIOUR_SCHEMA } from '../../src/model/schema.js';

const SCHEMA = {
  features: API_BEHAVIOUR_SCHEMA.features
    .slice(0, 2)
    .map((feature, i) => ({ ...feature, name: 'ab'[i] })),
};

const decode = (content: string | Uint8Array, firstRow = 0) =>
  decodeLines(SCHEMA, Buffer.from(content), firstRow);

const messages = (content: string | Uint8Array, firstRow?: number) =>
  [...decode(content, firstRow).errors].map(([row, { message }]) => [row, message]);

const NOT_UTF8 = Buffer.from([0x22, 0xff, 0x22]);
const LINE = Buffer.from('\n');

describe('a block of lines', () => {
  it('is a row a line, as objects or arrays', () => {
    expect(decode('{"a":1,"b":2}\n[3,4]\n{"b":6,"a":5}\n')).toEqual({
      nRows: 3,
      values: Float64Array.of(1, 2, 3, 4, 5, 6),
      errors: new Map(),
    });
  });

  it.each([
    ['without a newline at its end', '[1,2]\n[3,4]'],
    ['with CRLF', '[1,2]\r\n[3,4]\r\n'],
    ['with blank lines', '\n\n[1,2]\n\n\r\n[3,4]\n\n'],
    ['with white space around values', ' [1, 2] \n\t{"a": 3, "b": 4}\t\r\n'],
  ])('%s is the same rows', (_, text) => {
    const { nRows, values, errors } = decode(text);
    expect([nRows, ...values]).toEqual([2, 1, 2, 3, 4]);
    expect(errors.size).toBe(0);
    expect(countRows(Buffer.from(text))).toBe(2);
  });

  it.each(['', '\n', '\r\n', '\n\n\r\n\n'])('may have no rows at all: %j', (text) => {
    expect(decode(text).nRows).toBe(0);
    expect(countRows(Buffer.from(text))).toBe(0);
  });

  it('goes on behind a line that cannot be read, and says which one and why', () => {
    const lines = ['[1,2]', '[1,', '[3]', '{"a":1}', '{"a":"x","b":1}', '7', '[5,6]'];
    const { nRows, values, errors } = decode(lines.join('\n'), 100);
    expect([...errors.keys()]).toEqual([1, 2, 3, 4, 5]);
    expect([nRows, ...values]).toEqual([7, 1, 2, ...new Array(10).fill(0), 5, 6]);
    expect([...errors.values()].map(({ message }) => message)).toEqual([
      expect.stringMatching(/^row 101: not valid JSON: /),
      'row 102: has 1 values, expected 2',
      'row 103: "b" is missing',
      'row 104: "a" expected a number, got "x"',
      'row 105: expected an object or an array, got 7',
    ]);
    expect([...errors.values()].map(({ fields }) => fields.row)).toEqual([101, 102, 103, 104, 105]);
  });

  it('reads lines of any kind among each other, and long lines among short ones', () => {
    const kinds = [
      '{"a":1,"b":2}',
      '{"b":2,"a":1}',
      '[1,2]',
      '',
      '\r',
      ` ${' '.repeat(40_000)}[1,2]`,
    ];
    const lines = Array.from({ length: 600 }, (_, i) => kinds[(i * i + (i >> 3)) % kinds.length]);
    const { nRows, values, errors } = decode(lines.join('\n'));
    const nBlank = lines.filter((line) => line.trim() === '').length;
    expect(errors.size).toBe(0);
    expect(nRows).toBe(lines.length - nBlank);
    expect(values).toEqual(Float64Array.from({ length: 2 * nRows }, (_, i) => 1 + (i % 2)));
  });

  it('ends a row where its line ends, whatever follows', () => {
    expect([...decode('{"a":1,\n"b":2}\n[1,2]').errors.keys()]).toEqual([0, 1]);
    expect([...decode('[1,2]\n{"a":1,\n"b":2}').errors.keys()]).toEqual([1, 2]);
  });

  it('goes on behind a line that is not UTF-8', () => {
    const block = Buffer.concat([Buffer.from('[1,2]\r\n'), NOT_UTF8, Buffer.from('\n\n[3,4]')]);
    expect(messages(block, 10)).toEqual([[1, 'row 11: not valid JSON: the bytes are not UTF-8']]);
    expect([...decode(block).values]).toEqual([1, 2, 0, 0, 3, 4]);
  });

  it('ends lines at newlines only', () => {
    expect(decode('{"a":1,"b":2,"c\u2028":3}').nRows).toBe(1);
    expect(messages('[1,2]\r[3,4]')).toEqual([[0, expect.stringContaining('not valid JSON')]]);
  });

  it('has as many rows as are counted, whatever it is made of', () => {
    const piece = fc.oneof(
      fc
        .constantFrom('[1,2]', '{"a":1,"b":2}', '', '\r', ' ', '\t', '\r\r', 'x', 'ü', '\uFEFF')
        .map((text) => Buffer.from(text)),
      fc.constant(NOT_UTF8),
      fc.uint8Array({ maxLength: 5 }).map((bytes) => Buffer.from(bytes)),
      fc.constant(LINE),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const block = Buffer.concat(pieces);
        const { nRows, values, errors } = decodeLines(SCHEMA, block, 0);
        expect(nRows).toBe(countRows(block));
        expect(values).toHaveLength(nRows * 2);
        for (const row of errors.keys()) expect(row).toBeLessThan(nRows);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the lines of a reply', () => {
  it('are a verdict or an error each, in the order of the rows', () => {
    const block = decode('[1,2]\n[1]\n[3,4]\n[5,6]');
    const scores = Float64Array.of(0.5, 0, -0, -1e-300);
    const text = encodeLines(block, 7, scores, Float64Array.of(0.25, 0, 0.5, 1)).toString();
    expect(text.endsWith('\n')).toBe(true);
    const replies = text.split('\n').slice(0, -1);
    expect(replies.map((line) => JSON.parse(line))).toEqual([
      { row: 7, prediction: 'normal', score: 0.5, risk: 0.25 },
      { row: 8, error: 'row 1: has 1 values, expected 2' },
      { row: 9, prediction: 'anomaly', score: 0, risk: 0.5 },
      { row: 10, prediction: 'anomaly', score: -1e-300, risk: 1 },
    ]);
  });

  it('hold any number so that reading gives it back', () => {
    const block = decode('[1,2]');
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = encodeLines(block, 0, Float64Array.of(value), Float64Array.of(0.5));
        expect(JSON.parse(text.toString()).score).toBe(value === 0 ? 0 : value);
      }),
    );
  });
});
