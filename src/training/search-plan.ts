// Which candidates a search tries, and how it judges them.
import { AnomalyPredictorError } from '../errors.js';
import { MersenneTwister } from './mersenne-twister.js';
import type { Setting, Settings } from './settings.js';
import type { Validation } from './validation.js';

export interface SearchPlan {
  /** All combinations, or as many of them as `nCandidates`, drawn without replacement. */
  readonly kind: 'grid' | 'random';
  /** Of a random search. */
  readonly nCandidates: number;
  /** Values to try, by option. */
  readonly tries: Readonly<Record<string, readonly Setting[]>>;
  readonly validation: Validation;
  /** As scoring.ts names them. */
  readonly scoring: string;
}

export const DEFAULT_SEARCH: SearchPlan = {
  kind: 'grid',
  nCandidates: 20,
  tries: {},
  validation: { kind: 'folds', count: 5 },
  scoring: 'f1',
};

const MOST_COMBINATIONS = 100_000;

/**
 * Candidates in order, each with the settings that it alone decides; none comes twice.
 *
 * @param whatCounts leaves of a candidate what makes a difference: a linear kernel has no γ
 */
export function candidatesOf(
  plan: SearchPlan,
  whatCounts: (candidate: Settings) => Settings,
  seed: number,
): Settings[] {
  const nCombinations = Object.values(plan.tries).reduce(
    (product, values) => product * values.length,
    1,
  );
  if (nCombinations > MOST_COMBINATIONS) {
    throw new AnomalyPredictorError(
      'bad-option',
      `--try gives ${nCombinations} combinations, at most ${MOST_COMBINATIONS} are allowed`,
      { field: '--try' },
    );
  }
  const byContent = new Map<string, Settings>();
  for (const combination of combinationsOf(plan.tries)) {
    const candidate = whatCounts(combination);
    byContent.set(JSON.stringify(Object.entries(candidate).sort()), candidate);
  }
  const candidates = [...byContent.values()];
  return plan.kind === 'grid' ? candidates : drawn(candidates, plan.nCandidates, seed);
}

/** All combinations of one value for each option, the last option's values changing first. */
export function combinationsOf(tries: SearchPlan['tries']): Settings[] {
  let combinations: Settings[] = [{}];
  for (const [option, values] of Object.entries(tries)) {
    combinations = combinations.flatMap((settings) =>
      values.map((value) => ({ ...settings, [option]: value })),
    );
  }
  return combinations;
}

function drawn<Item>(items: Item[], n: number, seed: number): Item[] {
  const random = new MersenneTwister(seed);
  for (let i = 0; i < Math.min(n, items.length - 1); i++) {
    const other = i + random.nextBelow(items.length - i);
    [items[i], items[other]] = [items[other], items[i]];
  }
  return items.slice(0, n);
}
