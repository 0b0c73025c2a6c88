// `score`: behaviours in, verdicts out, in bounded memory.
import { type Command, Option } from 'commander';
import { createEngine } from '../engine/engine.js';
import type { BadRowPolicy } from '../formats/bad-rows.js';
import { readBlocks } from '../formats/behaviour-blocks.js';
import {
  type BehaviourInput,
  INPUT_DESCRIPTION,
  openBehaviours,
} from '../formats/behaviour-file.js';
import { badRowsOption } from './bad-rows-option.js';
import { addDetectorOptions, type DetectorOptions, detectorOf } from './detector-argument.js';
import { warnOfFailedChecks } from './force-flag.js';
import { formatCount } from './numbers.js';
import { writeOutput } from './output-file.js';
import { startProgress } from './progress.js';
import { tellUnusedColumns } from './reading-notes.js';
import { ScoreTally } from './score-tally.js';
import {
  type ScoredBlock,
  VERDICT_FORMATS,
  type VerdictFormat,
  verdictText,
} from './verdict-text.js';

interface ScoreOptions extends DetectorOptions {
  readonly output?: string;
  readonly format?: VerdictFormat;
  readonly badRows: BadRowPolicy;
  readonly explain?: true;
}

const HELP = `
Input: the columns of the detector's training data or of its features, in any order, others are passed
over; as CSV (separated by commas, semicolons, tabs or |), as Parquet, as NDJSON with one object or
array of features a line, or as JSON with {"rows": …}, {"columns": …} or an array of rows.
CSV output keeps the columns and gains prediction, score and risk; NDJSON has a line
{"row", "prediction", "score", "risk"} for each row. Bad rows, which lack a value or hold something
else, get no verdict and are listed with their lines.

With --explain each verdict tells how much every feature contributes to the score, beside the range of
its value in normal training rows: contributions add up to the score less the baseline; negative ones
speak for an anomaly. CSV gains "explanation", "baseline" and a column contribution_NAME for each feature,
NDJSON an object "explanation". Of more than 12 features they are estimates, with their standard errors.

Examples:
  anomaly-predictor score behaviours.csv --model ocsvm --output verdicts.csv
  anomaly-predictor score behaviours.csv --model ocsvm --explain --output explained.csv
  cat behaviours.ndjson | anomaly-predictor score - --model hybrid | grep anomaly
`;

export function addScoreCommand(program: Command): void {
  const command = program
    .command('score')
    .description('Score a file of behaviours')
    .argument('<input>', INPUT_DESCRIPTION);
  addDetectorOptions(command)
    .option('--output <file>', 'where to write (default: stdout)')
    .addOption(
      new Option(
        '--format <format>',
        "of the output (default: the input's, CSV for Parquet)",
      ).choices(VERDICT_FORMATS),
    )
    .option('--explain', 'tell what each feature contributes to the score')
    .addOption(badRowsOption('skip'))
    .addHelpText('after', HELP)
    .action(score);
}

async function score(
  path: string,
  { output, format, explain, badRows, ...options }: ScoreOptions,
): Promise<void> {
  const detector = detectorOf(options);
  warnOfFailedChecks(detector);
  const input = await openBehaviours(path);
  const tally = new ScoreTally(detector, badRows);
  const progress = startProgress('Scoring', input.sizeBytes);
  const engine = await createEngine();
  const startMs = performance.now();

  async function* blocks(): AsyncGenerator<ScoredBlock> {
    for await (const block of readBlocks(input, detector)) {
      const scored = explain
        ? await engine.explain(detector, block.values)
        : { ...(await engine.score(detector, block.values)), explanation: undefined };
      const { scores, risks, explanation } = scored;
      tally.add(block, scores);
      progress.update(input.progress.readBytes, `${formatCount(tally.rows)} rows`);
      yield { block, scores, risks, explanation };
    }
    tally.checkAnyScored();
  }

  try {
    await writeOutput(output, verdictText(format ?? formatFor(input), detector.schema, blocks()));
  } finally {
    progress.stop();
    await engine.close();
  }
  tellUnusedColumns(input.unusedColumns);
  process.stderr.write(`${tally.summary(performance.now() - startMs)}\n`);
}

function formatFor({ format }: BehaviourInput): VerdictFormat {
  return format === 'parquet' ? 'csv' : format;
}
