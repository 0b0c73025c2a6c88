import { describe, expect, it } from 'vitest';
import { plainKernels } from '../../../native-free-kernels/plain-kernels.js';
import { AnomalyPredictorError } from '../../../src/errors.js';
import { importModel, type ModelFile } from '../../../src/interop/import-model.js';
import { modelFile, scoresOf } from '../../support/scikit-learn-models.js';

/** Tags of the errors that it ends in; a file that is still a model must score every row by a number. */
async function outcomesOf(files: Iterable<ModelFile>): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const file of files) {
    const outcome = await importModel(file).then(
      (detector) => (scoresOf(detector, plainKernels).every(Number.isFinite) ? 'served' : 'NaN'),
      (error: unknown) => (error instanceof AnomalyPredictorError ? error.tag : String(error)),
    );
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  return counts;
}

function* withEachByteChanged({ fileName, bytes }: ModelFile): Generator<ModelFile> {
  for (let at = 0; at < bytes.length; at++) {
    for (const mask of [0xff, 1 << (at % 8)]) {
      const damaged = Uint8Array.from(bytes);
      damaged[at] ^= mask;
      yield { fileName, bytes: damaged };
    }
  }
}

function* cutAfterEachByte({ fileName, bytes }: ModelFile): Generator<ModelFile> {
  for (let end = 0; end < bytes.length; end++) {
    yield { fileName, bytes: bytes.subarray(0, end) };
  }
}

describe.each(['as-0.24.joblib', 'isolation-as-1.7.joblib', 'svm-as-1.7.4.pkl'])('%s', (name) => {
  it('is served or refused by a typed error whichever byte is changed', async () => {
    const outcomes = await outcomesOf(withEachByteChanged(modelFile(name)));
    // A flipped bit can make another model, or other labels than the usual ones.
    expect(['bad-model-file', 'bad-option', 'served']).toEqual(
      expect.arrayContaining([...outcomes.keys()]),
    );
    expect(outcomes.get('bad-model-file')).toBeGreaterThan(100);
  });

  it('is refused wherever it is cut off', async () => {
    const file = modelFile(name);
    expect(await outcomesOf(cutAfterEachByte(file))).toEqual(
      new Map([['bad-model-file', file.bytes.length]]),
    );
  });
});
