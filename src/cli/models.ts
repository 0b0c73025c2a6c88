// `models`: the detectors in a folder, one a line.
import type { Command } from 'commander';
import type { Detector } from '../model/detector.js';
import { loadCatalog } from '../model/detector-store.js';
import { summarizeDetector } from '../model/detector-summary.js';
import {
  addModelsFolderOption,
  type ModelsFolderOption,
  modelsFolder,
} from './detector-argument.js';
import { formatShare } from './numbers.js';
import { renderTable } from './table.js';

interface ModelsOptions extends ModelsFolderOption {
  readonly json?: true;
}

const COLUMNS = [
  'name',
  'title',
  'type',
  'version',
  'recall',
  'precision',
  'false alarms',
  'ROC AUC',
];

export function addModelsCommand(program: Command): void {
  const command = program.command('models').description('List the detectors and how good they are');
  addModelsFolderOption(command)
    .option('--json', 'print JSON')
    .action((options: ModelsOptions) => {
      const detectors = [...loadCatalog(modelsFolder(options)).values()];
      console.log(
        options.json
          ? JSON.stringify({ models: detectors.map(summarizeDetector) }, undefined, 2)
          : renderTable(COLUMNS, detectors.map(toRow)),
      );
    });
}

function toRow({ name, title, model, version, metrics }: Detector): string[] {
  const { recall, precision, falsePositiveRate, rocAuc } = metrics;
  const shares = [recall, precision, falsePositiveRate].map(formatShare);
  return [name, title, model.type, version, ...shares, rocAuc.toFixed(4)];
}
