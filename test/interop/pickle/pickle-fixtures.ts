// The files of test/fixtures/pickles, and what they hold in a form to compare: made by make-pickles.py.
import { readFileSync } from 'node:fs';
import { dtypeName, elements, float64s } from '../../../src/interop/pickle/numpy-elements.js';
import {
  NumpyArray,
  PickleDict,
  PickleSequence,
  type PickleValue,
} from '../../../src/interop/pickle/values.js';
import { readFixture } from '../../support/fixture.js';

export function pickleFixture(name: string): Uint8Array {
  return readFileSync(new URL(`../../../../test/fixtures/pickles/${name}`, import.meta.url));
}

/** The value that every fixture `value.*` holds, as `plainOf` shows it. */
export function expectedValue(): unknown {
  return fromJson(readFixture<Json>('pickles/expected.json'));
}

/** Lists, tuples, dicts and arrays as plain objects that `toEqual` tells apart. */
export function plainOf(value: PickleValue): unknown {
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('hex') };
  if (value instanceof PickleSequence) return { [value.type]: value.items.map(plainOf) };
  if (value instanceof PickleDict) {
    return { dict: [...value.entries].map(([key, item]) => [key, plainOf(item)]) };
  }
  if (!(value instanceof NumpyArray)) return value;
  const { shape, dtype } = value;
  if (dtype.fields === undefined) {
    return { dtype: dtypeName(dtype), shape, elements: elements(value).map(plainOf) };
  }
  const fields = [...dtype.fields.keys()].map((name) => [name, [...float64s(value, name)]]);
  return { dtype: `|V${dtype.itemBytes}`, shape, fields: Object.fromEntries(fields) };
}

type Json = null | boolean | string | { readonly [Kind in string]: never };
type Described = { shape: number[]; dtype: string; elements?: Json; fields?: Record<string, Json> };

function fromJson(json: Json): unknown {
  if (json === null || typeof json !== 'object') return json;
  const [[kind, content]] = Object.entries<unknown>(json);
  const items = () => (content as Json[]).map(fromJson);
  switch (kind) {
    case 'number':
      return numberOf(content as string);
    case 'list':
    case 'tuple':
      return { [kind]: items() };
    case 'dict':
      return { dict: (content as Json[][]).map((entry) => entry.map(fromJson)) };
    case 'array':
      return describedArray(content as Described);
    default:
      return json;
  }
}

function describedArray({ shape, dtype, elements, fields }: Described): unknown {
  const listed = (json: Json) => (fromJson(json) as { list: unknown[] }).list;
  // NumPy's name of objects is "|O", without their size.
  if (elements !== undefined) {
    return { dtype: dtype === '|O' ? '|O8' : dtype, shape, elements: listed(elements) };
  }
  const byName = Object.entries(fields ?? {}).map(([name, json]) => [name, listed(json)]);
  return { dtype, shape, fields: Object.fromEntries(byName) };
}

function numberOf(text: string): number | bigint {
  const special = new Map([
    ['nan', Number.NaN],
    ['inf', Number.POSITIVE_INFINITY],
    ['-inf', Number.NEGATIVE_INFINITY],
  ]).get(text);
  const number = special ?? Number(text);
  return Number.isInteger(number) && !Number.isSafeInteger(number) && !text.includes('e')
    ? BigInt(text)
    : number;
}
