// `train`: fits detectors to a labelled file and writes each with its model card.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { AnomalyPredictorError } from '../errors.js';
import { saveDetector } from '../model/detector-store.js';
import type { TrainedRecipe, TrainingReportOptions } from '../report/training-report.js';
import { candidateTable } from '../training/candidate-table.js';
import type { Dataset, DatasetFile } from '../training/dataset.js';
import { oneClassOnly } from '../training/dataset-faults.js';
import { Interrupted } from '../training/interrupted.js';
import { checkLiveBehaviours } from '../training/live-behaviours.js';
import { type CardOptions, renderModelCard } from '../training/model-card.js';
import { settingArguments } from '../training/options/arguments.js';
import type { Recipe } from '../training/recipes/recipe.js';
import type { CandidateResult } from '../training/search.js';
import { DEFAULT_SEARCH } from '../training/search-plan.js';
import {
  DEFAULT_SEED,
  type OnProgress,
  RECIPES,
  SHIPPED_RECIPES,
  type Trained,
  trainDetector,
} from '../training/train.js';
import { FORCE_DESCRIPTION, FORCE_FLAG, warnOfFailedChecks } from './force-flag.js';
import {
  addLabelledFileOptions,
  type LabelledFileOptions,
  readLabelledFile,
} from './labelled-file.js';
import { addLiveFlags, type LiveFlags, liveArguments, liveBehaviours } from './live-flags.js';
import { renderMetrics } from './metrics-table.js';
import { type Progress, startProgress, timeLeft } from './progress.js';
import { parseSeed } from './seed.js';
import { renderTable } from './table.js';
import { describeCalibration, parseTargetRate, TARGET_RATE_FLAG } from './target-rate.js';
import {
  addTrainingFlags,
  hasTrainingFlags,
  readTrainingFlags,
  type TrainingFlags,
} from './training-flags.js';

interface TrainCommandOptions extends TrainingFlags, LabelledFileOptions, LiveFlags {
  readonly detector: string;
  readonly out: string;
  readonly seed: number;
  readonly targetFpr?: number;
  readonly report?: string;
  readonly force?: true;
}

const REPORT_NAME = 'training.html';
const ALL = 'all';

const HELP = `
Behaviours of live traffic are those that \`behaviours\` writes of access logs, with a column "classification" (normal,
outlier or anomaly) that you add. With --window or --min-requests, as \`behaviours\` had them, the detector knows how its
traffic was read, so that a guard with it may enforce.

Example:
  npx anomaly-predictor train --data labelled.csv --detector hybrid --window 30 --min-requests 5 --out my-detectors
`;

export function addTrainCommand(program: Command): void {
  const command = program
    .command('train')
    .description('Train detectors on labelled behaviours and evaluate them on rows held out');
  addLabelledFileOptions(
    command,
    'labelled behaviours, with the columns of the API behaviour dataset or those that `behaviours` writes',
  )
    .addOption(
      new Option('--detector <name>', `which detector to train; ${ALL}: the shipped ones`)
        .choices([...RECIPES.map(({ name }) => name), ALL])
        .default(ALL),
    )
    .option('--out <dir>', 'folder for the detector files and model cards', 'models')
    .option('--seed <number>', 'seed of split, folds and forests', parseSeed, DEFAULT_SEED)
    .option(
      TARGET_RATE_FLAG,
      'set the threshold on half of the normal rows held out, so that at most this share are called anomalies',
      parseTargetRate,
    )
    .option(FORCE_FLAG, FORCE_DESCRIPTION)
    .option('--report <dir>', `write a report with charts, ${REPORT_NAME}, into this folder`);
  addTrainingFlags(addLiveFlags(command)).addHelpText('after', HELP).action(train);
}

async function train(options: TrainCommandOptions): Promise<void> {
  const { detector: wanted, out, seed, targetFpr, workers, report, force } = options;
  if (wanted === ALL && hasTrainingFlags(options)) {
    throw new AnomalyPredictorError(
      'bad-option',
      'options of a method and of a search belong to one detector: name it with --detector',
      { field: '--detector' },
    );
  }
  const recipes = wanted === ALL ? SHIPPED_RECIPES : RECIPES.filter(({ name }) => name === wanted);
  const { behaviours, traffic } = await liveBehaviours(options);
  const featureNames = behaviours.encoder.map(({ feature }) => feature);
  const asked = recipes.map((recipe) => readTrainingFlags(recipe, options, featureNames));

  const dataset = await readLabelledFile(options, behaviours);
  const oneClass = oneClassOnly(dataset);
  if (oneClass !== undefined) {
    const message = `${options.data}: ${oneClass}; training needs both to judge what it made`;
    throw new AnomalyPredictorError('bad-data-file', message, { file: options.data });
  }
  if (traffic !== undefined && options.features === undefined) {
    checkLiveBehaviours(dataset, featureNames, traffic);
  }
  console.log(`${dataset.file}: ${dataset.nRows} rows, ${dataset.droppedRows} more dropped`);
  mkdirSync(out, { recursive: true });
  // Before the hours that a search may take.
  if (report !== undefined) mkdirSync(report, { recursive: true });
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  process.once('SIGINT', interrupt);
  try {
    const { signal } = interruption;
    const trainings: TrainedRecipe[] = [];
    for (const [i, recipe] of recipes.entries()) {
      const trained = await trainOne(recipe, dataset, seed, out, {
        ...asked[i],
        behaviours,
        traffic,
        madeBy: liveArguments(options),
        workers,
        targetFalsePositiveRate: targetFpr,
        force,
        signal,
      });
      trainings.push({ recipe, trained, search: asked[i].search });
    }
    if (report !== undefined) {
      const file = await reportOn(dataset, trainings, report, { seed, workers, signal });
      console.log(`\nreport written to ${file}`);
    }
  } finally {
    process.off('SIGINT', interrupt);
  }
}

async function trainOne(
  recipe: Recipe,
  dataset: Dataset,
  seed: number,
  out: string,
  options: CardOptions,
): Promise<Trained> {
  const { scoring } = options.search ?? recipe.search ?? DEFAULT_SEARCH;
  const render = (candidates: readonly CandidateResult[]) => {
    const { header, rows } = candidateTable(candidates, scoring, recipe.method.sizeUnit);
    return renderTable(header, rows);
  };
  const progress = startProgress(recipe.name, 1);
  try {
    const onProgress = showing(progress);
    const trained = await trainDetector(recipe, dataset, seed, { ...options, onProgress });
    progress.stop();
    const { detector, candidates } = trained;
    warnOfFailedChecks(detector);
    const file = saveDetector(detector, out);
    writeFileSync(join(out, `${recipe.name}.md`), renderModelCard(recipe, trained, options));

    const { split } = detector.provenance;
    console.log(`\n${detector.title}, version ${detector.version}, written to ${file}`);
    if (candidates !== undefined) console.log(render(candidates));
    const { threshold, calibration } = detector;
    if (calibration) console.log(describeCalibration({ threshold, calibration }));
    console.log(
      `trained on ${split.trainNormal} normal and ${split.trainAnomaly} anomalous rows, evaluated on ` +
        `${split.testNormal} and ${split.testAnomaly} others:`,
    );
    console.log(renderMetrics(detector.metrics));
    return trained;
  } catch (error) {
    progress.stop();
    if (!(error instanceof Interrupted)) throw error;
    if (error.candidates.length > 0) {
      const best = { ...options.settings, ...error.candidates[0].candidate };
      console.log(`\n${render(error.candidates)}`);
      console.log(`the best so far: --detector ${recipe.name} ${settingArguments(best).join(' ')}`);
    }
    throw error;
  }
}

/** The path of the report. What makes it is loaded for those who ask for it: what draws the charts is large. */
async function reportOn(
  dataset: DatasetFile,
  trainings: readonly TrainedRecipe[],
  folder: string,
  options: Omit<TrainingReportOptions, 'onProgress'>,
): Promise<string> {
  const { trainingReport } = await import('../report/training-report.js');
  const { writeReport } = await import('../report/write-report.js');
  const progress = startProgress('report', 1);
  const onProgress: TrainingReportOptions['onProgress'] = (done, total, name) =>
    progress.update(done / total, `${done} of ${total} fits like ${name}`);
  try {
    const report = await trainingReport(dataset, trainings, { ...options, onProgress });
    return writeReport(report, folder, REPORT_NAME);
  } finally {
    progress.stop();
  }
}

/** Shows how much is done of each stage of a training, and how long it will take. */
function showing(progress: Progress): OnProgress {
  let stage = '';
  let startMs = performance.now();
  return (done, total, what) => {
    if (what !== stage) startMs = performance.now() - 1;
    stage = what;
    const left = timeLeft(performance.now() - startMs, done, total);
    progress.update(done / total, `${done} of ${total} ${what}, ${left}`);
  };
}
