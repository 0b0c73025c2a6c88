import { expect } from 'vitest';
import { AnomalyPredictorError, type ErrorTag } from '../../src/errors.js';

/** The message of the AnomalyPredictorError of that tag that `action` rejects with. */
export async function rejectedWith(tag: ErrorTag, action: () => Promise<unknown>): Promise<string> {
  const error = await action().then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(AnomalyPredictorError);
  expect(error).toMatchObject({ tag });
  return (error as AnomalyPredictorError).message;
}
