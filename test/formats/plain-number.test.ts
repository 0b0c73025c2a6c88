import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOT_PLAIN, readPlainNumber } from '../../src/formats/plain-number.js';

/** The number at the start of `text` and where it ends; undefined where it is not plain. */
function read(text: string): { value: number; end: number } | undefined {
  const values = new Float64Array(2);
  const end = readPlainNumber(Buffer.from(`##${text}`), 2, values, 1);
  return end === NOT_PLAIN ? undefined : { value: values[1], end: end - 2 };
}

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
      expect(read(`${text},`)).toEqual({ value: expected, end: text.length });
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
    expect(read(text)).toEqual({ value: JSON.parse(text), end: text.length });
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
    ' 1',
    '1e999',
  ])('is not plain where JSON has no finite number: %j', (text) => {
    expect(read(text)).toBeUndefined();
  });

  it.each(['1 2', '1,2', '1}', '1]', '1x', '1.5.5', '1-2', '1e5e5', '0x10'])(
    'ends where its digits end: %j',
    (text) => {
      const { end } = read(text) ?? { end: 0 };
      expect(text.slice(0, end)).toMatch(/^(0|1|1\.5|1e5)$/);
    },
  );
});
