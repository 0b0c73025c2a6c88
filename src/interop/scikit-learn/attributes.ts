// The attributes of scikit-learn's estimators, each checked when it is read. Every error names the class,
// the attribute, what was expected, what was there, and where the object stands in the file.
import { type AnomalyPredictorError, showValue } from '../../errors.js';
import { badModelFile } from '../model-file-error.js';
import { typeName } from '../pickle/expect.js';
import { dtypeName, float64s } from '../pickle/numpy-elements.js';
import { NumpyArray, PickleObject, PickleSequence, type PickleValue } from '../pickle/values.js';

/** 'OneClassSVM' of `sklearn.svm._classes.OneClassSVM`. */
export function classOf({ className }: PickleObject): string {
  return className.slice(className.lastIndexOf('.') + 1);
}

export function badAttribute(
  object: PickleObject,
  attribute: string,
  problem: string,
  cause?: unknown,
): AnomalyPredictorError {
  const place = `object at byte ${object.offsetBytes}`;
  return badModelFile(`${classOf(object)}.${attribute}: ${problem} (${place})`, cause);
}

export function unexpected(
  object: PickleObject,
  attribute: string,
  expected: string,
  value: PickleValue | undefined,
): AnomalyPredictorError {
  return badAttribute(object, attribute, `expected ${expected}, got ${shown(value)}`);
}

/** Undefined where the object has none. */
export function attributeOf(object: PickleObject, attribute: string): PickleValue | undefined {
  return object.state?.get(attribute);
}

/** `fallback`: of versions that do not have the attribute. */
export function flagOf(object: PickleObject, attribute: string, fallback?: boolean): boolean {
  const value = attributeOf(object, attribute) ?? fallback;
  if (typeof value !== 'boolean') throw unexpected(object, attribute, 'True or False', value);
  return value;
}

export function finiteNumberOf(object: PickleObject, attribute: string): number {
  const value = attributeOf(object, attribute);
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw unexpected(object, attribute, 'a finite number', value);
  }
  return value;
}

/** A whole number from `least` to `most`. */
export function countOf(
  object: PickleObject,
  attribute: string,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  const value = attributeOf(object, attribute);
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    const upTo = most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`;
    throw unexpected(object, attribute, `a whole number from ${least}${upTo}`, value);
  }
  return value;
}

export function objectOf(object: PickleObject, attribute: string): PickleObject {
  const value = attributeOf(object, attribute);
  if (!(value instanceof PickleObject)) throw unexpected(object, attribute, 'an object', value);
  return value;
}

/** The items of a list or tuple. */
export function itemsOf(object: PickleObject, attribute: string): readonly PickleValue[] {
  const value = attributeOf(object, attribute);
  if (!(value instanceof PickleSequence)) throw unexpected(object, attribute, 'a list', value);
  return value.items;
}

/** An array of this shape; undefined lengths are any. */
export function arrayOf(
  object: PickleObject,
  attribute: string,
  shape: readonly (number | undefined)[],
): NumpyArray {
  const value = attributeOf(object, attribute);
  const expected = `an array of shape (${shape.map((length) => length ?? 'any').join(', ')})`;
  if (!(value instanceof NumpyArray)) throw unexpected(object, attribute, expected, value);
  const fits =
    value.shape.length === shape.length &&
    shape.every((length, axis) => length === undefined || length === value.shape[axis]);
  if (!fits) throw unexpected(object, attribute, expected, value);
  return value;
}

/**
 * The elements of a floating-point array of this shape, finite, row-major. That they are no bytes bounds
 * what they take in memory by what they take in the file.
 */
export function finiteNumbersOf(
  object: PickleObject,
  attribute: string,
  shape: readonly (number | undefined)[],
): Float64Array {
  const array = arrayOf(object, attribute, shape);
  if (array.dtype.kind !== 'f') {
    throw unexpected(object, attribute, 'floating-point numbers', array);
  }
  const numbers = readNumbers(object, attribute, array);
  const at = numbers.findIndex((number) => !Number.isFinite(number));
  if (at >= 0) {
    throw badAttribute(object, attribute, `element ${at} is ${numbers[at]}, not a finite number`);
  }
  return numbers;
}

/** As `float64s`, with an error that names the attribute. */
export function readNumbers(
  object: PickleObject,
  attribute: string,
  array: NumpyArray,
  field?: string,
): Float64Array {
  try {
    return float64s(array, field);
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw badAttribute(object, attribute, problem, cause);
  }
}

function shown(value: PickleValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value instanceof NumpyArray) {
    return `an array of shape (${value.shape.join(', ')}) and dtype ${dtypeName(value.dtype)}`;
  }
  return typeof value === 'object' ? typeName(value) : showValue(value);
}
