// Which of the names that are there was probably meant by one that is not.

/** Of the longer name, this share of the characters may differ. */
const LARGEST_DIFFERENCE = 1 / 3;
const LEAST_PART_CHARACTERS = 4;

/** The name of `names` that is most like `wanted`, if any is; case and punctuation do not count. */
export function nearestName(wanted: string, names: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const difference = differenceOf(lettersOf(wanted), lettersOf(name));
    if (difference <= LARGEST_DIFFERENCE && difference < least) {
      [nearest, least] = [name, difference];
    }
  }
  return nearest;
}

/** 0 for the same, up to 1 for nothing in common. */
function differenceOf(a: string, b: string): number {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  if (long === '') return 1;
  const share = editDistance(short, long) / long.length;
  const isPart = short.length >= LEAST_PART_CHARACTERS && long.includes(short);
  return isPart ? Math.min(share, LARGEST_DIFFERENCE) : share;
}

function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/** Levenshtein's: characters to insert, remove or replace. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = above[column - 1] + Number(a[row - 1] !== b[column - 1]);
      current.push(Math.min(replaced, above[column] + 1, current[column - 1] + 1));
    }
    above = current;
  }
  return above[b.length];
}
