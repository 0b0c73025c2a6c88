// Command lines for people to copy: words as a POSIX shell takes them.

/** What every shell leaves as it is. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** The words on one line, each in quotes where it needs them. */
export function shellWords(words: readonly string[]): string {
  return words.map(quoted).join(' ');
}

function quoted(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
