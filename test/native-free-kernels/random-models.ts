// Made-up models and rows for kernel tests, the same for the same generator state.
import type {
  KernelFunction,
  OneClassSvm,
  StandardScaler,
  Transform,
} from '../../native-free-kernels/contract.js';
import type { DecisionTree } from '../../src/model/forest-layout.js';
import type { MersenneTwister } from '../../src/training/mersenne-twister.js';

/** Half of the values are multiples of 1/4, so that rows meet thresholds exactly. */
export function randomValues(random: MersenneTwister, length: number): Float64Array {
  return Float64Array.from({ length }, () => {
    const value = uniform(random, -3, 3);
    return random.nextBelow(2) === 0 ? value : Math.round(value * 4) / 4;
  });
}

type RandomTransform = (random: MersenneTwister, nFeatures: number) => Transform;

/** Every kind of transform with what to call it. */
export const RANDOM_TRANSFORMS: readonly (readonly [string, RandomTransform])[] = [
  ['scaling', randomScaler],
  ['scaling to a range', (...args) => randomMinMax(...args, -Infinity, Infinity)],
  ['scaling and clipping to a range', (...args) => randomMinMax(...args, -0.5, 1)],
  ['dividing by the l1 norm', (_, nFeatures) => ({ type: 'normalize', nFeatures, norm: 'l1' })],
  ['dividing by the l2 norm', (_, nFeatures) => ({ type: 'normalize', nFeatures, norm: 'l2' })],
  ['dividing by the max norm', (_, nFeatures) => ({ type: 'normalize', nFeatures, norm: 'max' })],
  ['scaling in float32', randomFloat32],
  ['the logarithm of some features', randomLog1p],
  ['the shares of some features among quantiles', randomQuantileMap],
];

export function randomScaler(random: MersenneTwister, nFeatures: number): StandardScaler {
  return {
    type: 'standard',
    nFeatures,
    mean: randomValues(random, nFeatures),
    scale: Float64Array.from({ length: nFeatures }, () => uniform(random, 0.1, 10)),
  };
}

function randomMinMax(
  random: MersenneTwister,
  nFeatures: number,
  lowest: number,
  highest: number,
): Transform {
  const factor = Float64Array.from({ length: nFeatures }, () => uniform(random, 0.1, 1));
  const offset = randomValues(random, nFeatures);
  return { type: 'min-max', nFeatures, factor, offset, lowest, highest };
}

function randomFloat32(random: MersenneTwister, nFeatures: number): Transform {
  const offset = randomValues(random, nFeatures).map(Math.fround);
  const factor = randomValues(random, nFeatures).map(Math.fround);
  return { type: 'float32', nFeatures, offset, factor };
}

/** With coefficients from `lowestCoefficient` to 1: positive ones, unless it is negative. */
function randomLog1p(random: MersenneTwister, nFeatures: number): Transform {
  return { type: 'log1p', nFeatures, columns: randomColumns(random, nFeatures) };
}

/** Some quantiles are equal, and rows meet some of them exactly. */
function randomQuantileMap(random: MersenneTwister, nFeatures: number): Transform {
  const columns = randomColumns(random, nFeatures);
  const nQuantiles = 2 + random.nextBelow(20);
  const quantiles = new Float64Array(columns.length * nQuantiles);
  for (let start = 0; start < quantiles.length; start += nQuantiles) {
    quantiles.set(randomValues(random, nQuantiles).sort(), start);
  }
  return { type: 'quantile', nFeatures, columns, nQuantiles, quantiles };
}

function randomColumns(random: MersenneTwister, nFeatures: number): Int32Array {
  const all = Int32Array.from({ length: nFeatures }, (_, feature) => feature);
  return all.filter(() => random.nextBelow(2) === 0);
}

export function randomSvm(
  random: MersenneTwister,
  kernelFunction: KernelFunction,
  nSupport: number,
  nFeatures: number,
  lowestCoefficient = 0.01,
): OneClassSvm {
  return {
    kernel: {
      function: kernelFunction,
      gamma: uniform(random, 0.01, 1),
      coef0: uniform(random, -1, 1),
      degree: random.nextBelow(6),
    },
    nFeatures,
    nSupport,
    supportVectors: randomValues(random, nSupport * nFeatures),
    coefficients: Float64Array.from({ length: nSupport }, () =>
      uniform(random, lowestCoefficient, 1),
    ),
    intercept: uniform(random, -2, 2),
  };
}

/** Trees of any shape, from a lone leaf to chains, numbered depth first. */
export function randomTrees(
  random: MersenneTwister,
  nTrees: number,
  nFeatures: number,
): DecisionTree[] {
  return Array.from({ length: nTrees }, () => randomTree(random, nFeatures));
}

const LARGEST_DEPTH = 9;

function randomTree(random: MersenneTwister, nFeatures: number): DecisionTree {
  return grownTree(random, nFeatures, LARGEST_DEPTH, (depth) =>
    depth > 0 && random.nextBelow(4) > 0 ? [depth - 1, depth - 1] : undefined,
  );
}

/** A tree of any shape with so many leaves. */
export function treeOfLeaves(
  random: MersenneTwister,
  nFeatures: number,
  nLeaves: number,
): DecisionTree {
  return grownTree(random, nFeatures, nLeaves, (leaves) => {
    if (leaves === 1) return undefined;
    const onTheLeft = 1 + random.nextBelow(leaves - 1);
    return [onTheLeft, leaves - onTheLeft];
  });
}

/** `split` says of a node what its children are to be, or that it is a leaf. */
function grownTree(
  random: MersenneTwister,
  nFeatures: number,
  rootSize: number,
  split: (size: number) => [number, number] | undefined,
): DecisionTree {
  const left: number[] = [];
  const right: number[] = [];
  const feature: number[] = [];
  const threshold: number[] = [];
  const grow = (size: number): number => {
    const node = left.push(-1) - 1;
    right.push(-1);
    feature.push(-2);
    threshold.push(-2);
    const sizes = split(size);
    if (sizes !== undefined) {
      feature[node] = random.nextBelow(nFeatures);
      threshold[node] = randomValues(random, 1)[0];
      left[node] = grow(sizes[0]);
      right[node] = grow(sizes[1]);
    }
    return node;
  };
  grow(rootSize);
  return {
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    feature: Int32Array.from(feature),
    threshold: Float64Array.from(threshold),
    leafValue: Float64Array.from(left, () => uniform(random, 0, 1)),
  };
}

function uniform(random: MersenneTwister, low: number, high: number): number {
  return low + (high - low) * (random.nextUint32() / 2 ** 32);
}
