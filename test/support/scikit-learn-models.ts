// The models of test/fixtures/scikit-learn, and what scikit-learn says of some rows: made by make-scikit-learn.py.
import { readFileSync } from 'node:fs';
import type { Kernels } from '../../native-free-kernels/contract.js';
import { importModel, type ModelFile } from '../../src/interop/import-model.js';
import type { Detector } from '../../src/model/detector.js';
import { Scorer } from '../../src/model/scorer.js';
import { readFixture } from './fixture.js';
import type { ModelCase, ModelCases } from './model-case.js';

export const SCIKIT_LEARN: ModelCases = readFixture('scikit-learn/expected.json');

/** The case of that file. */
export function caseOf(file: string): ModelCase {
  const found = SCIKIT_LEARN.cases.find((each) => each.file === file);
  if (found === undefined) throw new Error(`expected.json has no ${file}`);
  return found;
}

export function modelFile(fileName: string): ModelFile {
  const url = new URL(`../../../test/fixtures/scikit-learn/${fileName}`, import.meta.url);
  return { fileName, bytes: readFileSync(url) };
}

export function importCase({ file, scaler, anomalyClass }: ModelCase): Promise<Detector> {
  return importModel(modelFile(file), {
    ...(scaler === undefined ? {} : { scaler: modelFile(scaler) }),
    ...(anomalyClass === undefined ? {} : { anomalyClass }),
  });
}

/** [rows] of the rows in `SCIKIT_LEARN`. */
export function scoresOf(detector: Detector, kernels: Kernels): Float64Array {
  const nRows = SCIKIT_LEARN.rows.length;
  const scores = new Float64Array(nRows);
  const rows = Float64Array.from(SCIKIT_LEARN.rows.flat());
  new Scorer(kernels).scoreInto(detector, rows, nRows, scores, new Float64Array(nRows));
  return scores;
}
