// The form of a detector: from urlencoded fields to a row, or to what is wrong with each field.
import { showValue } from '../errors.js';
import type { Feature, Schema } from '../model/schema.js';

/** Field that names the detector; the others are named as the features are. */
export const MODEL_FIELD = 'model';

/** Values by field, as typed; a field that was sent twice has two. */
export type FormFields = ReadonlyMap<string, readonly string[]>;

export interface Problem {
  /** Field that it stands beside; undefined where it concerns the whole form. */
  readonly field?: string | undefined;
  readonly message: string;
}

export type FormReading =
  /** `row`: [nFeatures] in the schema's order, finite */
  { readonly row: readonly number[] } | { readonly problems: readonly Problem[] };

const LONGEST_VALUE = 100;

/** Fields of a query string or of an application/x-www-form-urlencoded body. */
export function parseFields(urlencoded: string): FormFields {
  const fields = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(urlencoded)) {
    const values = fields.get(name);
    if (values === undefined) fields.set(name, [value]);
    else values.push(value);
  }
  return fields;
}

/** The fields as if someone had typed the schema's examples. */
export function exampleFields(schema: Schema): FormFields {
  return new Map(schema.features.map(({ name, example }) => [name, [String(example)]]));
}

/** Reads a row of `schema`, or everything that is wrong, in the order in which the form shows it. */
export function readForm(schema: Schema, fields: FormFields): FormReading {
  const row: number[] = [];
  const problems: Problem[] = [];
  for (const feature of schema.features) {
    const reading = readValue(feature, fields.get(feature.name) ?? []);
    if (typeof reading === 'number') row.push(reading);
    else problems.push({ field: feature.name, message: reading });
  }
  const names = new Set(schema.features.map(({ name }) => name)).add(MODEL_FIELD);
  const unknown = [...fields.keys()].filter((name) => !names.has(name));
  if (unknown.length > 0) {
    const more = unknown.length > 1 ? ` and ${unknown.length - 1} more` : '';
    const verb = unknown.length > 1 ? 'are not fields' : 'is not a field';
    problems.push({ message: `${showValue(unknown[0])}${more} ${verb} of this detector` });
  }
  return problems.length === 0 ? { row } : { problems };
}

/** Decimal and scientific notation; `Number` alone would also take "", "0x10" and "Infinity". */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** The number that was typed, or what is wrong with it. */
function readValue({ kind, example }: Feature, values: readonly string[]): number | string {
  if (values.length > 1) return `given ${values.length} times, expected once`;
  const text = (values[0] ?? '').trim();
  if (text.length > LONGEST_VALUE) {
    return `expected at most ${LONGEST_VALUE} characters, got ${text.length}`;
  }
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
  if (kind === 'flag' ? value === 0 || value === 1 : Number.isFinite(value)) return value;
  const number = Number.isNaN(value) ? 'a number' : 'a finite number';
  const wanted = kind === 'flag' ? '0 or 1' : `${number} such as ${example}`;
  return text === '' ? `missing, expected ${wanted}` : `expected ${wanted}, got ${showValue(text)}`;
}
