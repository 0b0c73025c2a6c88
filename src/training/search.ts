// Fits and judges every candidate on every split, on worker threads, and ranks them by their mean score.
import { AnomalyPredictorError } from '../errors.js';
import type { Dataset } from './dataset.js';
import { Interrupted } from './interrupted.js';
import type { Method } from './methods/method.js';
import { candidatesOf, type SearchPlan } from './search-plan.js';
import type { Settings } from './settings.js';
import type { TrainingPool } from './training-pool.js';
import type { Judgement, SharedRows } from './training-task.js';
import { validationSplits } from './validation.js';
import { whatCounts } from './what-counts.js';

export interface SearchContext {
  readonly dataset: Dataset;
  readonly data: SharedRows;
  /** Rows that may be used. */
  readonly among: Int32Array;
  readonly seed: number;
  readonly pool: TrainingPool;
  readonly onProgress: (done: number, total: number) => void;
}

/** Means over the splits. */
export interface CandidateResult {
  /** What the search has decided, of what makes a difference. */
  readonly candidate: Settings;
  /** By the plan's scoring. */
  readonly score: number;
  /** Standard deviation of the score over the splits. */
  readonly scoreDeviation: number;
  readonly recall: number;
  readonly falsePositiveRate: number;
  /** In the method's unit. */
  readonly size: number;
  /** Whether it calls normal what lies far outside of its training rows, on any split. */
  readonly isBlind: boolean;
}

/**
 * Every candidate, best first, those that are blind last: by score, then by fewer false alarms, then by the smaller model.
 *
 * @param chosen settings that are not searched, over the method's defaults
 * @throws Interrupted with the candidates that were judged on all splits
 */
export async function search(
  method: Method,
  chosen: Settings,
  plan: SearchPlan,
  { dataset, data, among, seed, pool, onProgress }: SearchContext,
): Promise<readonly CandidateResult[]> {
  const { validation, scoring } = plan;
  const splits = validationSplits(dataset, among, method.learnsAnomalies, validation, seed);
  const base = { ...method.defaults, ...method.searchDefaults, ...chosen };
  const candidates = candidatesOf(plan, (candidate) => whatCounts(candidate, base), seed);
  const nFits = candidates.length * splits.length;
  let nDone = 0;
  const judge = async (candidate: Settings): Promise<CandidateResult> => {
    const settings = { ...base, ...candidate };
    const judgements = splits.map(async (split) => {
      const task = { data, method: method.name, settings, ...split, seed, scoring };
      const judgement = await pool.run('judge', task);
      onProgress(++nDone, nFits);
      return judgement;
    });
    try {
      return summarise(candidate, await Promise.all(judgements));
    } catch (error) {
      throw error instanceof AnomalyPredictorError ? ofCandidate(candidate, error) : error;
    }
  };
  const results: CandidateResult[] = [];
  const outcomes = candidates.map(async (candidate) => {
    results.push(await judge(candidate));
  });
  try {
    await Promise.all(outcomes);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    await Promise.allSettled(outcomes);
    throw new Interrupted(ranked(results, candidates));
  }
  return ranked(results, candidates);
}

/** Those that are equal in all respects stay in the order of the candidates. */
function ranked(results: readonly CandidateResult[], order: readonly Settings[]) {
  return results.toSorted(
    (a, b) =>
      Number(a.isBlind) - Number(b.isBlind) ||
      b.score - a.score ||
      a.falsePositiveRate - b.falsePositiveRate ||
      a.size - b.size ||
      order.indexOf(a.candidate) - order.indexOf(b.candidate),
  );
}

function ofCandidate(candidate: Settings, { tag, message, fields }: AnomalyPredictorError) {
  const words = Object.entries(candidate).map(([option, value]) => `${option} ${value}`);
  return new AnomalyPredictorError(tag, `candidate with ${words.join(', ')}: ${message}`, fields);
}

function summarise(candidate: Settings, judgements: readonly Judgement[]): CandidateResult {
  const mean = (measure: (judgement: Judgement) => number) =>
    judgements.reduce((sum, judgement) => sum + measure(judgement), 0) / judgements.length;
  const score = mean((judgement) => judgement.score);
  return {
    candidate,
    score,
    scoreDeviation: Math.sqrt(mean((judgement) => (judgement.score - score) ** 2)),
    recall: mean(({ metrics }) => metrics.recall),
    falsePositiveRate: mean(({ metrics }) => metrics.falsePositiveRate),
    size: mean(({ size }) => size),
    isBlind: judgements.some(({ isBlind }) => isBlind),
  };
}
