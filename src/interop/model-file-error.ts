// The error of every file that another library wrote and that cannot be served.
import { AnomalyPredictorError } from '../errors.js';

export function badModelFile(what: string, cause?: unknown): AnomalyPredictorError {
  return new AnomalyPredictorError('bad-model-file', what, {}, { cause });
}
