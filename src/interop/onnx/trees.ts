// Questions of ONNX trees as the kernels ask them: float32(row[feature]) <= threshold goes left.
import { showValue } from '../../errors.js';
import type { Rows } from './values.js';

export const BRANCH_MODES = ['LEQ', 'LT', 'GTE', 'GT'] as const;
export type BranchMode = (typeof BRANCH_MODES)[number];

/** `value <= threshold` exactly where the question is answered by yes, or by no where it is `negated`. */
export interface Question {
  readonly threshold: number;
  readonly negated: boolean;
}

/**
 * `compared` says in what type the graph compares. The kernels round the row to float32 first, so that a question
 * about numbers that are not float32 can be asked only where its threshold is the last double before the next float32
 * takes over, as sklearn-onnx writes them.
 * Undefined where no float32 threshold asks the same.
 */
export function questionOf(mode: BranchMode, value: number, rows: Rows): Question | undefined {
  // x < v is x <= the number before v.
  const isStrict = mode === 'LT' || mode === 'GTE';
  const negated = mode === 'GTE' || mode === 'GT';
  if (rows.isFloat32) {
    const rounded = Math.fround(value);
    const below = rounded > value || (isStrict && rounded === value);
    const threshold = below ? nextFloat32Down(rounded) : rounded;
    return Number.isFinite(threshold) ? { threshold, negated } : undefined;
  }
  const inclusive = isStrict ? nextFloat64Down(value) : value;
  const threshold = Math.fround(inclusive);
  const isLast = Math.fround(nextFloat64Up(inclusive)) > threshold;
  return isLast && Number.isFinite(threshold) ? { threshold, negated } : undefined;
}

/** Why there is no question, for messages. */
export function describeQuestion(mode: BranchMode, value: number, rows: Rows): string {
  const { elementType } = rows;
  return Number.isFinite(value)
    ? `${mode} ${value} on ${elementType} numbers cannot be asked of float32 numbers`
    : `threshold ${showValue(String(value))} is not finite`;
}

const float32 = new Float32Array(1);
const float32Bits = new Int32Array(float32.buffer);
const float64 = new Float64Array(1);
const float64Bits = new BigInt64Array(float64.buffer);

/** The bits of negative numbers count away from zero. */
function nextFloat32Down(value: number): number {
  float32[0] = value;
  if (value === 0) float32Bits[0] = 0x80000001 | 0;
  else float32Bits[0] += value > 0 ? -1 : 1;
  return float32[0];
}

function nextFloat64Down(value: number): number {
  return -nextFloat64Up(-value);
}

function nextFloat64Up(value: number): number {
  if (value === 0) return Number.MIN_VALUE;
  float64[0] = value;
  float64Bits[0] += value > 0 ? 1n : -1n;
  return float64[0];
}
