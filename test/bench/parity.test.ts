import { describe, expect, it } from 'vitest';
import { checkEqual } from '../../bench/parity.js';

describe('the parity check of the bench', () => {
  it('takes scores that are equal', () => {
    expect(() => checkEqual('JSON', 'scores', [0.1, 2], Float64Array.of(0.1, 2))).not.toThrow();
  });

  it('stops at a score that differs in its last bit, and names the row', () => {
    const lastBit = 1 + Number.EPSILON;
    expect(() => checkEqual('JSON', 'scores', [2, lastBit], [2, 1])).toThrow(
      'JSON: scores of row 1: 1.0000000000000002, expected 1',
    );
  });

  it('stops at a missing score', () => {
    expect(() => checkEqual('JSON', 'scores', [2], [2, 1])).toThrow('JSON: 1 scores, expected 2');
  });
});
