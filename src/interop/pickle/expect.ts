// Checks of what a pickle passes to a handler; errors name the place, what was expected, what was there.
import { shorten, showValue } from '../../errors.js';
import { badModelFile } from '../model-file-error.js';
import type { Reading } from './reading.js';
import {
  NumpyArray,
  NumpyDtype,
  PickleDict,
  PickleGlobal,
  PickleObject,
  PickleSequence,
  type PickleValue,
} from './values.js';

export function refusal(
  { offsetBytes }: Pick<Reading, 'offsetBytes'>,
  what: string,
  cause?: unknown,
) {
  return badModelFile(`pickle: ${what}, at byte ${offsetBytes}`, cause);
}

export function expectText(reading: Reading, what: string, value?: PickleValue): string {
  if (typeof value !== 'string') throw unexpected(reading, what, 'a text', value);
  return value;
}

/** A whole number from 0 to 2^53 − 1. */
export function expectCount(reading: Reading, what: string, value?: PickleValue): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw unexpected(reading, what, 'a whole number from 0', value);
  }
  return value;
}

export function expectBytes(reading: Reading, what: string, value?: PickleValue): Uint8Array {
  if (!(value instanceof Uint8Array)) throw unexpected(reading, what, 'bytes', value);
  return value;
}

export function expectDtype(reading: Reading, what: string, value?: PickleValue): NumpyDtype {
  if (!(value instanceof NumpyDtype)) throw unexpected(reading, what, 'a dtype', value);
  return value;
}

/** The items of a tuple; with `lengths`, of one of these. */
export function expectTuple(
  reading: Reading,
  what: string,
  value?: PickleValue,
  ...lengths: readonly number[]
): readonly PickleValue[] {
  if (!(value instanceof PickleSequence && value.type === 'tuple')) {
    throw unexpected(reading, what, 'a tuple', value);
  }
  const { items } = value;
  if (lengths.length > 0 && !lengths.includes(items.length)) {
    throw refusal(reading, `${what}: expected ${lengths.join(' or ')} items, got ${items.length}`);
  }
  return items;
}

export function unexpected(reading: Reading, what: string, expected: string, value?: PickleValue) {
  return refusal(reading, `${what}: expected ${expected}, got ${showPickleValue(value)}`);
}

/** What a value is, in Python's words. */
export function typeName(value?: PickleValue): string {
  if (value instanceof PickleObject) return shorten(value.className);
  if (value instanceof PickleGlobal) return shorten(value.name);
  if (value instanceof PickleSequence) return `a ${value.type}`;
  if (value instanceof PickleDict) return 'a dict';
  if (value instanceof NumpyArray) return 'an ndarray';
  if (value instanceof NumpyDtype) return 'a dtype';
  if (value instanceof Uint8Array) return 'bytes';
  return value === null ? 'None' : `a ${typeof value}`;
}

function showPickleValue(value?: PickleValue): string {
  return typeof value === 'object' ? typeName(value) : showValue(value);
}
