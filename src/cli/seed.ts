// The option --seed, which train and learn share.
import { AnomalyPredictorError, showValue } from '../errors.js';

const LARGEST_SEED = 2 ** 32 - 1;

export function parseSeed(text: string): number {
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
