import { describe, expect, it } from 'vitest';
import { BRANCH_MODES, type BranchMode, questionOf } from '../../../src/interop/onnx/trees.js';
import type { Rows } from '../../../src/interop/onnx/values.js';

const COMPARE: Readonly<Record<BranchMode, (x: number, value: number) => boolean>> = {
  LEQ: (x, value) => x <= value,
  LT: (x, value) => x < value,
  GTE: (x, value) => x >= value,
  GT: (x, value) => x > value,
};
const FLOAT32_STEP = 2 ** -23;
const FLOAT32_VALUES = [0, -0, 1, -1, 0.1, -7.25, 1e-45, -1e-45, 3e38, 16_777_216].map(Math.fround);

describe.each(BRANCH_MODES)('a question by %s', (mode) => {
  it('sends every float32 as ONNX does', () => {
    for (const value of [...FLOAT32_VALUES, 0.1, -0.1, 1 / 3, 1e-50]) {
      const question = questionOf(mode, value, rows('float', true));
      for (const x of neighbours(value)) {
        const yes = x <= Number(question?.threshold) !== question?.negated;
        expect(yes, `${x} ${mode} ${value}`).toBe(COMPARE[mode](x, value));
      }
    }
  });

  it('is refused of float64 numbers that float32 cannot tell apart', () => {
    expect(questionOf(mode, 0.5, rows('double', false))).toBeUndefined();
  });
});

it('sends float64 numbers to the side of their float32 where the threshold is the last of those', () => {
  // Halfway between 0.5 and the next float32; half of the ties go to the even one, which is 0.5.
  const last = 0.5 + FLOAT32_STEP / 4;
  expect(Math.fround(last)).toBe(0.5);
  const question = questionOf('LEQ', last, rows('double', false));
  expect(question).toEqual({ threshold: 0.5, negated: false });
});

/** Float32 numbers around `value`. */
function neighbours(value: number): number[] {
  const float32 = Float32Array.of(value);
  const bits = new Int32Array(float32.buffer);
  const [centre] = bits;
  const around = [-2, -1, 0, 1, 2].map((step) => {
    bits[0] = centre + step;
    return float32[0];
  });
  return [...around, ...FLOAT32_VALUES].filter(Number.isFinite);
}

function rows(elementType: Rows['elementType'], isFloat32: boolean): Rows {
  return {
    kind: 'rows',
    elementType,
    nFeatures: 1,
    transforms: [],
    columns: Int32Array.of(0),
    isFloat32,
    roundingIsDue: false,
  };
}
