// Settings and values to try, from how they are written on the command line.
import { AnomalyPredictorError, showValue } from '../../errors.js';
import type { Recipe } from '../recipes/recipe.js';
import { type Setting, type Settings, TRANSFORM, TRANSFORM_OF } from '../settings.js';
import { whatCounts } from '../what-counts.js';
import { TRAINING_OPTIONS, type TrainingOption } from './training-options.js';

/** What was written behind the flag of `option`, once or more often. */
export interface GivenOption {
  readonly option: TrainingOption;
  readonly texts: readonly string[];
}

/** @throws AnomalyPredictorError 'bad-option' that names flag and value */
export function parseSettings(
  recipe: Recipe,
  given: readonly GivenOption[],
  featureNames: readonly string[],
): Settings {
  const settings: Record<string, Setting> = {};
  for (const { option, texts } of given) {
    checkMethod(option, recipe, `--${option.flag}`);
    for (const text of texts) {
      const [column, value] = option.name === TRANSFORM ? columnAndRest(text) : [undefined, text];
      if (column !== undefined) checkFeature(column, featureNames, `--${option.flag}`);
      const name = column === undefined ? option.name : TRANSFORM_OF + column;
      settings[name] = parseValue(option, `--${option.flag}`, value);
    }
  }
  return settings;
}

/** @param texts such as 'nu=0.05,0.1' or 'transform.num_users=standard,log1p' */
export function parseTries(
  recipe: Recipe,
  texts: readonly string[],
  featureNames: readonly string[],
): Readonly<Record<string, readonly Setting[]>> {
  const tries: Record<string, readonly Setting[]> = {};
  for (const text of texts) {
    const [name, values] = columnAndRest(text);
    const column = name?.startsWith(TRANSFORM_OF) ? name.slice(TRANSFORM_OF.length) : undefined;
    const flag = column === undefined ? name : TRANSFORM;
    const option = TRAINING_OPTIONS.find((candidate) => candidate.flag === flag);
    if (option === undefined || values === '') {
      throw badOption('--try', 'an option and its values, such as nu=0.05,0.1', text);
    }
    checkMethod(option, recipe, `--try ${name}`);
    if (column !== undefined) checkFeature(column, featureNames, '--try');
    tries[column === undefined ? option.name : TRANSFORM_OF + column] = values
      .split(',')
      .map((value) => parseValue(option, `--try ${name}`, value));
  }
  return tries;
}

/**
 * @param tried options that a search decides
 * @throws AnomalyPredictorError 'bad-option' for a setting that makes no difference, or that is searched as well
 */
export function checkSettings(recipe: Recipe, settings: Settings, tried: readonly string[]): void {
  const base = { ...recipe.method.defaults, ...recipe.settings };
  const counting = tried.includes('kernel') ? settings : whatCounts(settings, base);
  for (const name of Object.keys(settings)) {
    const flag = TRAINING_OPTIONS.find((option) => option.name === name)?.flag ?? TRANSFORM;
    const problem = tried.includes(name)
      ? 'is fixed: it cannot be tried as well'
      : `makes no difference with the kernel ${{ ...base, ...settings }.kernel}`;
    if (tried.includes(name) || !Object.hasOwn(counting, name)) {
      throw new AnomalyPredictorError('bad-option', `--${flag} ${problem}`, {
        field: `--${flag}`,
      });
    }
  }
}

function parseValue({ domain }: TrainingOption, flag: string, text: string): Setting {
  const value = domain.parse(text);
  if (value === undefined) throw badOption(flag, domain.expected, text);
  return value;
}

function checkMethod({ methods }: TrainingOption, { name, method }: Recipe, flag: string): void {
  if (methods.includes(method.name)) return;
  throw new AnomalyPredictorError('bad-option', `${flag} is no option of ${name}`, { field: flag });
}

function checkFeature(column: string, featureNames: readonly string[], flag: string): void {
  if (!featureNames.includes(column)) {
    throw badOption(flag, `one of ${featureNames.join(', ')}`, column);
  }
}

/** 'a=b' in its parts; without a sign, all of it is the second. */
function columnAndRest(text: string): [string | undefined, string] {
  const sign = text.indexOf('=');
  return sign < 0 ? [undefined, text] : [text.slice(0, sign), text.slice(sign + 1)];
}

function badOption(flag: string, expected: string, value: string): AnomalyPredictorError {
  const message = `${flag} expected ${expected}, got ${showValue(value)}`;
  return new AnomalyPredictorError('bad-option', message, { field: flag, value });
}
