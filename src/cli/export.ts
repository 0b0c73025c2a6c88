// `export`: a detector in the format of other programs.
import { type Command, Option } from 'commander';
import { AnomalyPredictorError } from '../errors.js';
import { detectorJson } from '../interop/detector-json.js';
import { exportOnnx } from '../interop/onnx/export-onnx.js';
import type { Detector } from '../model/detector.js';
import { addModelsFolderOption, detectorOf, type ModelsFolderOption } from './detector-argument.js';
import { writeOutput } from './output-file.js';

const FORMATS = {
  onnx: exportOnnx,
  // The detector's own file.
  safetensors: ({ bytes }: Detector) => Uint8Array.from(bytes),
  json: (detector: Detector) => Buffer.from(detectorJson(detector)),
} as const;
type Format = keyof typeof FORMATS;

interface ExportOptions extends ModelsFolderOption {
  readonly format: Format;
  readonly out?: string;
}

const HELP = `
onnx: for onnxruntime (IR version 8, operator sets 15 and ai.onnx.ml 3). Input "rows", double
[rows × features] in the order of the schema; outputs "label", int64 [rows], 1 for normal and -1
for anomalies, and "score", double [rows × 1], the detector's. It computes in float64, so that its
labels are the detector's too.
safetensors: the detector's own file, which holds everything; any safetensors library reads it.
json: the same as one document; arrays are lists, and null stands for numbers that are infinite.

Examples:
  anomaly-predictor export hybrid --format onnx --out hybrid.onnx
  anomaly-predictor export ocsvm --format json | jq .model.kernel
`;

export function addExportCommand(program: Command): void {
  const command = program
    .command('export')
    .description('Write a detector as ONNX, safetensors or JSON')
    .argument('<name|file>', 'detector: its name in the model folder or a file');
  addModelsFolderOption(command)
    .addOption(
      new Option('--format <format>', 'of the output')
        .choices(Object.keys(FORMATS))
        .makeOptionMandatory(),
    )
    .option('--out <file>', 'where to write (default: stdout)')
    .addHelpText('after', HELP)
    .action(exportDetector);
}

async function exportDetector(
  model: string,
  { format, out, ...options }: ExportOptions,
): Promise<void> {
  if (out === undefined && format !== 'json' && process.stdout.isTTY) {
    const message = `${format} is no text for a terminal: name a file by --out`;
    throw new AnomalyPredictorError('bad-option', message, { field: 'out' });
  }
  const content = FORMATS[format](detectorOf({ ...options, model }));
  await writeOutput(out, [content]);
}
