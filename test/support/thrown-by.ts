import { AnomalyPredictorError } from '../../src/errors.js';

/** The AnomalyPredictorError that `action` throws, for a look at its tag, message and fields. */
export function thrownBy(action: () => unknown): AnomalyPredictorError {
  try {
    action();
  } catch (error) {
    if (error instanceof AnomalyPredictorError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
