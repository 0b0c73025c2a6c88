// What every implementation of the kernels must do; called once per implementation.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KERNEL_FUNCTIONS, type Kernels } from '../../native-free-kernels/contract.js';
import { layOutForest } from '../../src/model/forest-layout.js';
import { MersenneTwister } from '../../src/training/mersenne-twister.js';
import { naiveAnomalyProbability, naiveDecision, naiveTransform } from './naive-kernels.js';
import { RANDOM_TRANSFORMS, randomSvm, randomTrees, randomValues } from './random-models.js';

/** Around the widths of blocks and of vector registers. */
const BATCH_LENGTHS = [0, 1, 7, 8, 9, 63, 64, 65, 1000];
/** Beyond any kernel's block of rows. */
const LONGEST_BATCH = 1_500;
/** Error of a decision in units of what was added up for it. */
const DECISION_TOLERANCE = 1e-12;
const UNTOUCHED = -12345.5;

export function describeKernels(kernels: Kernels): void {
  describe.each(RANDOM_TRANSFORMS)(`%s by the ${kernels.name} kernels`, (_, randomTransform) => {
    const transform = randomTransform(new MersenneTwister(1), 9);
    const transformInto = (rows: Float64Array, nRows: number, out: Float64Array) =>
      kernels.transformInto(transform, rows, nRows, out);
    describeBatches(transformInto, 9, 9);

    it('agrees with the formula, to the last bit', () => {
      const property = fc.property(SEED, N_ROWS, SIZE, (seed, nRows, nFeatures) => {
        const random = new MersenneTwister(seed);
        const other = randomTransform(random, nFeatures);
        const rows = randomValues(random, nRows * nFeatures);
        rows.fill(0, 0, nFeatures);
        const out = new Float64Array(rows.length);
        kernels.transformInto(other, rows, nRows, out);
        const expected = splitRows(rows, nFeatures).flatMap((row) => naiveTransform(other, row));
        expect([...out]).toEqual(expected);
      });
      fc.assert(property);
    });

    it.each([7, 600])('may write over its input of %i rows', (nRows) => {
      const rows = randomValues(new MersenneTwister(2), nRows * 9);
      const expected = new Float64Array(rows.length);
      transformInto(rows, nRows, expected);
      transformInto(rows, nRows, rows);
      expect(rows).toEqual(expected);
    });
  });

  describe.each(KERNEL_FUNCTIONS)(`the %s decision of the ${kernels.name} kernels`, (name) => {
    const svm = randomSvm(new MersenneTwister(3), name, 41, 9);
    describeBatches((rows, nRows, out) => kernels.decisionInto(svm, rows, nRows, out), 9, 1);

    it.each([
      ['positive coefficients', 0.01],
      ['coefficients of either sign', -1],
    ])('agrees with the formula for any numbers of rows, features and %s', (_, lowest) => {
      const property = fc.property(SEED, SIZE, SIZE, SIZE, (seed, nRows, nFeatures, nSupport) => {
        const random = new MersenneTwister(seed);
        const model = randomSvm(random, name, nSupport, nFeatures, lowest);
        const rows = randomValues(random, nRows * nFeatures);
        const out = new Float64Array(nRows);
        kernels.decisionInto(model, rows, nRows, out);
        splitRows(rows, nFeatures).forEach((row, i) => {
          const { score, magnitude } = naiveDecision(model, row);
          expect(Math.abs(out[i] - score)).toBeLessThanOrEqual(DECISION_TOLERANCE * magnitude);
        });
      });
      fc.assert(property);
    });
  });

  describe(`the anomaly probability of the ${kernels.name} kernels`, () => {
    const forest = layOutForest(randomTrees(new MersenneTwister(4), 30, 9), 9);
    const probabilityInto = (rows: Float64Array, nRows: number, out: Float64Array) =>
      kernels.meanLeafValueInto(forest, rows, nRows, out);
    describeBatches(probabilityInto, 9, 1);

    it('agrees with a walk through the trees, to the last bit', () => {
      const property = fc.property(SEED, SIZE, SIZE, SIZE, (seed, nRows, nFeatures, nTrees) => {
        const random = new MersenneTwister(seed);
        const trees = randomTrees(random, nTrees, nFeatures);
        const rows = randomValues(random, nRows * nFeatures);
        const out = new Float64Array(nRows);
        kernels.meanLeafValueInto(layOutForest(trees, nFeatures), rows, nRows, out);
        const expected = splitRows(rows, nFeatures).map((row) =>
          naiveAnomalyProbability(trees, row),
        );
        expect([...out]).toEqual(expected);
      });
      fc.assert(property);
    });

    it('agrees with a walk through many trees whose leaves all differ', () => {
      const random = new MersenneTwister(9);
      const trees = randomTrees(random, 500, 9);
      const rows = randomValues(random, 20 * 9);
      const out = new Float64Array(20);
      kernels.meanLeafValueInto(layOutForest(trees, 9), rows, 20, out);
      expect([...out]).toEqual(
        splitRows(rows, 9).map((row) => naiveAnomalyProbability(trees, row)),
      );
    });

    it.each(FLOAT32_BORDERS)('compares in float32: $value against $threshold', (border) => {
      const stump = {
        left: Int32Array.of(1, -1, -1),
        right: Int32Array.of(2, -1, -1),
        feature: Int32Array.of(0, -2, -2),
        threshold: Float64Array.of(border.threshold, -2, -2),
        leafValue: Float64Array.of(0.5, 0.25, 0.75),
      };
      const out = new Float64Array(1);
      const row = Float64Array.of(border.value);
      kernels.meanLeafValueInto(layOutForest([stump], 1), row, 1, out);
      expect(out[0]).toBe(border.goesLeft ? 0.25 : 0.75);
    });
  });
}

const SEED = fc.nat(2 ** 31 - 1);
/** Of rows, features, support vectors and trees: whole vector registers and what is left over. */
const SIZE = fc.integer({ min: 1, max: 19 });
/** On both sides of where copying rows elsewhere might be worth it. */
const N_ROWS = fc.integer({ min: 1, max: 300 });

const FIRST_ROW = fc.nat(50);
const BATCH_LENGTH = fc.nat(LONGEST_BATCH - 50);
/** Numbers in memory before the first one: 8 bytes each, and so every alignment that there is. */
const PLACE = fc.nat(9);

/** 0.1 in float32, which is above the float64 0.1, and its neighbours. */
const BORDER = Math.fround(0.1);
const ULP = 2 ** -27;
const FLOAT32_BORDERS: { threshold: number; value: number; goesLeft: boolean }[] = [
  { threshold: BORDER, value: BORDER, goesLeft: true },
  { threshold: BORDER, value: BORDER + ULP, goesLeft: false },
  { threshold: BORDER, value: BORDER - ULP, goesLeft: true },
  // Above the threshold in float64, equal to it in float32.
  { threshold: BORDER, value: BORDER + ULP / 4, goesLeft: true },
  { threshold: BORDER, value: BORDER + ULP * 0.75, goesLeft: false },
  // Below the threshold in float64, above it in float32.
  { threshold: 0.1, value: 0.1, goesLeft: false },
  { threshold: 0.1, value: 0.1 - ULP, goesLeft: true },
  { threshold: 0, value: -0, goesLeft: true },
  { threshold: 0, value: 1e-50, goesLeft: true },
  { threshold: 0, value: 1e-45, goesLeft: false },
  { threshold: -1e-50, value: 0, goesLeft: false },
  // Beyond float32 on either side.
  { threshold: 3e38, value: 1e300, goesLeft: false },
  { threshold: -3e38, value: -1e300, goesLeft: true },
];

type RowsKernel = (rows: Float64Array, nRows: number, out: Float64Array) => void;

/** What holds for every kernel: rows do not see each other, and nothing else is written. */
function describeBatches(kernel: RowsKernel, nFeatures: number, nOutPerRow: number): void {
  it('gives each row what it gives it alone, in any batch at any place in memory', () => {
    const rows = randomValues(new MersenneTwister(8), LONGEST_BATCH * nFeatures);
    const alone = new Float64Array(LONGEST_BATCH * nOutPerRow);
    splitRows(rows, nFeatures).forEach((row, i) => {
      kernel(Float64Array.from(row), 1, alone.subarray(i * nOutPerRow));
    });
    const property = fc.property(
      BATCH_LENGTH,
      FIRST_ROW,
      PLACE,
      PLACE,
      (nRows, first, from, to) => {
        const batch = rows.subarray(first * nFeatures, (first + nRows) * nFeatures);
        const moved = new Float64Array(from + batch.length);
        moved.set(batch, from);
        const out = new Float64Array(to + nRows * nOutPerRow);
        kernel(moved.subarray(from), nRows, out.subarray(to));
        const expected = alone.subarray(first * nOutPerRow, (first + nRows) * nOutPerRow);
        expect(out.subarray(to)).toEqual(expected);
      },
    );
    fc.assert(property, { numRuns: 40 });
  });

  describe.each(BATCH_LENGTHS)('on %i rows', (nRows) => {
    const rows = randomValues(new MersenneTwister(nRows), nRows * nFeatures);

    it('gives each row what it gives it alone, to the last bit', () => {
      const batch = new Float64Array(nRows * nOutPerRow);
      kernel(rows, nRows, batch);
      const oneByOne = splitRows(rows, nFeatures).flatMap((row) => {
        const alone = new Float64Array(nOutPerRow);
        kernel(Float64Array.from(row), 1, alone);
        return [...alone];
      });
      expect([...batch]).toEqual(oneByOne);
    });

    it('writes neither behind its results nor into the rows', () => {
      const before = rows.slice();
      const out = new Float64Array(nRows * nOutPerRow + 9).fill(UNTOUCHED);
      kernel(rows, nRows, out);
      expect([...out.subarray(nRows * nOutPerRow)]).toEqual(new Array(9).fill(UNTOUCHED));
      expect([...out.subarray(0, nRows * nOutPerRow)]).not.toContain(UNTOUCHED);
      expect(rows).toEqual(before);
    });
  });
}

function splitRows(rows: Float64Array, nFeatures: number): number[][] {
  return Array.from({ length: rows.length / nFeatures }, (_, row) => [
    ...rows.subarray(row * nFeatures, (row + 1) * nFeatures),
  ]);
}
