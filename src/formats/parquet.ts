// Parquet files, read by hyparquet row group by row group. The package is loaded with the first file.
import type { AsyncBuffer } from 'hyparquet';
import { AnomalyPredictorError } from '../errors.js';

export interface ParquetTable {
  /** Of the columns, in the file's order. */
  readonly names: readonly string[];
  readonly nRows: number;
  /** The rows in order. Of a group, the columns that are asked for are held in memory. */
  readonly readGroups: (columns: readonly number[]) => AsyncGenerator<ParquetGroup>;
}

export interface ParquetGroup {
  readonly firstRow: number;
  readonly nRows: number;
  /** [nRows] each, in the order that was asked for; typed as in the file, null where nothing stands. */
  readonly columns: readonly ArrayLike<unknown>[];
}

/** `file`: its path, or its bytes. Throws `bad-data-file`. */
export async function openParquet(file: string | ArrayBuffer): Promise<ParquetTable> {
  const [hyparquet, { compressors }] = await loadPackages();
  const buffer: AsyncBuffer =
    typeof file === 'string' ? await readable(hyparquet.asyncBufferFromFile(file)) : file;
  const { metadata, ranges, readColumn } = await readable(
    hyparquet.parquetScan({ file: buffer, compressors }),
  );
  const names = hyparquet.parquetSchema(metadata).children.map(({ element }) => element.name);

  async function* readGroups(wanted: readonly number[]): AsyncGenerator<ParquetGroup> {
    for (const { rowStart, rowEnd } of ranges) {
      const reading = wanted.map((index) => readColumn({ column: names[index], rowStart, rowEnd }));
      const columns = await readable(Promise.all(reading));
      yield { firstRow: rowStart, nRows: rowEnd - rowStart, columns };
    }
  }
  return { names, nRows: Number(metadata.num_rows), readGroups };
}

function loadPackages() {
  return Promise.all([import('hyparquet'), import('hyparquet-compressors')]);
}

async function readable<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    const message = `not a Parquet file that can be read: ${(cause as Error).message}`;
    throw new AnomalyPredictorError('bad-data-file', message, {}, { cause });
  }
}
