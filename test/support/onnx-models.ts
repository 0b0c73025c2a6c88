// The models of test/fixtures/onnx, and what scikit-learn says of some rows: made by make-onnx.py.
import { readFileSync } from 'node:fs';
import type { ImportOptions } from '../../src/interop/imported-model.js';
import { readFixture } from './fixture.js';

export interface OnnxCase {
  readonly file: string;
  readonly anomalyClass?: string;
  /** As of a detector: decisions, or P(normal) − P(anomaly); one per row. */
  readonly scores: readonly number[];
  /** Indices of the rows that predict calls anomalous. */
  readonly anomalies: readonly number[];
}

interface Expected {
  /** Of the features, where a model knows them. */
  readonly names: readonly string[];
  readonly rows: readonly (readonly number[])[];
  readonly cases: readonly OnnxCase[];
}

export const ONNX: Expected = readFixture('onnx/expected.json');

export function onnxFile(fileName: string): Uint8Array {
  return readFileSync(new URL(`../../../test/fixtures/onnx/${fileName}`, import.meta.url));
}

export function importOptionsOf({ anomalyClass }: OnnxCase): ImportOptions {
  return anomalyClass === undefined ? {} : { anomalyClass };
}
