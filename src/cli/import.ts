// `import`: makes a detector of a model that another library trained, and checks that it scores alike.
import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { AnomalyPredictorError } from '../errors.js';
import { importModel, type ModelFile, nameAfter } from '../interop/import-model.js';
import type { Detector } from '../model/detector.js';
import { checkDetector } from '../model/detector-checks.js';
import { DETECTOR_FILE_SUFFIX } from '../model/detector-store.js';
import { summarizeDetector } from '../model/detector-summary.js';
import { detectorText } from './detector-text.js';
import { writeOutput } from './output-file.js';
import { checkParity } from './parity-check.js';

interface ImportCommandOptions {
  readonly scaler?: string;
  readonly features?: readonly string[];
  readonly name?: string;
  readonly anomalyClass?: string;
  readonly out: string;
  readonly check?: string;
  readonly expected?: string;
  readonly tolerance: number;
}

const DEFAULT_TOLERANCE = 1e-9;

const HELP = `
Reads models of scikit-learn 0.24 and later as pickle (protocol 2 and later) and joblib write them,
compressed or not: OneClassSVM, IsolationForest, and RandomForestClassifier, ExtraTreesClassifier,
DecisionTreeClassifier and ExtraTreeClassifier of two classes; StandardScaler, MinMaxScaler and
RobustScaler before them; Pipeline, GridSearchCV and RandomizedSearchCV around them. Reads ONNX models
as sklearn-onnx writes them of these. Nothing in the file is run, and anything else is refused.

--expected compares with what the library itself says of the rows of --check. Its CSV file has a
column "score": decision_function, or of a classifier predict_proba of the anomalous class; and, if
you like, a column "label": predict. A difference counts relative to the score where that is beyond 1.
Where one is above the tolerance, or a label differs, no detector is written. Rows count from 0.
ONNX models score in float32: allow them 1e-5.

Examples:
  anomaly-predictor import pipeline.joblib --out models/mine.safetensors
  anomaly-predictor import model.pkl --scaler scaler.pkl --features calls,users,gap --out models
  anomaly-predictor import forest.pkl --anomaly-class fraud --out fraud.safetensors \\
    --check rows.csv --expected scores.csv
`;

export function addImportCommand(program: Command): void {
  program
    .command('import')
    .description('Make a detector of a model of scikit-learn, or of an ONNX model, without Python')
    .argument('<model>', 'file of the model')
    .option('--scaler <file>', 'file of the scaler, where that is one of its own')
    .option(
      '--features <names>',
      "features in order, separated by commas (default: the file's)",
      list,
    )
    .option('--name <name>', 'of the detector (default: after the file that is written)')
    .option('--anomaly-class <label>', "of a classifier: the anomalous class (default: '-1')")
    .requiredOption('--out <file|dir>', 'detector file to write, or its folder')
    .option('--check <rows>', 'CSV, NDJSON, JSON or Parquet file of behaviours to score')
    .option('--expected <file>', 'CSV file of what the library says of these rows')
    .option('--tolerance <number>', 'largest difference', parseTolerance, DEFAULT_TOLERANCE)
    .addHelpText('after', HELP)
    .action(importCommand);
}

async function importCommand(path: string, options: ImportCommandOptions): Promise<void> {
  const { scaler, features, anomalyClass, out, check, expected, tolerance } = options;
  if (expected !== undefined && check === undefined) {
    throw new AnomalyPredictorError(
      'bad-option',
      '--expected needs the rows: name them by --check',
    );
  }
  const toFolder = statSync(out, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const name = options.name ?? nameAfter(basename(toFolder ? path : out));
  const detector = await importModel(readModelFile(path), {
    name,
    ...(scaler === undefined ? {} : { scaler: readModelFile(scaler) }),
    ...(features === undefined ? {} : { featureNames: features }),
    ...(anomalyClass === undefined ? {} : { anomalyClass }),
  });
  console.log(detectorText(summarizeDetector(detector)));
  for (const { reason, remedy } of checkDetector(detector)) {
    process.stderr.write(`warning: ${reason}; ${remedy}\n`);
  }
  tellOfUnnamedFeatures(detector, features);
  if (check !== undefined) {
    const comparison = expected && {
      file: expected,
      tolerance,
      anomalyClass: anomalyClass ?? '-1',
    };
    console.log(`\n${await checkParity(detector, check, comparison || undefined)}`);
  }
  const file = toFolder ? join(out, name + DETECTOR_FILE_SUFFIX) : out;
  await writeOutput(file, [detector.bytes]);
  console.log(`\nwritten to ${file}`);
}

function readModelFile(path: string): ModelFile {
  try {
    return { fileName: basename(path), bytes: readFileSync(path) };
  } catch (cause) {
    const message = `cannot read ${path}: ${(cause as Error).message}`;
    throw new AnomalyPredictorError('bad-model-file', message, { file: path }, { cause });
  }
}

function tellOfUnnamedFeatures({ provenance, schema }: Detector, given: unknown): void {
  if (provenance.origin !== 'import' || provenance.featureNames !== null || given) return;
  const names = schema.features.map((feature) => feature.name);
  console.log(
    `\nThe file does not name its features: they are ${names[0]} to ${names.at(-1)} in its order. ` +
      'Name them by --features.',
  );
}

function list(text: string): readonly string[] {
  return text.split(',').map((name) => name.trim());
}

function parseTolerance(text: string): number {
  const tolerance = Number(text);
  if (text.trim() !== '' && tolerance >= 0 && tolerance < Number.POSITIVE_INFINITY)
    return tolerance;
  throw new InvalidArgumentError('Expected a number from 0.');
}
