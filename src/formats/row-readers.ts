// From rows to the values that are wanted of them: rows of a table, whose columns are the same for all
// of them, and rows of JSON, each an object or an array by itself.
import { AnomalyPredictorError, type ErrorFields, showValue } from '../errors.js';
import { isRecord } from '../model/rows.js';
import { nearestName } from '../nearest-name.js';
import { isMissing } from './cell.js';
import type { WantedColumn, WantedValue } from './wanted-values.js';

/** Why a row cannot be used. */
export interface RowFault {
  /** Without the place of the row. */
  readonly message: string;
  /** Without a value where it is missing. */
  readonly fields: ErrorFields;
}

/** Reads a row into values[start … start + number of wanted values), or says why it cannot. */
export type ReadRow<Row> = (row: Row, values: Float64Array, start: number) => RowFault | undefined;

export interface TableReader {
  /** Looks at the cells in `used` alone. */
  readonly readRow: ReadRow<readonly unknown[]>;
  /** Indices of the columns that hold what is wanted. */
  readonly used: readonly number[];
  /** Names of the others. */
  readonly unused: readonly string[];
}

/** Where in a row the value is, or what it is where there is no column for it. */
type Source =
  | { readonly column: WantedColumn; readonly index: number }
  | { readonly otherwise: number };

/**
 * @param names of the table's columns
 * @param place of these names, for messages: 'line 1: the header'
 * @throws AnomalyPredictorError `bad-data-file`: a column is not there, or there twice
 */
export function tableReader(
  wanted: readonly WantedValue[],
  names: readonly string[],
  place: string,
): TableReader {
  const sources = wanted.map((value) => sourceOf(value, names, place));
  const used = sources.flatMap((source) => ('index' in source ? [source.index] : []));

  function readRow(cells: readonly unknown[], values: Float64Array, start: number) {
    if (cells.length !== names.length) {
      const message = `has ${cells.length} columns, but the header has ${names.length}`;
      return { message, fields: { value: cells.length } };
    }
    for (let at = 0; at < sources.length; at++) {
      const source = sources[at];
      if ('otherwise' in source) {
        values[start + at] = source.otherwise;
        continue;
      }
      const { column, index } = source;
      const value = column.valueOf(cells[index]);
      // Not finite.
      if (value - value !== 0) return faultOf(column, cells[index]);
      values[start + at] = value;
    }
    return undefined;
  }
  return { readRow, used, unused: names.filter((_, index) => !used.includes(index)) };
}

/** A reader of objects by the names of `wanted`, and of arrays in its order; `unused` gains the keys that no value has. */
export function documentReader(
  wanted: readonly WantedValue[],
  unused: { add(name: string): void },
): ReadRow<unknown> {
  const known = new Set(wanted.flatMap(({ columns }) => columns.map(({ name }) => name)));
  const least = wanted.filter(({ otherwise }) => otherwise === undefined).length;

  return function readRow(document, values, start) {
    if (Array.isArray(document)) return readArray(document, values, start);
    if (!isRecord(document)) {
      const message = `expected an object or an array, got ${showValue(document)}`;
      return { message, fields: { value: document } };
    }
    for (let at = 0; at < wanted.length; at++) {
      const { columns, otherwise } = wanted[at];
      const column = columns.find(({ name }) => Object.hasOwn(document, name));
      const value = column === undefined ? otherwise : column.valueOf(document[column.name]);
      if (value === undefined || value - value !== 0) {
        return column === undefined
          ? missing(columns[columns.length - 1].name)
          : faultOf(column, document[column.name]);
      }
      values[start + at] = value;
    }
    for (const key in document) if (!known.has(key)) unused.add(key);
    return undefined;
  };

  function readArray(cells: readonly unknown[], values: Float64Array, start: number) {
    if (cells.length !== wanted.length && cells.length !== least) {
      const message = `has ${cells.length} values, expected ${wanted.length}`;
      return { message, fields: { value: cells.length } };
    }
    for (let at = 0; at < wanted.length; at++) {
      const { columns, otherwise } = wanted[at];
      // The feature, of which the column is the raw form.
      const column = columns[columns.length - 1];
      const value = at < cells.length ? column.valueOf(cells[at]) : (otherwise ?? Number.NaN);
      if (value - value !== 0) return faultOf(column, cells[at]);
      values[start + at] = value;
    }
    return undefined;
  }
}

function sourceOf(
  { columns, otherwise }: WantedValue,
  names: readonly string[],
  place: string,
): Source {
  const column = columns.find(({ name }) => names.includes(name));
  if (column === undefined) {
    if (otherwise !== undefined) return { otherwise };
    throw noColumn(columns, names, place);
  }
  const { name } = column;
  const index = names.indexOf(name);
  if (names.includes(name, index + 1)) {
    const message = `${place} has column "${name}" twice`;
    throw new AnomalyPredictorError('bad-data-file', message, { field: name });
  }
  return { column, index };
}

function noColumn(
  columns: readonly WantedColumn[],
  names: readonly string[],
  place: string,
): AnomalyPredictorError {
  const expected = columns.map(({ name }) => `"${name}"`).join(' or ');
  const near = columns.map(({ name }) => nearestName(name, names)).find(Boolean);
  const hint = near === undefined ? '' : `; was ${showValue(near)} meant?`;
  return new AnomalyPredictorError('bad-data-file', `${place} has no column ${expected}${hint}`, {
    field: columns[0].name,
  });
}

function faultOf(column: WantedColumn, cell: unknown): RowFault {
  const { name, expected } = column;
  if (isMissing(cell)) return missing(name);
  const message = `"${name}" expected ${expected}, got ${showValue(cell)}`;
  return { message, fields: { field: name, value: cell } };
}

function missing(field: string): RowFault {
  return { message: `"${field}" is missing`, fields: { field } };
}
