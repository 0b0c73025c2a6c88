import { describe, expect, it } from 'vitest';
import { timeLeft } from '../../src/cli/progress.js';

describe('the time left', () => {
  it.each([
    [0, 0, 10, ''],
    [1_000, 1, 10, '0:09 left'],
    [60_000, 30, 90, '2:00 left'],
    [5_000, 10, 10, '0:00 left'],
  ])('after %i ms with %i of %i done is "%s"', (elapsedMs, done, total, text) => {
    expect(timeLeft(elapsedMs, done, total)).toBe(text);
  });
});
