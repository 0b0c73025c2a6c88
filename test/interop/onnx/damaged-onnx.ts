// Damaged ONNX models: every one is either refused with a typed error, or becomes a detector that scores.
import { plainKernels } from '../../../native-free-kernels/plain-kernels.js';
import { AnomalyPredictorError, type ErrorTag } from '../../../src/errors.js';
import { type DetectorOrigin, makeDetector } from '../../../src/interop/make-detector.js';
import { importOnnx } from '../../../src/interop/onnx/import-onnx.js';
import { Scorer } from '../../../src/model/scorer.js';
import type { Outcome } from '../pickle/mutated-pickles.js';

const ORIGIN: DetectorOrigin = { name: 'damaged', format: 'onnx', files: [] };
const REFUSALS: readonly ErrorTag[] = ['bad-model-file', 'bad-option'];
const scorer = new Scorer(plainKernels);

/** Any error but a refusal is thrown as it is. */
export function readDamagedOnnx(bytes: Uint8Array): Outcome {
  try {
    const detector = makeDetector(importOnnx(bytes), ORIGIN);
    const row = new Float64Array(detector.schema.features.length);
    const scores = new Float64Array(1);
    scorer.scoreInto(detector, row, 1, scores, new Float64Array(1));
    if (Number.isNaN(scores[0])) throw new Error('the score is not a number');
    return 'read';
  } catch (error) {
    // The other tag: where labels are damaged, somebody would have to name the anomalous one.
    if (error instanceof AnomalyPredictorError && REFUSALS.includes(error.tag)) return 'refused';
    throw error;
  }
}
