// The split of one node, as scikit-learn's BestSplitter finds it (sklearn/tree/_splitter.pyx 1.2):
// features are drawn at random, their values sorted, and the purest cut by Gini impurity wins.
import type { FeatureOrder } from './feature-order.js';
import { sortKeys } from './integer-sort.js';

/** Values closer than this count as equal. */
const FEATURE_THRESHOLD = Math.fround(1e-7);
const RAND_R_DEFAULT_SEED = 1;
const RAND_R_MASK = 0x7fffffff;

/** How the splits of a tree are chosen. */
export interface SplitRules {
  /** Features drawn for each split; more only while all that were drawn are constant. */
  readonly maxFeatures: number;
  /** Fewest samples on either side of a split. */
  readonly minLeaf: number;
  /** What one row of each class counts. */
  readonly normalWeight: number;
  readonly anomalyWeight: number;
}

/** A range of the splitter's `samples` and what is known of it. */
export interface NodeRange {
  start: number;
  end: number;
  /** Rows of both classes, as often as they were drawn. */
  count: number;
  /** Anomalies among them. */
  anomalyCount: number;
  /** How many of the splitter's features are known to be constant here. */
  nConstantFeatures: number;
}

/** Grows with one tree after the other; all memory is made once. */
export class NodeSplitter {
  /** Rows in the bag of the present tree; each node owns a range. */
  readonly samples: Int32Array;

  // The best cut of the node that was searched last.
  feature = 0;
  threshold = Number.NaN;
  /** Samples before it go left. */
  position = 0;
  leftCount = 0;
  leftAnomalyCount = 0;
  /** Features that are known to be constant in both children. */
  nConstantFeatures = 0;

  readonly #order: FeatureOrder;
  readonly #isAnomaly: Uint8Array;
  readonly #rules: SplitRules;
  /** [nRows] how often each row was drawn into the bag, and the same for anomalies alone. */
  readonly #counts: Int32Array;
  readonly #anomalyCounts: Int32Array;
  /** A permutation that lives as long as the tree; features known to be constant come first. */
  readonly #features: Int32Array;
  readonly #constantFeatures: Int32Array;
  /** Places of the node's samples among the sorted values of one feature. */
  readonly #keys: Int32Array;
  readonly #sortScratch: Int32Array;
  /** [1] state of the feature draws */
  readonly #randomState = new Int32Array(1);
  #bestImprovement = Number.NEGATIVE_INFINITY;
  /** Largest place that goes left. */
  #lastLeftKey = 0;

  /** @param isAnomaly [nRows] 1 for anomalies */
  constructor(order: FeatureOrder, isAnomaly: Uint8Array, rules: SplitRules) {
    this.#order = order;
    this.#isAnomaly = isAnomaly;
    this.#rules = rules;
    this.samples = new Int32Array(order.nRows);
    this.#counts = new Int32Array(order.nRows);
    this.#anomalyCounts = new Int32Array(order.nRows);
    this.#features = new Int32Array(order.nFeatures);
    this.#constantFeatures = new Int32Array(order.nFeatures);
    this.#keys = new Int32Array(order.nRows);
    this.#sortScratch = new Int32Array(order.nRows);
  }

  /**
   * Starts a tree; rows of count 0 are left out.
   *
   * @param counts [nRows] how often each row was drawn; copied
   * @returns the root
   */
  begin(counts: Int32Array, randomState: number): NodeRange {
    const { nRows, nFeatures } = this.#order;
    let nSamples = 0;
    let count = 0;
    let anomalyCount = 0;
    for (let row = 0; row < nRows; row++) {
      this.#counts[row] = counts[row];
      this.#anomalyCounts[row] = this.#isAnomaly[row] ? counts[row] : 0;
      if (counts[row] === 0) continue;
      this.samples[nSamples++] = row;
      count += counts[row];
      anomalyCount += this.#anomalyCounts[row];
    }
    for (let feature = 0; feature < nFeatures; feature++) this.#features[feature] = feature;
    this.#randomState[0] = randomState;
    return { start: 0, end: nSamples, count, anomalyCount, nConstantFeatures: 0 };
  }

  /**
   * Searches the node's best cut, leaves it in the fields above and orders the node's samples by
   * it. Returns false where no feature can be cut.
   */
  split(node: NodeRange): boolean {
    const features = this.#features;
    const nKnownConstants = node.nConstantFeatures;
    let nFoundConstants = 0;
    let nDrawnConstants = 0;
    let nVisited = 0;
    /** Features from here on were drawn and can vary. */
    let firstDrawn = this.#order.nFeatures;
    this.#bestImprovement = Number.NEGATIVE_INFINITY;

    // Draws without replacement (Fisher–Yates). Constant features count as visited, but at least
    // one other is searched while there is one.
    while (
      firstDrawn > nKnownConstants + nFoundConstants &&
      (nVisited < this.#rules.maxFeatures || nVisited <= nFoundConstants + nDrawnConstants)
    ) {
      nVisited++;
      let at = this.#randomInteger(nDrawnConstants, firstDrawn - nFoundConstants);
      if (at < nKnownConstants) {
        swap(features, at, nDrawnConstants++);
        continue;
      }
      at += nFoundConstants;
      if (this.#search(features[at], node)) swap(features, at, --firstDrawn);
      else swap(features, at, nKnownConstants + nFoundConstants++);
    }

    // Siblings share what their ancestors knew to be constant, so that its order must not change.
    const constants = this.#constantFeatures;
    for (let i = 0; i < nKnownConstants; i++) features[i] = constants[i];
    this.nConstantFeatures = nKnownConstants + nFoundConstants;
    for (let i = nKnownConstants; i < this.nConstantFeatures; i++) constants[i] = features[i];

    if (this.#bestImprovement === Number.NEGATIVE_INFINITY) return false;
    this.#partition(node);
    return true;
  }

  /** Looks for a better cut by one feature; returns false where it is constant. */
  #search(feature: number, node: NodeRange): boolean {
    const { nRows, sortedValue } = this.#order;
    const keys = this.#keys;
    const column = feature * nRows;
    const nSamples = node.end - node.start;
    this.#gatherKeys(column, node.start, nSamples);
    sortKeys(keys, nSamples, nRows, this.#sortScratch);
    const smallest = sortedValue[column + keys[0]];
    const largest = sortedValue[column + keys[nSamples - 1]];
    if (largest <= Math.fround(smallest + FEATURE_THRESHOLD)) return false;

    const nLeft = this.#findCut(column, node);
    if (nLeft > 0) {
      this.feature = feature;
      this.position = node.start + nLeft;
      this.#lastLeftKey = keys[nLeft - 1];
      // Between two float32 there is a float64, so that the middle is never the upper value.
      this.threshold =
        sortedValue[column + keys[nLeft - 1]] / 2 + sortedValue[column + keys[nLeft]] / 2;
    }
    return true;
  }

  #gatherKeys(column: number, start: number, nSamples: number): void {
    const { placeOf } = this.#order;
    const keys = this.#keys;
    const samples = this.samples;
    for (let i = 0; i < nSamples; i++) keys[i] = placeOf[column + samples[start + i]];
  }

  /** How many of the sorted keys the best cut sends left; 0 where none beats the best so far. */
  #findCut(column: number, node: NodeRange): number {
    const { sortedValue, sortedRow } = this.#order;
    const { count, anomalyCount } = node;
    const { minLeaf, normalWeight, anomalyWeight } = this.#rules;
    const nSamples = node.end - node.start;
    const keys = this.#keys;
    const counts = this.#counts;
    const anomalyCounts = this.#anomalyCounts;

    let nLeft = 0;
    let leftCount = 0;
    let leftAnomalyCount = 0;
    let value = sortedValue[column + keys[0]];
    for (let i = 1; i < nSamples; i++) {
      const row = sortedRow[column + keys[i - 1]];
      leftCount += counts[row];
      leftAnomalyCount += anomalyCounts[row];
      const nextValue = sortedValue[column + keys[i]];
      if (
        nextValue > Math.fround(value + FEATURE_THRESHOLD) &&
        i >= minLeaf &&
        nSamples - i >= minLeaf
      ) {
        // Counts are exact. scikit-learn adds weights up one by one: unless they are sums of few powers of 2, it may
        // prefer one of two equally good cuts, or cut a pure node, for the rounding errors.
        const leftAnomalies = anomalyWeight * leftAnomalyCount;
        const leftWeight = normalWeight * (leftCount - leftAnomalyCount) + leftAnomalies;
        const rightAnomalies = anomalyWeight * (anomalyCount - leftAnomalyCount);
        const rightNormal = count - leftCount - (anomalyCount - leftAnomalyCount);
        const rightWeight = normalWeight * rightNormal + rightAnomalies;
        const improvement =
          -rightWeight * giniImpurity(rightWeight, rightAnomalies) -
          leftWeight * giniImpurity(leftWeight, leftAnomalies);
        if (improvement > this.#bestImprovement) {
          this.#bestImprovement = improvement;
          this.leftCount = leftCount;
          this.leftAnomalyCount = leftAnomalyCount;
          nLeft = i;
        }
      }
      value = nextValue;
    }
    return nLeft;
  }

  /** Moves the samples that go left before the others; order does not matter otherwise. */
  #partition(node: NodeRange): void {
    const { nRows, placeOf } = this.#order;
    const column = this.feature * nRows;
    const samples = this.samples;
    let low = node.start;
    let high = node.end - 1;
    while (low <= high) {
      if (placeOf[column + samples[low]] <= this.#lastLeftKey) low++;
      else swap(samples, low, high--);
    }
  }

  /** From `low` to `high` − 1, as sklearn/utils/_random.pxd: xorshift32, cut to 31 bits. */
  #randomInteger(low: number, high: number): number {
    let state = this.#randomState[0] || RAND_R_DEFAULT_SEED;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#randomState[0] = state;
    return low + ((state & RAND_R_MASK) % (high - low));
  }
}

/** Of two classes; squared weights are added before dividing, as in sklearn/tree/_criterion.pyx. */
export function giniImpurity(weight: number, anomalyWeight: number): number {
  const normalWeight = weight - anomalyWeight;
  const squares = anomalyWeight * anomalyWeight + normalWeight * normalWeight;
  return 1 - squares / (weight * weight);
}

function swap(array: Int32Array, i: number, j: number): void {
  const value = array[i];
  array[i] = array[j];
  array[j] = value;
}
