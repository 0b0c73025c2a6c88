// `calibrate`: gives a detector the threshold that suits the user's own traffic, without training it anew.
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { AnomalyPredictorError } from '../errors.js';
import { DETECTOR_FILE_SUFFIX } from '../model/detector-store.js';
import { driftOf, populationOf } from '../model/drift.js';
import { describeDrift } from '../model/drift-text.js';
import { calibrateDetector } from '../training/calibrate.js';
import { NORMAL, takeRows } from '../training/dataset.js';
import { scoresOf } from '../training/evaluation.js';
import { calibrationRows } from '../training/unseen-rows.js';
import { addModelsFolderOption, detectorOf, type ModelsFolderOption } from './detector-argument.js';
import { FORCE_DESCRIPTION, FORCE_FLAG, warnOfFailedChecks } from './force-flag.js';
import {
  addLabelledFileOptions,
  type LabelledFileOptions,
  readLabelledFile,
} from './labelled-file.js';
import { formatQuantity } from './numbers.js';
import { describeCalibration, parseTargetRate, TARGET_RATE_FLAG } from './target-rate.js';

interface CalibrateOptions extends ModelsFolderOption, LabelledFileOptions {
  readonly targetFpr: number;
  readonly out?: string;
  readonly force?: true;
}

const HELP = `
Every row of the file counts as normal, unless it has a column "classification": then those that it calls
normal do. Of the file that the detector was trained on, half of the normal rows held out set the threshold;
"evaluate" judges it on the rest.

Example:
  anomaly-predictor calibrate ocsvm --data last-week.csv --target-fpr 0.01 --out my-detectors/ocsvm.safetensors
`;

export function addCalibrateCommand(program: Command): void {
  const command = program
    .command('calibrate')
    .description("Set a detector's threshold by normal behaviours, without training it anew")
    .argument('<name|file>', 'detector: its name in the model folder or a file')
    .requiredOption(
      TARGET_RATE_FLAG,
      'share of normal behaviours that may be called anomalies',
      parseTargetRate,
    )
    .option(FORCE_FLAG, FORCE_DESCRIPTION)
    .option('--out <file>', 'where to write (default: NAME-calibrated.safetensors)');
  addLabelledFileOptions(command, 'normal behaviours that did not train');
  addModelsFolderOption(command).addHelpText('after', HELP).action(calibrate);
}

async function calibrate(model: string, options: CalibrateOptions): Promise<void> {
  const detector = detectorOf({ ...options, model });
  const dataset = await readLabelledFile(options, detector, NORMAL);
  const { rows, train } = calibrationRows(detector, dataset);
  const calibrated = calibrateDetector(detector, dataset, rows, options.targetFpr, options.force);
  warnOfFailedChecks(calibrated);
  const file = options.out ?? `${detector.name}-calibrated${DETECTOR_FILE_SUFFIX}`;
  write(file, calibrated.bytes);

  const nLeftOut = dataset.nRows - rows.length;
  if (nLeftOut > 0) {
    const why =
      train !== undefined
        ? 'trained the detector, are left to judge it, or are anomalies'
        : 'are anomalies, as the file says';
    console.log(`${formatQuantity(nLeftOut, 'row')} left out that ${why}`);
  }
  console.log(describeCalibration(calibrated));
  const scores = scoresOf(detector, dataset, rows);
  const drift = driftOf(detector, populationOf(detector, takeRows(dataset, rows), scores));
  if (drift.level !== 'none') {
    const difference = describeDrift(detector, drift, 'these rows');
    console.log(
      `warning: ${difference} The false positive rate will hold, but what the detector misses is open.`,
    );
  }
  console.log(`${calibrated.title}, version ${calibrated.version}, written to ${file}`);
  if (detector.metrics !== null) {
    console.log(
      'its metrics were those of the old threshold and are gone: "evaluate" tells the new ones',
    );
  }
}

function write(file: string, bytes: Uint8Array): void {
  try {
    writeFileSync(file, bytes);
  } catch (cause) {
    const message = `cannot write the detector: ${(cause as Error).message}`;
    throw new AnomalyPredictorError('bad-option', message, { file }, { cause });
  }
}
