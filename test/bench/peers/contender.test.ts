import { describe, expect, it } from 'vitest';
import { checkAnswers } from '../../../bench/peers/contender.js';

const EXPECTED = Float64Array.of(1, -2, 0.001);
const UNIT = 10;
const TOLERANCE = 0.001;
const check = (scores: number[]) => checkAnswers({ scores }, EXPECTED, TOLERANCE, UNIT);
const checkLabels = (labels: number[]) => checkAnswers({ labels }, EXPECTED, TOLERANCE, UNIT);

describe('the check of a contender', () => {
  it('reports the largest difference in units of what is added up', () => {
    const { largestDifference, otherLabels } = check([1, -2.005, 0.001]);
    expect(largestDifference).toBeCloseTo(0.0005, 12);
    expect(otherLabels).toBe(0);
  });

  it('counts labels that differ as near to the border as scores may be off', () => {
    expect(check([1, -2, -0.001]).otherLabels).toBe(1);
  });

  it('stops a contender whose score is too far off, and names the row', () => {
    expect(() => check([1, -2.5, 0.001])).toThrow('score of row 1: -2.5, expected -2 within 0.01');
  });

  it('stops a contender at NaN', () => {
    expect(() => check([1, Number.NaN, 0.001])).toThrow('score of row 1: NaN');
  });

  it('compares labels where there are no scores', () => {
    expect(checkLabels([1, -1, -1])).toEqual({
      tolerance: TOLERANCE,
      largestDifference: undefined,
      otherLabels: 1,
    });
    expect(() => checkLabels([1, 1, 1])).toThrow('label of row 1: 1, expected -2');
  });

  it('stops a contender that leaves rows out', () => {
    expect(() => check([1, -2])).toThrow('2 answers, expected 3');
  });
});
