// What a cell of a table is worth as a number. Cells are texts in CSV, and typed in JSON and Parquet.

/** What tools write where a value is missing: nothing (pandas), NA (R), NaN, null … */
const MISSING_TEXT = /^(|na|n\/a|nan|null|none)$/i;
/** As pandas writes flags. */
const FLAG_BY_TEXT: ReadonlyMap<string, number> = new Map([
  ['true', 1],
  ['false', 0],
]);

export function isMissing(cell: unknown): boolean {
  if (typeof cell === 'string') return MISSING_TEXT.test(cell.trim());
  return cell === undefined || cell === null || Number.isNaN(cell);
}

/** The cell as a number; NaN where it holds none. */
export function numberIn(cell: unknown): number {
  switch (typeof cell) {
    case 'number':
      return cell;
    case 'string':
      return numberInText(cell.trim());
    case 'boolean':
    case 'bigint':
      return Number(cell);
    default:
      return Number.NaN;
  }
}

/** A reader of cells that is 1 where the cell equals `category`, 0 where it does not, NaN where there is none. */
export function flagOf(category: string): (cell: unknown) => number {
  return (cell) => {
    if (String(cell).trim() === category) return 1;
    return isMissing(cell) || typeof cell === 'object' ? Number.NaN : 0;
  };
}

function numberInText(text: string): number {
  if (text === '') return Number.NaN;
  const value = Number(text);
  return Number.isNaN(value) ? (FLAG_BY_TEXT.get(text.toLowerCase()) ?? value) : value;
}
