// Which character separates the cells of a CSV file, told from how it begins.

const DELIMITERS = [',', ';', '\t', '|'] as const;
export type CsvDelimiter = (typeof DELIMITERS)[number];

const MOST_LINES = 10;
const QUOTED = /"(?:[^"]|"")*"/g;

/**
 * `head`: at least the header line, the more lines the better. It is the character that cuts the header, and
 * then each line, into the same number of cells; among several the one that makes the most.
 */
export function delimiterOf(head: string): CsvDelimiter {
  const { whole, last } = linesOf(head);
  const lines = whole.length > 0 ? whole : [last];
  let best: CsvDelimiter = ',';
  let most = 0;
  for (const delimiter of DELIMITERS) {
    const counts = lines.map((line) => line.split(delimiter).length - 1);
    const isSteady = counts.every((count) => count === counts[0]);
    // A character of the header alone may still be the one, of a file with broken lines.
    const cells = counts[0] * (isSteady ? 1 : 0.01);
    if (cells > most) [best, most] = [delimiter, cells];
  }
  return best;
}

/** True where more of the file would tell more: there is no whole line behind the header yet. */
export function isTooShort(head: string): boolean {
  return linesOf(head).whole.length < 2;
}

/** Lines that are not empty, quoted texts taken out; the last one may go on behind `head`. */
function linesOf(head: string): { whole: readonly string[]; last: string } {
  const lines = head.replaceAll(QUOTED, '').split(/\r?\n/);
  const last = lines.pop() ?? '';
  return { whole: lines.filter((line) => line !== '').slice(0, MOST_LINES), last };
}
