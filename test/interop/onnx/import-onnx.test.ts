import { describe, expect, it } from 'vitest';
import { importOnnx } from '../../../src/interop/onnx/import-onnx.js';
import { Scorer } from '../../../src/model/scorer.js';
import { KERNEL_SETS } from '../../support/kernel-sets.js';
import type { ModelCase } from '../../support/model-case.js';
import { importOptionsOf, ONNX, onnxFile } from '../../support/onnx-models.js';
import { hasOnnxRuntime, runOnnx } from '../../support/onnx-runtime.js';

const ROWS = Float64Array.from(ONNX.rows.flat());
const N_ROWS = ONNX.rows.length;
const N_FEATURES = ONNX.names.length;
/** The models hold their numbers, and most of what they compute, in float32. */
const TOLERANCE = 2e-5;

describe.each(ONNX.cases)('$file', (onnxCase) => {
  const imported = importOnnx(onnxFile(onnxCase.file), importOptionsOf(onnxCase));

  it.each(KERNEL_SETS)('scores as scikit-learn does, on $name kernels', (kernels) => {
    const scores = new Float64Array(N_ROWS);
    new Scorer(kernels).scoreInto(imported, ROWS, N_ROWS, scores, new Float64Array(N_ROWS));
    const largest = Math.max(...onnxCase.scores.map(Math.abs), 1);
    for (const [row, expected] of onnxCase.scores.entries()) {
      expect(Math.abs(scores[row] - expected), `row ${row}`).toBeLessThan(TOLERANCE * largest);
    }
    expect(anomaliesAmong(scores)).toEqual(onnxCase.anomalies);
  });

  it.skipIf(!hasOnnxRuntime)('gives the labels of onnxruntime', async () => {
    // Its float32 sums of shares do not show that two classes are equally probable.
    const isDecided = (row: number) => Math.abs(onnxCase.scores[row]) > 1e-9;
    const anomalies = await anomaliesOfRuntime(onnxCase);
    expect(anomalies.filter(isDecided)).toEqual(onnxCase.anomalies.filter(isDecided));
  });
});

function anomaliesAmong(scores: Float64Array): number[] {
  return [...scores.keys()].filter((row) => scores[row] <= 0);
}

async function anomaliesOfRuntime({ file, anomalyClass = '-1' }: ModelCase): Promise<number[]> {
  const elementType = file === 'forest-double.onnx' ? 'float64' : 'float32';
  const { label } = await runOnnx(onnxFile(file), ROWS, N_FEATURES, elementType, ['label']);
  return Array.from(label, String).flatMap((text, row) => (text === anomalyClass ? [row] : []));
}
