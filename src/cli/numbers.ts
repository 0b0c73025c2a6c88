// Numbers as the commands print them.

const UNDEFINED = '–';

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

/** '93.4 %'; a dash where undefined */
export function formatShare(share: number | null): string {
  return share === null ? UNDEFINED : `${(100 * share).toFixed(1)} %`;
}

/** Four decimals; a dash where undefined. */
export function formatRate(rate: number | null): string {
  return rate === null ? UNDEFINED : rate.toFixed(4);
}
