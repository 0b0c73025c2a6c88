// The yardstick for JSON batches: what JSON.parse alone does with the same bodies on one thread, its
// text ready, nothing checked, nothing scored, nothing answered.
import { performance } from 'node:perf_hooks';
import { sink } from './sink.js';

/** Rows/s over at least `durationMs`. */
export function parseForAWhile(
  texts: readonly string[],
  rowsPerText: number,
  durationMs: number,
): number {
  const startMs = performance.now();
  let elapsedMs = 0;
  let nRows = 0;
  while (elapsedMs < durationMs) {
    for (const text of texts) sink(JSON.parse(text).rows.length);
    nRows += texts.length * rowsPerText;
    elapsedMs = performance.now() - startMs;
  }
  return (nRows / elapsedMs) * 1_000;
}
