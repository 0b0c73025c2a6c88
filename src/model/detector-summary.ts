// What a detector says about itself: everything but the numbers of its model. The server and the
// command line show the same.
import type { Bounds } from './bounds.js';
import type { Detector, Model } from './detector.js';
import type { Schema } from './schema.js';

export type DetectorSummary = ReturnType<typeof summarizeDetector>;

export function summarizeDetector(detector: Detector) {
  const {
    name,
    title,
    version,
    transforms,
    model,
    threshold,
    calibration,
    schema,
    encoder,
    metrics,
    provenance,
    traffic,
    bounds,
    failedChecks,
  } = detector;
  return {
    name,
    title,
    version,
    type: model.type,
    transforms: transforms.map((transform) => transform.type),
    model: summarizeModel(model),
    threshold,
    calibration: calibration ?? null,
    schema,
    encoder,
    metrics,
    provenance,
    traffic: traffic ?? null,
    bounds: summarizeBounds(schema, bounds),
    failedChecks: failedChecks ?? null,
  };
}

/** Of the features that have one; null where none has. */
function summarizeBounds({ features }: Schema, bounds: Bounds | undefined) {
  if (bounds === undefined) return null;
  const { low, high } = bounds;
  return features.flatMap(({ name }, i) => {
    const [from, to] = [finiteOrNull(low[i]), finiteOrNull(high[i])];
    return from === null && to === null ? [] : [{ name, low: from, high: to }];
  });
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function summarizeModel(model: Model): Readonly<Record<string, string | number>> {
  if (model.type !== 'one-class-svm') {
    const { nTrees, nNodes } = model.forest;
    const sizes = { trees: nTrees, nodes: nNodes };
    return model.type === 'forest' ? sizes : { ...sizes, offset: model.offset };
  }
  const { kernel, nSupport, intercept } = model.svm;
  const { function: kernelFunction, gamma, coef0, degree } = kernel;
  return {
    kernel: kernelFunction,
    ...(kernelFunction === 'linear' ? {} : { gamma }),
    ...(kernelFunction === 'poly' ? { degree } : {}),
    ...(kernelFunction === 'poly' || kernelFunction === 'sigmoid' ? { coef0 } : {}),
    support_vectors: nSupport,
    intercept,
  };
}
