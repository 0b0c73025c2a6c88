// `train`: fits detectors to a labelled CSV file and writes each with its model card.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { AnomalyPredictorError, showValue } from '../errors.js';
import { saveDetector } from '../model/detector-store.js';
import { API_BEHAVIOUR_ENCODER } from '../model/encoder.js';
import { readDataset } from '../training/dataset.js';
import type { CandidateResult } from '../training/grid-search.js';
import { renderModelCard } from '../training/model-card.js';
import { DEFAULT_SEED, RECIPES, SHIPPED_RECIPES, trainDetector } from '../training/train.js';
import { renderMetrics } from './metrics-table.js';
import { startProgress } from './progress.js';
import { renderTable } from './table.js';
import { describeCalibration, parseTargetRate, TARGET_RATE_FLAG } from './target-rate.js';

interface TrainOptions {
  readonly data: string;
  readonly detector: string;
  readonly out: string;
  readonly seed: number;
  readonly targetFpr?: number;
}

const ALL = 'all';
const LARGEST_SEED = 2 ** 32 - 1;

export function addTrainCommand(program: Command): void {
  program
    .command('train')
    .description('Train detectors on labelled behaviours and evaluate them on rows held out')
    .requiredOption('--data <file>', 'CSV file with the columns of the API behaviour dataset')
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
    .action(train);
}

async function train(options: TrainOptions): Promise<void> {
  const { data, detector: wanted, out, seed, targetFpr } = options;
  const dataset = await readDataset(data, API_BEHAVIOUR_ENCODER);
  console.log(
    `${dataset.file}: ${dataset.nRows} rows, ${dataset.droppedRows} more dropped for a missing value`,
  );
  mkdirSync(out, { recursive: true });
  const recipes = wanted === ALL ? SHIPPED_RECIPES : RECIPES.filter(({ name }) => name === wanted);
  for (const recipe of recipes) {
    const progress = startProgress(recipe.name, 1);
    const { detector, candidates } = await trainDetector(
      recipe,
      dataset,
      seed,
      (done, total) => progress.update(done / total, `${done} of ${total}`),
      targetFpr,
    ).finally(() => progress.stop());
    const file = saveDetector(detector, out);
    writeFileSync(join(out, `${recipe.name}.md`), renderModelCard(recipe, detector, candidates));

    const { split } = detector.provenance;
    console.log(`\n${detector.title}, version ${detector.version}, written to ${file}`);
    if (candidates !== undefined) console.log(renderCandidates(candidates));
    const { threshold, calibration } = detector;
    if (calibration) console.log(describeCalibration({ threshold, calibration }));
    console.log(
      `trained on ${split.trainNormal} normal and ${split.trainAnomaly} anomalous rows, evaluated on ` +
        `${split.testNormal} and ${split.testAnomaly} others:`,
    );
    console.log(renderMetrics(detector.metrics));
  }
}

function renderCandidates(candidates: readonly CandidateResult[]): string {
  return renderTable(
    ['kernel', 'nu', 'gamma', 'F1', '±', 'recall', 'false positive rate', 'support vectors'],
    candidates.map(({ candidate, f1, f1Deviation, recall, falsePositiveRate, nSupport }) => [
      candidate.kernel,
      String(candidate.nu),
      String(candidate.gamma ?? '–'),
      f1.toFixed(4),
      f1Deviation.toFixed(4),
      recall.toFixed(4),
      falsePositiveRate.toFixed(4),
      nSupport.toFixed(1),
    ]),
  );
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed > LARGEST_SEED) {
    throw new AnomalyPredictorError(
      'bad-option',
      `--seed expected a whole number from 0 to ${LARGEST_SEED}, got ${showValue(text)}`,
      { field: '--seed', value: text },
    );
  }
  return seed;
}
