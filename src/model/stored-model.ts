// How a detector file holds its model: what is not an array stands in the description.
//
//   One-Class SVM       svm.support_vectors F64 [nSupport, nFeatures], svm.coefficients F64 [nSupport]
//   forest, isolation   forest.roots I32 [nTrees]; forest.child I32, forest.feature I32,
//   forest              forest.threshold F32, forest.leaf_value F64, each [nNodes];
//                       forest.cover F64 [nNodes] where it is known
import * as v from 'valibot';
import { type Forest, KERNEL_FUNCTIONS } from '../../native-free-kernels/contract.js';
import type { Model } from './detector.js';
import { checkForest } from './forest-layout.js';
import type { Tensor } from './safetensors.js';
import { badDetector, checkFinite, type Taker } from './tensor-taker.js';

const finite = v.pipe(v.number(), v.finite('a finite number'));
const positive = v.pipe(finite, v.gtValue(0));

export const ModelDescription = v.variant('type', [
  v.strictObject({
    type: v.literal('one-class-svm'),
    kernel: v.strictObject({
      function: v.picklist(KERNEL_FUNCTIONS),
      gamma: v.pipe(finite, v.minValue(0)),
      coef0: finite,
      degree: v.pipe(v.number(), v.integer('a whole number'), v.minValue(0), v.maxValue(1_000)),
    }),
    intercept: finite,
    riskScale: positive,
  }),
  v.strictObject({ type: v.literal('forest') }),
  v.strictObject({
    type: v.literal('isolation-forest'),
    averagePathLength: positive,
    offset: finite,
  }),
]);
type ModelDescription = v.InferOutput<typeof ModelDescription>;

export function describeModel(model: Model): ModelDescription {
  if (model.type === 'forest') return { type: 'forest' };
  if (model.type === 'isolation-forest') {
    const { type, averagePathLength, offset } = model;
    return { type, averagePathLength, offset };
  }
  const { kernel, intercept } = model.svm;
  return { type: 'one-class-svm', kernel, intercept, riskScale: model.riskScale };
}

export function modelTensors(model: Model): [string, Tensor][] {
  if (model.type === 'one-class-svm') {
    const { supportVectors, coefficients, nSupport, nFeatures } = model.svm;
    return [
      ['svm.support_vectors', { dtype: 'F64', shape: [nSupport, nFeatures], data: supportVectors }],
      ['svm.coefficients', { dtype: 'F64', shape: [nSupport], data: coefficients }],
    ];
  }
  const { roots, child, feature, threshold, leafValue, cover, nTrees, nNodes } = model.forest;
  const tensors: [string, Tensor][] = [
    ['forest.roots', { dtype: 'I32', shape: [nTrees], data: roots }],
    ['forest.child', { dtype: 'I32', shape: [nNodes], data: child }],
    ['forest.feature', { dtype: 'I32', shape: [nNodes], data: feature }],
    ['forest.threshold', { dtype: 'F32', shape: [nNodes], data: threshold }],
    ['forest.leaf_value', { dtype: 'F64', shape: [nNodes], data: leafValue }],
  ];
  if (cover) tensors.push(['forest.cover', { dtype: 'F64', shape: [nNodes], data: cover }]);
  return tensors;
}

export function readModel(description: ModelDescription, nFeatures: number, take: Taker): Model {
  if (description.type === 'forest') return { type: 'forest', forest: readForest(nFeatures, take) };
  if (description.type === 'isolation-forest') {
    return { ...description, forest: readForest(nFeatures, take) };
  }
  const { kernel, intercept, riskScale } = description;
  const nSupport = take.lengthOf('svm.coefficients');
  const svm = {
    kernel,
    nFeatures,
    nSupport,
    coefficients: take('svm.coefficients', 'F64', [nSupport]),
    supportVectors: take('svm.support_vectors', 'F64', [nSupport, nFeatures]),
    intercept,
  };
  return { type: 'one-class-svm', svm, riskScale };
}

function readForest(nFeatures: number, take: Taker): Forest {
  const nTrees = take.lengthOf('forest.roots');
  const nNodes = take.lengthOf('forest.child');
  return {
    nFeatures,
    nTrees,
    nNodes,
    roots: take('forest.roots', 'I32', [nTrees]),
    child: take('forest.child', 'I32', [nNodes]),
    feature: take('forest.feature', 'I32', [nNodes]),
    threshold: take('forest.threshold', 'F32', [nNodes]),
    leafValue: take('forest.leaf_value', 'F64', [nNodes]),
    ...(take.has('forest.cover') && { cover: take('forest.cover', 'F64', [nNodes]) }),
  };
}

/**
 * Refuses what kernels must not run on, and a threshold that no score can be on either side of.
 * @throws AnomalyPredictorError 'bad-detector-file'
 */
export function checkModel(model: Model, threshold: number): void {
  if (model.type === 'one-class-svm') {
    if (model.svm.nSupport === 0) throw badDetector('there are no support vectors');
    checkFinite('svm.support_vectors', model.svm.supportVectors);
    checkFinite('svm.coefficients', model.svm.coefficients);
  } else {
    checkForest(model.forest, model.type === 'forest' ? 1 : Number.MAX_VALUE);
  }
  checkThreshold(model, threshold);
}

/** @throws AnomalyPredictorError 'bad-detector-file' where no score can be on either side of it */
export function checkThreshold(model: Model, threshold: number): void {
  if (model.type === 'forest' && Math.abs(threshold) >= 1) {
    throw badDetector(`threshold ${threshold} is not between -1 and 1`);
  }
  if (model.type !== 'isolation-forest') return;
  const border = model.offset + threshold;
  if (!(border > -1 && border < 0)) {
    throw badDetector(`offset + threshold is ${border}, not between -1 and 0`);
  }
}
