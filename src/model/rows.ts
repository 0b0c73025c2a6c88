// From documents to rows: objects, arrays or columns of numbers, checked against a schema and laid out
// flat. Every error names the row, the field and the value.
import { AnomalyPredictorError, shorten, showValue } from '../errors.js';
import type { Schema } from './schema.js';

export interface Rows {
  readonly nRows: number;
  /** [nRows × nFeatures] row-major, in the schema's order */
  readonly values: Float64Array;
}

/** One behaviour, by feature name or in the schema's order. */
export type Row = Readonly<Record<string, number>> | readonly number[];

/** A batch as a client writes it. */
export type Batch =
  | { readonly rows: readonly Row[] }
  | { readonly columns: Readonly<Record<string, readonly number[]>> };

/** Checks that `document` is a `Batch` of 1 to `maxRows` rows and lays them out. */
export function readBatch(schema: Schema, document: unknown, maxRows: number): Rows {
  if (!isRecord(document)) {
    throw malformed(`expected an object with "rows" or "columns", got ${showValue(document)}`);
  }
  for (const key in document) {
    if (key !== 'rows' && key !== 'columns') {
      throw malformed(`unknown key ${showValue(key)}, expected "rows" or "columns"`, shorten(key));
    }
  }
  const { rows, columns } = document;
  if ((rows === undefined) === (columns === undefined)) {
    throw malformed('expected either "rows" or "columns"');
  }
  return rows !== undefined
    ? readRows(schema, rows, maxRows)
    : readColumns(schema, columns, maxRows);
}

function readRows(schema: Schema, rows: unknown, maxRows: number): Rows {
  if (!Array.isArray(rows)) {
    throw malformed(`"rows" expected an array, got ${showValue(rows)}`, 'rows');
  }
  checkRowCount(rows.length, maxRows);
  const nFeatures = schema.features.length;
  const values = new Float64Array(rows.length * nFeatures);
  const readRow = rowReader(schema);
  for (let row = 0; row < rows.length; row++) readRow(rows[row], row, values, row * nFeatures);
  return { nRows: rows.length, values };
}

function readColumns(schema: Schema, columns: unknown, maxRows: number): Rows {
  if (!isRecord(columns)) {
    throw malformed(`"columns" expected an object of arrays, got ${showValue(columns)}`, 'columns');
  }
  const { features } = schema;
  for (const key in columns) {
    if (!features.some(({ name }) => name === key)) throw unknownField('', key, {});
  }
  let nRows = -1;
  for (const { name } of features) {
    const column = ownValue(columns, name);
    if (column === undefined) throw invalid(`column "${name}" is missing`, { field: name });
    if (!Array.isArray(column)) {
      throw invalid(`column "${name}" expected an array, got ${showValue(column)}`, {
        field: name,
        value: column,
      });
    }
    if (nRows >= 0 && column.length !== nRows) {
      throw invalid(`column "${name}" has ${column.length} values, expected ${nRows}`, {
        field: name,
        value: column.length,
      });
    }
    nRows = column.length;
    checkRowCount(nRows, maxRows);
  }
  const values = new Float64Array(nRows * features.length);
  features.forEach(({ name }, feature) => {
    const column = columns[name] as unknown[];
    for (let row = 0; row < nRows; row++) {
      const value = column[row];
      if (!isFiniteNumber(value)) throw notANumber(row, name, value);
      values[row * features.length + feature] = value;
    }
  });
  return { nRows, values };
}

/** Reads one row, of either form, into values[start … start + nFeatures). `row` is for error messages. */
export type RowReader = (
  document: unknown,
  row: number,
  values: Float64Array,
  start: number,
) => void;

/** A reader for rows of `schema`; objects may hold the keys in `alsoAllowed` besides the features. */
export function rowReader(schema: Schema, alsoAllowed: readonly string[] = []): RowReader {
  const names = schema.features.map(({ name }) => name);
  const nFeatures = names.length;

  return function readRow(document, row, values, start) {
    if (Array.isArray(document)) return readArray(document, row, values, start);
    if (!isRecord(document)) {
      throw invalid(`row ${row}: expected an object or an array, got ${showValue(document)}`, {
        row,
        value: document,
      });
    }
    // Keys in the schema's order are the rule; V8 reads them in this loop without a lookup.
    let next = 0;
    for (const key in document) {
      if (next < nFeatures && key === names[next]) {
        const value = document[key];
        if (!isFiniteNumber(value)) throw notANumber(row, key, value);
        values[start + next++] = value;
      } else if (!alsoAllowed.includes(key)) {
        return readAnyOrder(document, row, values, start);
      }
    }
    if (next < nFeatures) readAnyOrder(document, row, values, start);
  };

  function readAnyOrder(
    document: Record<string, unknown>,
    row: number,
    values: Float64Array,
    start: number,
  ): void {
    for (let feature = 0; feature < nFeatures; feature++) {
      const name = names[feature];
      const value = ownValue(document, name);
      if (value === undefined) throw missing(row, name);
      if (!isFiniteNumber(value)) throw notANumber(row, name, value);
      values[start + feature] = value;
    }
    for (const key in document) {
      if (!names.includes(key) && !alsoAllowed.includes(key)) {
        throw unknownField(`row ${row}: `, key, { row });
      }
    }
  }

  function readArray(document: unknown[], row: number, values: Float64Array, start: number): void {
    if (document.length !== nFeatures) {
      throw invalid(`row ${row}: has ${document.length} values, expected ${nFeatures}`, {
        row,
        value: document.length,
      });
    }
    for (let feature = 0; feature < nFeatures; feature++) {
      const value = document[feature];
      if (!isFiniteNumber(value)) throw notANumber(row, names[feature], value);
      values[start + feature] = value;
    }
  }
}

/** Checks that every value of a matrix that was not read number by number is finite. */
export function checkFinite({ features }: Schema, values: Float64Array, firstRow = 0): void {
  if (areFinite(values)) return;
  for (let at = 0; at < values.length; at++) {
    if (!isFiniteNumber(values[at])) {
      const feature = at % features.length;
      const row = firstRow + (at - feature) / features.length;
      throw notANumber(row, features[feature].name, values[at]);
    }
  }
}

export function checkRowCount(nRows: number, maxRows: number): void {
  if (nRows === 0) throw malformed('the batch is empty, expected at least one row');
  if (nRows > maxRows) {
    throw new AnomalyPredictorError(
      'too-many-rows',
      `the batch has ${nRows} rows, at most ${maxRows} are allowed`,
      { value: nRows },
    );
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What objects inherit, such as `constructor`, is no part of a document. */
function ownValue(document: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(document, key) ? document[key] : undefined;
}

/** False for NaN and both infinities, whose difference with themselves is NaN. */
function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && value - value === 0;
}

/** Four sums, which do not wait for each other: a third of the time of asking value by value (Node 20). */
function areFinite(values: Float64Array): boolean {
  let [a, b, c, d] = [0, 0, 0, 0];
  const end = values.length - (values.length % 4);
  for (let at = 0; at < end; at += 4) {
    a += values[at] * 0;
    b += values[at + 1] * 0;
    c += values[at + 2] * 0;
    d += values[at + 3] * 0;
  }
  for (let at = end; at < values.length; at++) a += values[at] * 0;
  return a + b + c + d === 0;
}

function notANumber(row: number, field: string, value: unknown): AnomalyPredictorError {
  const expected = typeof value === 'number' ? 'a finite number' : 'a number';
  return invalid(`row ${row}: "${field}" expected ${expected}, got ${showValue(value)}`, {
    row,
    field,
    value,
  });
}

function missing(row: number, field: string): AnomalyPredictorError {
  return invalid(`row ${row}: "${field}" is missing`, { row, field });
}

function unknownField(place: string, field: string, fields: { row?: number }) {
  return invalid(`${place}${showValue(field)} is not a feature of this detector`, {
    ...fields,
    field: shorten(field),
  });
}

function invalid(message: string, fields: AnomalyPredictorError['fields']): AnomalyPredictorError {
  return new AnomalyPredictorError('invalid-field', message, fields);
}

function malformed(message: string, field?: string): AnomalyPredictorError {
  return new AnomalyPredictorError('malformed-body', message, field === undefined ? {} : { field });
}
