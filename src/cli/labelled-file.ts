// The --data option: a file of behaviours with their labels, and what the user is told of it.
import type { Command } from 'commander';
import type { BadRowPolicy } from '../formats/bad-rows.js';
import type { BehaviourSchema } from '../formats/behaviour-blocks.js';
import { type DatasetFile, readDataset } from '../training/dataset.js';
import { constantFeatures } from '../training/dataset-faults.js';
import { badRowsOption } from './bad-rows-option.js';
import { formatQuantity } from './numbers.js';
import { skippedText, tellUnusedColumns } from './reading-notes.js';

export interface LabelledFileOptions {
  readonly data: string;
  readonly badRows: BadRowPolicy;
}

/** `what`: the rows of the file and their columns. */
export function addLabelledFileOptions(command: Command, what: string): Command {
  return command
    .requiredOption('--data <file>', `CSV, NDJSON, JSON or Parquet file of ${what}`)
    .addOption(badRowsOption('skip-missing'));
}

/** Names on stderr the columns that are not used, the rows that were dropped, and features that tell nothing. */
export async function readLabelledFile(
  { data, badRows }: LabelledFileOptions,
  { schema, encoder }: BehaviourSchema,
  unlabelled?: number,
): Promise<DatasetFile> {
  const labels = unlabelled === undefined ? {} : { unlabelled };
  const dataset = await readDataset(data, encoder, { badRows, ...labels });
  const { droppedRows, dropped, values } = dataset;
  tellUnusedColumns(dataset.unusedColumns);
  if (droppedRows > 0) {
    const count = formatQuantity(droppedRows, 'row');
    process.stderr.write(`${count} dropped:${skippedText(dropped)}\n`);
  }
  const constant = constantFeatures(dataset);
  if (constant.length > 0) {
    const features = constant.map((index) => `${schema.features[index].name} (${values[index]})`);
    process.stderr.write(`warning: the same in every row: ${features.join(', ')}\n`);
  }
  return dataset;
}
