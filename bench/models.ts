// Made-up models larger than the shipped ones, the same for the same seed.
import type { Forest, KernelFunction, OneClassSvm } from '../native-free-kernels/contract.js';
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

/** Full binary trees: 2^depth leaves each. */
export function makeForest(nTrees: number, depth: number, seed: number): Forest {
  const random = new MersenneTwister(seed);
  const trees = Array.from({ length: nTrees }, () => makeTree(depth, random));
  return layOutForest(trees, N_FEATURES);
}

/** Numbered level by level. */
function makeTree(depth: number, random: MersenneTwister): DecisionTree {
  const nInner = 2 ** depth - 1;
  const nodes = { length: 2 * nInner + 1 };
  const isLeaf = (node: number) => node >= nInner;
  return {
    left: Int32Array.from(nodes, (_, node) => (isLeaf(node) ? -1 : 2 * node + 1)),
    right: Int32Array.from(nodes, (_, node) => (isLeaf(node) ? -1 : 2 * node + 2)),
    feature: Int32Array.from(nodes, (_, node) =>
      isLeaf(node) ? -2 : random.nextBelow(N_FEATURES),
    ),
    threshold: Float64Array.from(nodes, (_, node) => (isLeaf(node) ? -2 : uniform(random))),
    anomalyFraction: Float64Array.from(nodes, () => random.nextUint32() / 2 ** 32),
  };
}

/** From −2 to 2, where standard scores lie. */
function uniform(random: MersenneTwister): number {
  return 4 * (random.nextUint32() / 2 ** 32) - 2;
}
