// Numbers as the commands print them.

/** '1,234,567' */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** Milliseconds with three digits of meaning: '0.812 ms', '45.1 ms', '1,230 ms'. */
export function formatMs(ms: number): string {
  return `${ms.toLocaleString('en-US', { maximumSignificantDigits: 3 })} ms`;
}

/** A count and its noun: '1 row', '2 rows'. */
export function formatQuantity(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

/** '93.4 %' */
export function formatShare(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
