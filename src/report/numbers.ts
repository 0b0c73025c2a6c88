// Numbers as reports print them.

const UNDEFINED = '–';

/** '12,345' */
export function countText(count: number): string {
  return count.toLocaleString('en');
}

/** '1 row', '2,000 rows' */
export function quantityText(count: number, noun: string, plural = `${noun}s`): string {
  return `${countText(count)} ${count === 1 ? noun : plural}`;
}

/** '93.4 %'; a dash where undefined */
export function percentText(share: number | null): string {
  return share === null ? UNDEFINED : `${(100 * share).toFixed(1)} %`;
}

/** Four decimals, as the commands print rates; a dash where undefined. */
export function rateText(rate: number | null): string {
  return rate === null ? UNDEFINED : fixedText(rate, 4);
}

/** With a real minus, and none before zeros. */
export function fixedText(value: number, digits: number): string {
  return (Number(value.toFixed(digits)) || 0).toFixed(digits).replace('-', '−');
}

/** Three digits of meaning, so that ends of bins and scores of any size can be read. */
export function shortText(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-4 || size >= 1e7)
    ? value.toExponential(2)
    : Number(value.toPrecision(3)).toLocaleString('en', { maximumFractionDigits: 7 });
}
