// What users are told of a file that was read: what was left out, and why.

const MOST_NAMES = 10;

/** Names the columns on stderr, if there are any. */
export function tellUnusedColumns(names: Iterable<string>): void {
  const all = [...names].map((name) => (name === '' ? '""' : name));
  if (all.length === 0) return;
  const more = all.length > MOST_NAMES ? `, … and ${all.length - MOST_NAMES} more` : '';
  process.stderr.write(`columns not used: ${all.slice(0, MOST_NAMES).join(', ')}${more}\n`);
}

/** To stand behind their number: a line for each row in `list`; nothing where that is empty. */
export function skippedText(list: readonly string[]): string {
  return list.map((row) => `\n  ${row}`).join('');
}
