// The report of `train`: the detectors of one run, with the data that made them.
import type { DatasetFile } from '../training/dataset.js';
import type { Recipe } from '../training/recipes/recipe.js';
import { DEFAULT_SEARCH, type SearchPlan } from '../training/search-plan.js';
import { splitDataset } from '../training/split.js';
import type { Trained } from '../training/train.js';
import { judgingRows } from '../training/unseen-rows.js';
import { judgeDetector } from './judged-detector.js';
import { countText, rateText } from './numbers.js';
import { type Refits, refitsOf } from './refits.js';
import type { Block, Report, Section } from './report.js';
import { correlationSection } from './sections/correlation-section.js';
import { dataSection } from './sections/data-section.js';
import { detectorBlocks } from './sections/detector-blocks.js';
import { environmentSection } from './sections/environment-section.js';
import { featureSection } from './sections/feature-section.js';
import { learningBlock, searchBlock } from './sections/training-blocks.js';

export interface TrainedRecipe {
  readonly recipe: Recipe;
  readonly trained: Trained;
  /** In place of the recipe's. */
  readonly search?: SearchPlan | undefined;
}

export interface TrainingReportOptions {
  readonly seed: number;
  /** @default number of processors */
  readonly workers?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called as models are fitted anew, for bands and learning curves. */
  readonly onProgress: (done: number, total: number, name: string) => void;
}

/** @throws Interrupted */
export async function trainingReport(
  dataset: DatasetFile,
  trainings: readonly TrainedRecipe[],
  options: TrainingReportOptions,
): Promise<Report> {
  const { seed } = options;
  const { train, test } = splitDataset(dataset, seed);
  const sections: Section[] = [];
  for (const training of trainings)
    sections.push(await detectorSection(dataset, training, options));
  const detectors = trainings.map(({ trained }) => trained.detector);
  const [{ schema }] = detectors;
  return {
    title: `Training on ${dataset.file}`,
    summary: 'How detectors were trained, and how well they tell anomalies from normal behaviour.',
    sections: [
      comparison(trainings),
      ...sections,
      dataSection(dataset, [
        { name: 'training', rows: train },
        { name: 'held out', rows: test },
      ]),
      featureSection(dataset, schema),
      correlationSection(dataset, schema),
      environmentSection(detectors, { 'split, folds, draws and shuffles': seed }),
    ],
  };
}

async function detectorSection(
  dataset: DatasetFile,
  { recipe, trained, search }: TrainedRecipe,
  { onProgress, ...options }: TrainingReportOptions,
): Promise<Section> {
  const { detector, settings, candidates } = trained;
  const judging = judgingRows(detector, dataset);
  const { rows } = judging;
  const judged = judgeDetector(detector, dataset, judging);
  const { train } = splitDataset(dataset, options.seed);
  const refits = await refitsOf(
    dataset,
    { train, test: rows },
    {
      ...options,
      schema: detector.schema,
      method: recipe.method,
      settings,
      onProgress: (done, total) => onProgress(done, total, recipe.name),
    },
  );
  return {
    title: detector.title,
    notes: [
      recipe.summary,
      `Version ${detector.version}, judged on ${countText(rows.length)} rows that training did not see. ` +
        'The anomaly is the positive class.',
    ],
    blocks: [
      ...detectorBlocks(judged, foldsOf(refits), options.seed),
      learningBlock(refits),
      searchBlock(candidates, search ?? recipe.search ?? DEFAULT_SEARCH, recipe.method.sizeUnit),
    ],
  };
}

function foldsOf({ folds }: Refits) {
  return {
    scored: folds,
    what: `the mean over ${folds.length} folds of the training part, each judged by a model fitted to the others, ± one standard deviation`,
  };
}

function comparison(trainings: readonly TrainedRecipe[]): Section {
  const block: Block = {
    title: 'Detectors of this run',
    notes: ['On rows held out.'],
    table: {
      header: [
        'detector',
        'precision',
        'recall',
        'F1',
        'false positive rate',
        'ROC AUC',
        'average precision',
      ],
      rows: trainings.map(({ trained: { detector } }) => {
        const { metrics } = detector;
        const { precision, recall, f1, falsePositiveRate, rocAuc, averagePrecision } = metrics;
        const rates = [precision, recall, f1, falsePositiveRate, rocAuc, averagePrecision];
        return [detector.name, ...rates.map(rateText)];
      }),
    },
  };
  return { title: 'Results', notes: [], blocks: [block] };
}
