// Settings and a search as the command line takes them: what a model card says to make the same detector again.
import { DEFAULT_SEARCH } from '../search-plan.js';
import { type Settings, TRANSFORM, TRANSFORM_OF } from '../settings.js';
import type { TrainOptions } from '../train.js';
import { TRAINING_OPTIONS } from './training-options.js';

/** The words; none where nothing was asked for. */
export function argumentsOf({ settings = {}, search }: TrainOptions): string[] {
  const words = settingArguments(settings);
  if (search !== undefined) {
    const { kind, nCandidates, tries, validation, scoring } = search;
    words.push('--search', kind);
    if (kind === 'random') words.push('--candidates', String(nCandidates));
    for (const [name, values] of Object.entries(tries)) {
      words.push('--try', `${flagOf(name)}=${values.join(',')}`);
    }
    words.push(`--${validation.kind}`, String(validation.count));
    if (scoring !== DEFAULT_SEARCH.scoring) words.push('--scoring', scoring);
  }
  return words;
}

export function settingArguments(settings: Settings): string[] {
  return Object.entries(settings).flatMap(([name, value]) =>
    name.startsWith(TRANSFORM_OF)
      ? [`--${TRANSFORM}`, `${name.slice(TRANSFORM_OF.length)}=${value}`]
      : [`--${flagOf(name)}`, String(value)],
  );
}

function flagOf(name: string): string {
  return TRAINING_OPTIONS.find((option) => option.name === name)?.flag ?? name;
}
