// Worker thread of a training: fits models, judges candidates, grows trees.
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import { toErrorData } from '../errors.js';
import type { DecisionTree } from '../model/forest-layout.js';
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
    scorer.scoresInto({ transforms, model, threshold: 0 }, rows, nRows, scores);
    const metrics = evaluateBoth(scores, labels);
    return { score: scoreBy(task.scoring, scores, labels, metrics), metrics, size };
  });
}

export function volume(task: VolumeTask): Promise<TrainingReply<VolumeJudgement>> {
  return answer(async () => {
    const { sessions, artificial, share } = task;
    const fitted = await fitOn(task);
    return { ...normalVolume(fitted, sessions, artificial, share), size: fitted.size };
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
