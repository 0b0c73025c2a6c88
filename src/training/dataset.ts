// A labelled table of behaviours: read from a file, encoded to features, rows that cannot be used dropped.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AnomalyPredictorError } from '../errors.js';
import { type BadColumn, type BadRowPolicy, BadRows } from '../formats/bad-rows.js';
import { readWanted } from '../formats/behaviour-blocks.js';
import { openBehaviours } from '../formats/behaviour-file.js';
import { isMissing } from '../formats/cell.js';
import { RowValues } from '../formats/row-values.js';
import { type WantedValue, wantedFeatures } from '../formats/wanted-values.js';
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

/** With what its file had besides. */
export interface DatasetFile extends Dataset {
  /** The rows that were dropped, each with its place and reason, up to a limit that the last line tells. */
  readonly dropped: readonly string[];
  /** The same by column. */
  readonly badColumns: readonly BadColumn[];
  readonly unusedColumns: readonly string[];
}

export interface ReadDatasetOptions {
  /** The label of every row where the file has no column of labels; without it that is an error. */
  readonly unlabelled?: number;
  /** @default 'skip-missing' */
  readonly badRows?: BadRowPolicy;
}

/**
 * Reads a file of any format that behaviours come in.
 * @throws AnomalyPredictorError `bad-data-file` that names file, line and value
 */
export async function readDataset(
  file: string,
  encoder: Encoder,
  options: ReadDatasetOptions = {},
): Promise<DatasetFile> {
  try {
    return await read(file, encoder, options);
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new AnomalyPredictorError('bad-data-file', `${file}: ${what}`, { file }, { cause });
  }
}

async function read(
  file: string,
  encoder: Encoder,
  { unlabelled, badRows: policy = 'skip-missing' }: ReadDatasetOptions,
): Promise<DatasetFile> {
  const sha256 = await sha256Of(file);
  const input = await openBehaviours(file);
  const badRows = new BadRows(policy);
  const nFeatures = encoder.length;
  const values = new RowValues();
  const labels: number[] = [];
  for await (const block of readWanted(input, [...wantedFeatures(encoder), label(unlabelled)])) {
    badRows.add(block.errors.values());
    for (let row = 0; row < block.nRows; row++) {
      if (block.errors.has(row)) continue;
      const start = row * (nFeatures + 1);
      const end = start + nFeatures;
      values.append(block.values.subarray(start, end), nFeatures);
      labels.push(block.values[end]);
    }
  }
  badRows.check();
  if (labels.length === 0) throw noRow(badRows);
  return {
    file: basename(file),
    sha256,
    nRows: labels.length,
    nFeatures,
    values: values.all(),
    labels: Int8Array.from(labels),
    droppedRows: badRows.count,
    dropped: badRows.list(),
    badColumns: badRows.columns(),
    unusedColumns: [...input.unusedColumns],
  };
}

function noRow({ count, first }: BadRows): AnomalyPredictorError {
  const message =
    count === 0 ? 'there are no rows' : `none of ${count} rows can be used; the first: ${first}`;
  return new AnomalyPredictorError('bad-data-file', message);
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

/** Of the bytes of `file`, hexadecimal. */
async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

function label(otherwise: number | undefined): WantedValue {
  const column = {
    name: LABEL_COLUMN,
    valueOf: labelIn,
    expected: `one of ${Object.keys(LABEL_BY_CLASS).join(', ')}`,
  };
  return { columns: [column], ...(otherwise === undefined ? {} : { otherwise }) };
}

function labelIn(cell: unknown): number {
  const name = isMissing(cell) ? '' : String(cell).trim().toLowerCase();
  return Object.hasOwn(LABEL_BY_CLASS, name) ? LABEL_BY_CLASS[name] : Number.NaN;
}
