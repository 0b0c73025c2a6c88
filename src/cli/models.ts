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
import { warnOfFailedChecks } from './force-flag.js';
import { formatRate, formatShare } from './numbers.js';
import { renderTable } from './table.js';

interface ModelsOptions extends ModelsFolderOption {
  readonly json?: true;
}

const FIGURES = ['recall', 'precision', 'false alarms', 'ROC AUC'];
const COLUMNS = ['name', 'title', 'type', 'version', ...FIGURES];

export function addModelsCommand(program: Command): void {
  const command = program.command('models').description('List the detectors and how good they are');
  addModelsFolderOption(command)
    .option('--json', 'print JSON')
    .action((options: ModelsOptions) => {
      const detectors = [...loadCatalog(modelsFolder(options)).values()];
      if (!options.json) for (const detector of detectors) warnOfFailedChecks(detector);
      console.log(
        options.json
          ? JSON.stringify({ models: detectors.map(summarizeDetector) }, undefined, 2)
          : renderTable(COLUMNS, detectors.map(toRow)),
      );
    });
}

function toRow({ name, title, model, version, metrics }: Detector): string[] {
  const figures =
    metrics === null
      ? FIGURES.map(() => '–')
      : [
          ...[metrics.recall, metrics.precision, metrics.falsePositiveRate].map(formatShare),
          formatRate(metrics.rocAuc),
        ];
  return [name, title, model.type, version, ...figures];
}
