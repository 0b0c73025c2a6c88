// Worker thread of a training: fits models, judges candidates, grows trees.
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import { toErrorData } from '../errors.js';
import { farOutFailure } from '../model/detector-checks.js';
import type { DecisionTree } from '../model/forest-layout.js';
import { rangeOfRows } from '../model/known-range.js';
import { Scorer } from '../model/scorer.js';
import { takeLabels, takeRows } from './dataset.js';
import { evaluateBoth } from './evaluation.js';
import { findMethod } from './methods/find-method.js';
import type { Fit } from './methods/method.js';
import { growTrees } from './random-forest.js';
import { scoreBy } from './scoring.js';
import { trainingRows } from './training-rows.js';
import type {
  FitTask,
  GrowTask,
  Judgement,
  JudgeTask,
  TrainingReply,
  VolumeJudgement,
  VolumeTask,
} from './training-task.js';
import { normalVolume } from './unlabelled/normal-volume.js';

const scorer = new Scorer(plainKernels);

/** Answers when the modules are there. */
export function load(): void {}

export function fit(task: FitTask): Promise<TrainingReply<Fit>> {
  return answer(() => fitOn(task));
}

export function judge(task: JudgeTask): Promise<TrainingReply<Judgement>> {
  return answer(async () => {
    const { transforms, model, size } = await fitOn(task);
    const nRows = task.judge.length;
    const labels = takeLabels(task.data, task.judge);
    const scores = new Float64Array(nRows);
    const rows = takeRows(task.data, task.judge);
    const parts = { transforms, model, threshold: 0 };
    scorer.scoresInto(parts, rows, nRows, scores);
    const metrics = evaluateBoth(scores, labels);
    const score = scoreBy(task.scoring, scores, labels, metrics);
    const range = rangeOfRows(takeRows(task.data, task.train), task.data.nFeatures);
    const isBlind = farOutFailure(parts, task.data.schema, range) !== undefined;
    return { score, metrics, size, isBlind };
  });
}

export function volume(task: VolumeTask): Promise<TrainingReply<VolumeJudgement>> {
  return answer(async () => {
    const { sessions, artificial, share, bounds } = task;
    const { transforms, model, size } = await fitOn(task);
    return { ...normalVolume({ transforms, model, bounds }, sessions, artificial, share), size };
  });
}

export function grow({
  plan,
  treeSeeds,
}: GrowTask): Promise<TrainingReply<readonly DecisionTree[]>> {
  return answer(async () => growTrees(plan, treeSeeds));
}

function fitOn({ data, method, settings, train, seed }: FitTask): Promise<Fit> {
  const rows = trainingRows(data, train);
  return findMethod(method).fit(rows, settings, seed, async (plan) =>
    growTrees(plan, plan.treeSeeds),
  );
}

/** Errors cross threads as data: a clone would lose what they are. */
async function answer<Result>(work: () => Promise<Result>): Promise<TrainingReply<Result>> {
  try {
    return { result: await work() };
  } catch (error) {
    return { error: toErrorData(error) };
  }
}
