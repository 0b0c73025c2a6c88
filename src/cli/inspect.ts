// `inspect`: everything that one detector says about itself.
import type { Command } from 'commander';
import { summarizeDetector } from '../model/detector-summary.js';
import { addModelsFolderOption, detectorOf, type ModelsFolderOption } from './detector-argument.js';
import { detectorText } from './detector-text.js';

interface InspectOptions extends ModelsFolderOption {
  readonly json?: true;
}

export function addInspectCommand(program: Command): void {
  const command = program
    .command('inspect')
    .description('Show one detector: schema, model, metrics and where it comes from')
    .argument('<name|file>', 'detector: its name in the model folder or a file');
  addModelsFolderOption(command)
    .option('--json', 'print JSON')
    .action((model: string, options: InspectOptions) => {
      const summary = summarizeDetector(detectorOf({ ...options, model }));
      console.log(options.json ? JSON.stringify(summary, undefined, 2) : detectorText(summary));
    });
}
