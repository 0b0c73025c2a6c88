// `evaluate`: judges a detector on labelled behaviours that its training did not see.
import type { Command } from 'commander';
import type { Detector } from '../model/detector.js';
import { type Drift, driftOf, populationOf } from '../model/drift.js';
import { describeDrift } from '../model/drift-text.js';
import { type Dataset, NORMAL, takeRows } from '../training/dataset.js';
import { oneClassOnly } from '../training/dataset-faults.js';
import { evaluateOn, scoresOf } from '../training/evaluation.js';
import { rowsOf } from '../training/split.js';
import { judgingRows } from '../training/unseen-rows.js';
import { addDetectorOptions, type DetectorOptions, detectorOf } from './detector-argument.js';
import {
  addLabelledFileOptions,
  type LabelledFileOptions,
  readLabelledFile,
} from './labelled-file.js';
import { renderMetrics } from './metrics-table.js';

const REPORT_NAME = 'evaluation.html';

interface EvaluateOptions extends DetectorOptions, LabelledFileOptions {
  readonly json?: boolean;
  readonly report?: string;
}

export function addEvaluateCommand(program: Command): void {
  const command = program
    .command('evaluate')
    .description(
      'Evaluate a detector on labelled behaviours; on the file that it was trained on, only the rows held out count',
    );
  addLabelledFileOptions(command, 'labelled behaviours, with the columns that the detector knows');
  addDetectorOptions(command)
    .option('--json', 'print one JSON document')
    .option('--report <dir>', `write a report with charts, ${REPORT_NAME}, into this folder`)
    .action(evaluate);
}

async function evaluate({ json, report, ...options }: EvaluateOptions): Promise<void> {
  const detector = detectorOf(options);
  const dataset = await readLabelledFile(options, detector);
  const oneClass = oneClassOnly(dataset);
  if (oneClass !== undefined) {
    process.stderr.write(
      `warning: ${oneClass}: rates and curves that take the other class are undefined (–)\n`,
    );
  }
  const judging = judgingRows(detector, dataset);
  const { rows, train } = judging;
  const trainedOnIt = train !== undefined;
  const metrics = evaluateOn(detector, dataset, judging);
  const drift = normalDrift(detector, dataset, rows);
  const notes = [describeDrift(detector, drift, 'the normal ones of these rows')];
  if (!trainedOnIt && detector.calibration?.data.sha256 === dataset.sha256) {
    notes.push('The threshold was set on these rows: of others, more may be called anomalies.');
  }
  let written: string | undefined;
  if (report !== undefined) {
    // Loaded for those who ask for it: what draws the charts is large.
    const { evaluationReport } = await import('../report/evaluation-report.js');
    const { writeReport } = await import('../report/write-report.js');
    const content = evaluationReport(detector, dataset, judging, notes);
    written = writeReport(content, report, REPORT_NAME);
  }
  if (json) {
    const { name: model, version } = detector;
    const { file, droppedRows, dropped, unusedColumns } = dataset;
    const reading = { droppedRows, dropped, unusedColumns };
    const count = { rows: rows.length, ...reading, heldOut: trainedOnIt };
    console.log(JSON.stringify({ model, version, data: file, ...count, metrics, drift }, null, 2));
    return;
  }
  console.log(
    `${detector.title}, version ${detector.version}, on ${rows.length} rows of ${dataset.file}` +
      (trainedOnIt ? ', those that its training did not see:' : ':'),
  );
  console.log(renderMetrics(metrics));
  for (const note of notes) console.log(`\n${note}`);
  if (written !== undefined) console.log(`\nreport written to ${written}`);
}

/** Anomalies are no part of the population that the detector was trained on. */
function normalDrift(detector: Detector, dataset: Dataset, rows: Int32Array): Drift {
  const normal = Int32Array.from(rowsOf(dataset, NORMAL, rows));
  const scores = scoresOf(detector, dataset, normal);
  return driftOf(detector, populationOf(detector, takeRows(dataset, normal), scores));
}
