import { describe, expect, it } from 'vitest';
import { compareReports, type Rates } from '../../bench/comparison.js';

/** What a report says of the plain RBF kernel, by rows a call. */
function report(rowsPerSecondByBatch: Readonly<Record<number, number>>): Rates {
  const figures = Object.entries(rowsPerSecondByBatch).map(([batchRows, rowsPerSecond]) => ({
    kernel: 'rbf',
    kernels: 'plain',
    model: '41 × 9',
    batchRows: Number(batchRows),
    rowsPerSecond,
    medianNsPerRow: 1e9 / rowsPerSecond,
    p99NsPerRow: 1e9 / rowsPerSecond,
  }));
  return { kernels: { chosen: 'plain', parity: [], figures } };
}

describe('the comparison of two series of reports', () => {
  it('takes ratios round by round, so that a slow round of the machine cancels out', () => {
    const ours = [report({ 1: 300 }), report({ 1: 30 }), report({ 1: 200 })];
    const theirs = [report({ 1: 200 }), report({ 1: 20 }), report({ 1: 100 })];
    expect(compareReports(ours, theirs)).toEqual([
      {
        figure: 'plain rbf, 41 × 9, 1 a call',
        ours: 200,
        theirs: 100,
        ratio: { median: 1.5, min: 1.5, max: 2 },
      },
    ]);
  });

  it('leaves out what one of the reports lacks', () => {
    const ours = [report({ 1: 100, 10: 100 }), report({ 1: 100, 100: 100 })];
    const theirs = [report({ 1: 100, 10: 100 }), report({ 1: 100, 10: 100 })];
    const figures = compareReports(ours, theirs).map(({ figure }) => figure);
    expect(figures).toEqual(['plain rbf, 41 × 9, 1 a call']);
    expect(compareReports(ours, [{}, {}])).toEqual([]);
  });
});
