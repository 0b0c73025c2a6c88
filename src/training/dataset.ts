// A labelled table of behaviours: read from CSV, encoded to features, rows with a missing value dropped.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { AnomalyPredictorError, showValue } from '../errors.js';
import { csvRowReader, readCsv } from '../formats/csv.js';
import type { Encoder } from '../model/encoder.js';

export const NORMAL = 1;
export const ANOMALY = -1;

/** Column that holds the labels, and what they mean. */
const LABEL_COLUMN = 'classification';
const LABEL_BY_CLASS: Readonly<Record<string, number>> = {
  normal: NORMAL,
  outlier: ANOMALY,
  anomaly: ANOMALY,
};

export interface Dataset {
  /** Name without its folder. */
  readonly file: string;
  /** SHA-256 of the file, hexadecimal. */
  readonly sha256: string;
  readonly nRows: number;
  readonly nFeatures: number;
  /** [nRows × nFeatures] row-major, unscaled */
  readonly values: Float64Array;
  /** [nRows] NORMAL or ANOMALY */
  readonly labels: Int8Array;
  readonly droppedRows: number;
}

/**
 * `unlabelled`: the label of every row where the file has no column of labels; without it that is an error.
 * @throws AnomalyPredictorError `bad-data-file` that names file, line and value
 */
export async function readDataset(
  file: string,
  encoder: Encoder,
  unlabelled?: number,
): Promise<Dataset> {
  try {
    return await read(file, encoder, unlabelled);
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new AnomalyPredictorError('bad-data-file', `${file}: ${what}`, { file }, { cause });
  }
}

async function read(file: string, encoder: Encoder, unlabelled?: number): Promise<Dataset> {
  const hash = createHash('sha256');
  const records = readCsv(hashed(createReadStream(file), hash));
  const { value: header } = await records.next();
  const readRow = csvRowReader(encoder, header);
  const readLabel = labelReader(header.cells, unlabelled);

  const nFeatures = encoder.length;
  const row = new Float64Array(nFeatures);
  const values: number[] = [];
  const labels: number[] = [];
  let droppedRows = 0;
  for await (const record of records) {
    const label = readLabel(record.line, record.cells);
    if (readRow(record, row, 0) !== undefined) {
      droppedRows++;
      continue;
    }
    for (const value of row) values.push(value);
    labels.push(label);
  }
  if (labels.length === 0) {
    throw new AnomalyPredictorError('bad-data-file', 'there is no row without a missing value');
  }
  return {
    file: basename(file),
    sha256: hash.digest('hex'),
    nRows: labels.length,
    nFeatures,
    values: Float64Array.from(values),
    labels: Int8Array.from(labels),
    droppedRows,
  };
}

/** Rows of `dataset` at `indices`, copied: [indices.length × nFeatures] row-major. */
export function takeRows(
  { values, nFeatures }: Pick<Dataset, 'values' | 'nFeatures'>,
  indices: Int32Array,
): Float64Array {
  const rows = new Float64Array(indices.length * nFeatures);
  indices.forEach((index, row) => {
    const start = index * nFeatures;
    rows.set(values.subarray(start, start + nFeatures), row * nFeatures);
  });
  return rows;
}

export function takeLabels({ labels }: Pick<Dataset, 'labels'>, indices: Int32Array): Int8Array {
  return Int8Array.from(indices, (index) => labels[index]);
}

async function* hashed(
  chunks: AsyncIterable<Uint8Array>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

function labelReader(header: readonly string[], unlabelled: number | undefined) {
  const index = header.findIndex((cell) => cell.trim() === LABEL_COLUMN);
  if (index < 0 && unlabelled !== undefined) return () => unlabelled;
  if (index < 0) {
    throw new AnomalyPredictorError('bad-data-file', `the header has no column "${LABEL_COLUMN}"`, {
      field: LABEL_COLUMN,
    });
  }
  return (line: number, cells: readonly string[]): number => {
    const cell = cells[index].trim().toLowerCase();
    if (!Object.hasOwn(LABEL_BY_CLASS, cell)) {
      const classes = Object.keys(LABEL_BY_CLASS).join(', ');
      throw new AnomalyPredictorError(
        'bad-data-file',
        `line ${line}: "${LABEL_COLUMN}" expected one of ${classes}, got ${showValue(cells[index])}`,
        { field: LABEL_COLUMN, value: cells[index] },
      );
    }
    return LABEL_BY_CLASS[cell];
  };
}
