// The flags of `train` that decide how a detector is fitted and searched for; those of the methods come from their table.
import { type Command, Option } from 'commander';
import { AnomalyPredictorError, showValue } from '../errors.js';
import {
  checkSettings,
  type GivenOption,
  parseSettings,
  parseTries,
} from '../training/options/parse-settings.js';
import { TRAINING_OPTIONS, type TrainingOption } from '../training/options/training-options.js';
import type { Recipe } from '../training/recipes/recipe.js';
import { checkScoring } from '../training/scoring.js';
import { DEFAULT_SEARCH, type SearchPlan } from '../training/search-plan.js';
import type { Settings } from '../training/settings.js';
import { RECIPES } from '../training/train.js';

/** As commander names them; those of the methods stand beside them. */
export interface TrainingFlags {
  readonly search?: 'grid' | 'random';
  readonly try?: readonly string[];
  readonly candidates?: number;
  readonly folds?: number;
  readonly holdouts?: number;
  readonly scoring?: string;
  readonly workers?: number;
}

const MOST_WORKERS = 1_024;

export function addTrainingFlags(command: Command): Command {
  for (const option of TRAINING_OPTIONS) {
    command.addOption(
      new Option(`--${option.flag} <value>`, describe(option))
        .argParser((text, before: readonly string[] = []) => [...before, text])
        .helpGroup('Options of the methods:'),
    );
  }
  const { kind, nCandidates, validation, scoring } = DEFAULT_SEARCH;
  const ofSearch = (flags: string, meaning: string) =>
    new Option(flags, meaning).helpGroup('Search:');
  const whole =
    (flag: string, least: number, most = Number.MAX_SAFE_INTEGER) =>
    (text: string) =>
      parseWhole(flag, text, least, most);
  return command
    .addOption(
      ofSearch(
        '--search <kind>',
        `try all combinations, or some of them (default: ${kind})`,
      ).choices(['grid', 'random']),
    )
    .addOption(
      ofSearch(
        '--try <option=values>',
        'values to try, such as nu=0.01,0.05 or transform.num_users=standard,log1p; may be repeated',
      ).argParser((text, before: readonly string[] = []) => [...before, text]),
    )
    .addOption(
      ofSearch('--candidates <n>', `of a random search (default: ${nCandidates})`).argParser(
        whole('--candidates', 1),
      ),
    )
    .addOption(
      ofSearch('--folds <n>', `parts, each of which judges once (default: ${validation.count})`)
        .argParser(whole('--folds', 2, 1_000))
        .conflicts('holdouts'),
    )
    .addOption(
      ofSearch('--holdouts <n>', 'random splits to judge on, instead of folds').argParser(
        whole('--holdouts', 1, 1_000),
      ),
    )
    .addOption(
      ofSearch(
        '--scoring <name>',
        `f1, average_precision, roc_auc or recall_at_fpr=0.01 (default: ${scoring})`,
      ).argParser(checkScoring),
    )
    .option(
      '--workers <n>',
      'worker threads; the detector does not depend on them (default: number of processors)',
      whole('--workers', 1, MOST_WORKERS),
    );
}

/** What the flags ask of `recipe`. `featureNames`: of the columns that may have transforms of their own. */
export function readTrainingFlags(
  recipe: Recipe,
  flags: TrainingFlags,
  featureNames: readonly string[],
): { readonly settings: Settings; readonly search: SearchPlan | undefined } {
  const settings = parseSettings(recipe, givenOptions(flags), featureNames);
  const search = readSearch(recipe, flags, featureNames);
  checkSettings(recipe, settings, Object.keys(search?.tries ?? {}));
  return { settings, search };
}

/** Whether any of them was given. */
export function hasTrainingFlags(flags: TrainingFlags): boolean {
  const { search, candidates, folds, holdouts, scoring } = flags;
  return [flags.try, search, candidates, folds, holdouts, scoring, ...givenOptions(flags)].some(
    (flag) => flag !== undefined,
  );
}

function givenOptions(flags: TrainingFlags): GivenOption[] {
  const textsByFlag = flags as Readonly<Record<string, readonly string[] | undefined>>;
  return TRAINING_OPTIONS.flatMap((option) => {
    const texts = textsByFlag[new Option(`--${option.flag}`).attributeName()];
    return texts === undefined ? [] : [{ option, texts }];
  });
}

function readSearch(
  recipe: Recipe,
  flags: TrainingFlags,
  featureNames: readonly string[],
): SearchPlan | undefined {
  const { search: kind, candidates, folds, holdouts, scoring } = flags;
  const isAskedFor = [kind, flags.try, candidates, folds, holdouts, scoring].some(
    (flag) => flag !== undefined,
  );
  if (!isAskedFor) return undefined;
  const base = recipe.search ?? DEFAULT_SEARCH;
  const tries = flags.try ? parseTries(recipe, flags.try, featureNames) : base.tries;
  if (Object.keys(tries).length === 0) {
    throw new AnomalyPredictorError(
      'bad-option',
      `a search for ${recipe.name} needs --try with the values to choose from`,
      { field: '--try' },
    );
  }
  return {
    kind: kind ?? (candidates === undefined ? base.kind : 'random'),
    nCandidates: candidates ?? base.nCandidates,
    tries,
    validation:
      holdouts === undefined
        ? { kind: 'folds', count: folds ?? base.validation.count }
        : { kind: 'holdouts', count: holdouts },
    scoring: scoring ?? base.scoring,
  };
}

/** With the defaults of the recipes, or what they search. */
function describe({ name, methods, domain, meaning }: TrainingOption): string {
  const defaults = RECIPES.filter(({ method }) => methods.includes(method.name)).map((recipe) => {
    const { method, settings, search } = recipe;
    const isTried = search !== undefined && Object.hasOwn(search.tries, name);
    return [recipe.name, isTried ? 'searched' : String({ ...method.defaults, ...settings }[name])];
  });
  const values = new Set(defaults.map(([, value]) => value));
  const shown =
    values.size === 1 ? defaults[0][1] : defaults.map((pair) => pair.join(' ')).join(', ');
  return `${meaning} (${domain.expected}; default: ${shown})`;
}

function parseWhole(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  const upTo = most === Number.MAX_SAFE_INTEGER ? ' or more' : ` to ${most}`;
  throw new AnomalyPredictorError(
    'bad-option',
    `${flag} expected a whole number, ${least}${upTo}, got ${showValue(text)}`,
    { field: flag, value: text },
  );
}
