// The models of test/fixtures/onnx, and what scikit-learn says of some rows: made by make-onnx.py.
import { readFileSync } from 'node:fs';
import type { ImportOptions } from '../../src/interop/imported-model.js';
import { readFixture } from './fixture.js';
import type { ModelCase, ModelCases } from './model-case.js';

export const ONNX: ModelCases = readFixture('onnx/expected.json');

export function onnxFile(fileName: string): Uint8Array {
  return readFileSync(new URL(`../../../test/fixtures/onnx/${fileName}`, import.meta.url));
}

export function importOptionsOf({ anomalyClass }: ModelCase): ImportOptions {
  return anomalyClass === undefined ? {} : { anomalyClass };
}
