// The same table of behaviours as a file in each format and dialect that commands read.
import { stringify } from 'csv-stringify/sync';
import { parquetWriteBuffer } from 'hyparquet-writer';

export type Cell = number | string | null;

export interface Table {
  readonly names: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface CsvDialect {
  readonly delimiter?: string;
  readonly lineEnd?: '\n' | '\r\n';
  readonly quoted?: boolean;
  readonly byteOrderMark?: boolean;
  readonly decimalComma?: boolean;
}

export function csvFile({ names, rows }: Table, dialect: CsvDialect = {}): string {
  const { delimiter = ',', lineEnd = '\n', quoted = false, byteOrderMark = false } = dialect;
  const textOf = (cell: Cell) =>
    dialect.decimalComma && typeof cell === 'number' ? String(cell).replace('.', ',') : cell;
  const options = { delimiter, quoted, record_delimiter: lineEnd, bom: byteOrderMark };
  return stringify([[...names], ...rows.map((row) => row.map(textOf))], options);
}

export function objectsOf({ names, rows }: Table): Record<string, Cell>[] {
  return rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]])));
}

export function ndjsonFile(table: Table): string {
  return objectsOf(table)
    .map((row) => `${JSON.stringify(row)}\n`)
    .join('');
}

export function columnsOf({ names, rows }: Table): Record<string, Cell[]> {
  return Object.fromEntries(names.map((name, i) => [name, rows.map((row) => row[i])]));
}

type ParquetOptions = Omit<Parameters<typeof parquetWriteBuffer>[0], 'columnData'>;

export function parquetFile(table: Table, options: ParquetOptions = {}): Uint8Array {
  const columnData = Object.entries(columnsOf(table)).map(([name, data]) => ({
    name,
    data,
    type: data.some((cell) => typeof cell === 'string') ? ('STRING' as const) : ('DOUBLE' as const),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData, ...options }));
}
