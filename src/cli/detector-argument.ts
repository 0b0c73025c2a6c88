// How commands name a detector: by its name in the model folder, or by its file.
import type { Command } from 'commander';
import { readConfig, SETTINGS, shownDefault } from '../config.js';
import type { Detector } from '../model/detector.js';
import { findDetector, loadCatalog, loadDetector, looksLikePath } from '../model/detector-store.js';

export interface ModelsFolderOption {
  /** As typed; undefined where the configuration decides. */
  readonly models?: string;
}

export interface DetectorOptions extends ModelsFolderOption {
  readonly model: string;
}

export function addDetectorOptions(command: Command): Command {
  command.requiredOption('--model <name|file>', 'detector: its name in the model folder or a file');
  return addModelsFolderOption(command);
}

export function addModelsFolderOption(command: Command): Command {
  const { variable } = SETTINGS.models;
  return command.option(
    '--models <dir>',
    `model folder (default: ${shownDefault('models')}; environment: ${variable})`,
  );
}

export function modelsFolder(options: ModelsFolderOption): string {
  return readConfig(options.models === undefined ? {} : { models: options.models }).models;
}

/** Whatever looks like a path is a file; throws `unknown-model` or `bad-detector-file`. */
export function detectorOf({ model, ...options }: DetectorOptions): Detector {
  return looksLikePath(model)
    ? loadDetector(model)
    : findDetector(loadCatalog(modelsFolder(options)), model);
}
