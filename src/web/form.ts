// The form of a detector: from urlencoded fields to a row, or to what is wrong with each field.
import { showValue } from '../errors.js';
import type { Feature, Schema } from '../model/schema.js';

/** Field that names the detector; the others are named by `fieldNames`. */
export const MODEL_FIELD = 'model';
/** In the query, with any value: the form is not scored but exchanged for that of the detector that it names. */
export const SWITCH_FIELD = 'switch';

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

/** Names that mean something else in a form, and those that browsers may send otherwise than they stand there. */
const ODD_NAME = /^(model|example|feature-\d+)$|\p{C}/u;

/** The name of each feature's field: the feature's own, if it does. */
export function fieldNames({ features }: Schema): readonly string[] {
  return features.map(({ name }, index) => (ODD_NAME.test(name) ? `feature-${index}` : name));
}

/** The fields as if someone had typed the schema's examples. */
export function exampleFields(schema: Schema): FormFields {
  const names = fieldNames(schema);
  return new Map(schema.features.map(({ example }, index) => [names[index], [String(example)]]));
}

/** Reads a row of `schema`, or everything that is wrong, in the order in which the form shows it. */
export function readForm(schema: Schema, fields: FormFields): FormReading {
  const row: number[] = [];
  const problems: Problem[] = [];
  const names = fieldNames(schema);
  schema.features.forEach((feature, index) => {
    const reading = readValue(feature, fields.get(names[index]) ?? []);
    if (typeof reading === 'number') row.push(reading);
    else problems.push({ field: names[index], message: reading });
  });
  const known = new Set(names).add(MODEL_FIELD);
  const unknown = [...fields.keys()].filter((name) => !known.has(name));
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
