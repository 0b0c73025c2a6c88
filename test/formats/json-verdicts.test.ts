import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeColumns, encodeVerdicts, verdictTemplate } from '../../src/formats/json-verdicts.js';
import { predictionOf, verdictOf } from '../../src/model/verdict.js';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
/** Any bits that are a number, so that the very small and the very large are met as often as others. */
const anyBits = fc
  .bigInt({ min: 0n, max: 2n ** 64n - 1n })
  .map((bits) => new Float64Array(BigUint64Array.of(bits).buffer)[0])
  .filter(Number.isFinite);

const EDGES = [
  0,
  -0,
  1,
  -1,
  10,
  100,
  0.1,
  0.5,
  1 / 3,
  1e-5,
  1e-6,
  1.5e-6,
  1e-7,
  1.5e-7,
  1e20,
  123456789012345680000,
  1e21,
  1e22,
  1.5e21,
  2 ** 53,
  2 ** 53 - 1,
  2 ** 53 + 2,
  2 ** 63,
  2 ** 64,
  5e-324,
  2.2250738585072014e-308,
  2.225073858507201e-308,
  1.7976931348623157e308,
  4.35,
  0.000001234,
  1e17,
];

function columnsOf(scores: readonly number[], risks = scores): string {
  const [a, b] = [Float64Array.from(scores), Float64Array.from(risks)];
  return encodeColumns({ model: 'ä"', count: scores.length }, a, b).toString();
}

function expectedColumns(scores: readonly number[], risks = scores): string {
  const predictions = scores.map(predictionOf);
  return JSON.stringify({ model: 'ä"', count: scores.length, predictions, scores, risks });
}

describe('the columns of a batch', () => {
  it('are the text that JSON.stringify writes, for any numbers', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(finite, anyBits), { minLength: 1 }), (scores) => {
        expect(columnsOf(scores)).toBe(expectedColumns(scores));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(EDGES)('hold %d as JSON.stringify writes it, and its negative', (value) => {
    expect(columnsOf([value, -value])).toBe(expectedColumns([value, -value]));
  });

  it('hold every power of two and of ten', () => {
    const twos = Array.from({ length: 2_098 }, (_, i) => 2 ** (i - 1_074));
    const tens = Array.from({ length: 632 }, (_, i) => Number(`1e${i - 323}`));
    expect(columnsOf([...twos, ...tens])).toBe(expectedColumns([...twos, ...tens]));
  });

  it.each([1, 1_310, 1_311, 5_000])('may be as long as they like: %d', (nRows) => {
    const scores = Array.from({ length: nRows }, (_, row) => Math.sin(row) * 1e-300);
    const risks = scores.map((score) => 0.5 - score);
    expect(columnsOf(scores, risks)).toBe(expectedColumns(scores, risks));
  });
});

describe('a record for each row', () => {
  it('is the text of its verdict, under any model name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), finite, finite, (name, score, risk) => {
        const textOf = (verdict: { score: number; risk: number }) =>
          JSON.stringify(verdictOf(verdict.score, verdict.risk, name));
        const bytes = encodeVerdicts(
          verdictTemplate(textOf),
          Float64Array.of(score),
          Float64Array.of(risk),
        );
        expect(bytes.toString()).toBe(Buffer.from(textOf({ score, risk })).toString());
      }),
    );
  });

  it('counts the rows from any number on', () => {
    const textOf = (row: number, score: number, risk: number) =>
      `${JSON.stringify({ row, prediction: predictionOf(score), score, risk })}\n`;
    const template = verdictTemplate(({ score, risk }) => textOf(0, score, risk));
    const scores = Float64Array.from({ length: 2_000 }, (_, row) => Math.cos(row));
    const firstRow = 2 ** 40 - 1_000;
    const expected = Array.from(scores, (score, row) => textOf(firstRow + row, score, -score));
    const bytes = encodeVerdicts(
      template,
      scores,
      scores.map((score) => -score),
      firstRow,
    );
    expect(bytes.toString()).toBe(expected.join(''));
  });
});
