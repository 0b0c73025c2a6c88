// The values that are wanted of every row, and the columns of a file that may hold them: those of a
// detector's encoder or its features, and whatever else a command needs, such as labels.
import type { Encoder } from '../model/encoder.js';
import { flagOf, numberIn } from './cell.js';

export interface WantedColumn {
  readonly name: string;
  /** What a cell is worth; NaN where it cannot be used. */
  readonly valueOf: (cell: unknown) => number;
  /** What a cell should be, for people. */
  readonly expected: string;
}

export interface WantedValue {
  /** Any of them holds the value; the first that is there counts. */
  readonly columns: readonly WantedColumn[];
  /** The value where there is no such column; without it that is an error. */
  readonly otherwise?: number;
}

/** The features of a detector, in the schema's order. */
export function wantedFeatures(encoder: Encoder): readonly WantedValue[] {
  return encoder.map(({ feature, column, category }) => {
    const raw = category === undefined ? numberColumn(column) : categoryColumn(column, category);
    return { columns: column === feature ? [raw] : [raw, numberColumn(feature)] };
  });
}

export function numberColumn(name: string): WantedColumn {
  return { name, valueOf: numberIn, expected: 'a number' };
}

function categoryColumn(name: string, category: string): WantedColumn {
  return { name, valueOf: flagOf(category), expected: 'a category' };
}
