// One isolation tree, as scikit-learn's ExtraTreeRegressor grows it with splitter="random" and one
// feature a node (RandomSplitter in sklearn/tree/_splitter.pyx): a feature that is not constant at the
// node, and a threshold anywhere between its smallest and its largest value there.
import type { TreeStructure } from '../model/path-length.js';
import type { MersenneTwister } from './mersenne-twister.js';

/** Values closer than this count as equal. */
const FEATURE_THRESHOLD = Math.fround(1e-7);
const LEAF = { child: -1, feature: -2, threshold: -2 } as const;
const NO_PARENT = -1;

export interface IsolationTree extends TreeStructure {
  /** [nNodes] rows at each node */
  readonly nRowsAt: Int32Array;
}

/** A range of the bag that waits to be grown. */
interface PendingNode {
  readonly start: number;
  readonly end: number;
  readonly depth: number;
  /** Set for right children; a left one follows its parent at once and needs no link. */
  readonly rightOf: number;
}

/** Grows one tree after the other on bags of the same rows. */
export class IsolationTreeGrower {
  /** [nRows × nFeatures] in float32, on which trees are grown */
  readonly #values: Float32Array;
  readonly #nFeatures: number;
  readonly #maxSamples: number;
  readonly #maxDepth: number;
  readonly #random: MersenneTwister;
  /** A permutation of the rows; the first `maxSamples` are the present bag. */
  readonly #rows: Int32Array;
  /** A permutation of the features. */
  readonly #features: Int32Array;

  /** @param rows [nRows × nFeatures] row-major, finite also in float32; copied */
  constructor(
    rows: Float64Array,
    nRows: number,
    nFeatures: number,
    maxSamples: number,
    random: MersenneTwister,
  ) {
    this.#values = Float32Array.from(rows);
    this.#nFeatures = nFeatures;
    this.#maxSamples = maxSamples;
    this.#maxDepth = Math.ceil(Math.log2(maxSamples));
    this.#random = random;
    this.#rows = Int32Array.from({ length: nRows }, (_, row) => row);
    this.#features = Int32Array.from({ length: nFeatures }, (_, feature) => feature);
  }

  grow(): IsolationTree {
    shuffleFirst(this.#rows, this.#maxSamples, this.#random);
    const left: number[] = [];
    const right: number[] = [];
    const features: number[] = [];
    const thresholds: number[] = [];
    const nRowsAt: number[] = [];
    const root = { start: 0, end: this.#maxSamples, depth: 0, rightOf: NO_PARENT };
    const pending: PendingNode[] = [root];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      const { start, end, depth, rightOf } = node;
      const at = left.length;
      if (rightOf !== NO_PARENT) right[rightOf] = at;
      nRowsAt.push(end - start);
      const question = depth < this.#maxDepth ? this.#drawQuestion(start, end) : undefined;
      right.push(LEAF.child); // of others, until the right child is grown
      left.push(question === undefined ? LEAF.child : at + 1);
      features.push(question?.feature ?? LEAF.feature);
      thresholds.push(question?.threshold ?? LEAF.threshold);
      if (question === undefined) continue;
      const middle = this.#partition(start, end, question);
      pending.push(
        { start: middle, end, depth: depth + 1, rightOf: at },
        { start, end: middle, depth: depth + 1, rightOf: NO_PARENT },
      );
    }
    return {
      left: Int32Array.from(left),
      right: Int32Array.from(right),
      feature: Int32Array.from(features),
      threshold: Float64Array.from(thresholds),
      nRowsAt: Int32Array.from(nRowsAt),
    };
  }

  /** Undefined where all rows are alike. */
  #drawQuestion(start: number, end: number): Question | undefined {
    const nFeatures = this.#nFeatures;
    for (let drawn = 0; drawn < nFeatures; drawn++) {
      swap(this.#features, drawn, drawn + this.#random.nextBelow(nFeatures - drawn));
      const feature = this.#features[drawn];
      const [smallest, largest] = this.#rangeOf(feature, start, end);
      if (largest <= Math.fround(smallest + FEATURE_THRESHOLD)) continue;
      const threshold = smallest + (largest - smallest) * (this.#random.nextUint32() / 2 ** 32);
      // Rounded up to the largest value, it would send every row left.
      return { feature, threshold: threshold < largest ? threshold : smallest };
    }
    return undefined;
  }

  #rangeOf(feature: number, start: number, end: number): readonly [number, number] {
    let smallest = Number.POSITIVE_INFINITY;
    let largest = Number.NEGATIVE_INFINITY;
    for (let i = start; i < end; i++) {
      const value = this.#values[this.#rows[i] * this.#nFeatures + feature];
      if (value < smallest) smallest = value;
      if (value > largest) largest = value;
    }
    return [smallest, largest];
  }

  /** Moves the rows that go left before the others and returns where those begin. */
  #partition(start: number, end: number, { feature, threshold }: Question): number {
    let middle = start;
    for (let i = start; i < end; i++) {
      if (this.#values[this.#rows[i] * this.#nFeatures + feature] > threshold) continue;
      swap(this.#rows, i, middle++);
    }
    return middle;
  }
}

interface Question {
  readonly feature: number;
  readonly threshold: number;
}

/** Fisher–Yates, as far as it takes to draw `n` values without replacement. */
function shuffleFirst(values: Int32Array, n: number, random: MersenneTwister): void {
  for (let i = 0; i < n; i++) swap(values, i, i + random.nextBelow(values.length - i));
}

function swap(values: Int32Array, i: number, j: number): void {
  const value = values[i];
  values[i] = values[j];
  values[j] = value;
}
