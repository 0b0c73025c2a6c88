// Made-up models larger than the shipped ones, the same for the same seed.
import type { Forest, KernelFunction, OneClassSvm } from '../native-free-kernels/contract.js';
import type { Detector, Model } from '../src/model/detector.js';
import { assembleDetector } from '../src/model/detector-file.js';
import { type DecisionTree, layOutForest } from '../src/model/forest-layout.js';
import { MersenneTwister } from '../src/training/mersenne-twister.js';
import { N_FEATURES } from './rows.js';

/** `svm` with another kernel function: the same shape, and so the same work but for the function. */
export function withKernel(svm: OneClassSvm, kernelFunction: KernelFunction): OneClassSvm {
  return { ...svm, kernel: { ...svm.kernel, function: kernelFunction } };
}

/** Support vectors within two standard deviations, all of the same weight. */
export function makeSvm(nSupport: number, seed: number): OneClassSvm {
  const random = new MersenneTwister(seed);
  return {
    kernel: { function: 'rbf', gamma: 1 / N_FEATURES, coef0: 0, degree: 3 },
    nFeatures: N_FEATURES,
    nSupport,
    supportVectors: Float64Array.from({ length: nSupport * N_FEATURES }, () => uniform(random)),
    coefficients: new Float64Array(nSupport).fill(1 / nSupport),
    intercept: -0.5,
  };
}

/** Trees as flat as `nLeaves` allow, their leaf values all different. */
export function makeForest(
  nTrees: number,
  nLeaves: number,
  nFeatures: number,
  seed: number,
): Forest {
  const random = new MersenneTwister(seed);
  const trees = Array.from({ length: nTrees }, () => makeTree(nLeaves, nFeatures, random));
  return layOutForest(trees, nFeatures);
}

/** `original` with another model, for rows of any numbers in its first feature's unit. */
export function withModel(original: Detector, nFeatures: number, model: Model): Detector {
  const names = Array.from({ length: nFeatures }, (_, i) => `feature_${i}`);
  const [feature] = original.schema.features;
  // The original's profile is of its own features.
  const { profile: _, ...rest } = original;
  return assembleDetector({
    ...rest,
    schema: { ...rest.schema, features: names.map((name) => ({ ...feature, name })) },
    encoder: names.map((name) => ({ feature: name, column: name })),
    transforms: [
      {
        type: 'standard',
        nFeatures,
        mean: new Float64Array(nFeatures),
        scale: new Float64Array(nFeatures).fill(1),
      },
    ],
    model,
  });
}

/** Numbered level by level. */
function makeTree(nLeaves: number, nFeatures: number, random: MersenneTwister): DecisionTree {
  const nInner = nLeaves - 1;
  const nodes = { length: nInner + nLeaves };
  const isLeaf = (node: number) => node >= nInner;
  return {
    left: Int32Array.from(nodes, (_, node) => (isLeaf(node) ? -1 : 2 * node + 1)),
    right: Int32Array.from(nodes, (_, node) => (isLeaf(node) ? -1 : 2 * node + 2)),
    feature: Int32Array.from(nodes, (_, node) => (isLeaf(node) ? -2 : random.nextBelow(nFeatures))),
    threshold: Float64Array.from(nodes, (_, node) => (isLeaf(node) ? -2 : uniform(random))),
    leafValue: Float64Array.from(nodes, () => random.nextUint32() / 2 ** 32),
  };
}

/** From −2 to 2, where standard scores lie. */
function uniform(random: MersenneTwister): number {
  return 4 * (random.nextUint32() / 2 ** 32) - 2;
}
