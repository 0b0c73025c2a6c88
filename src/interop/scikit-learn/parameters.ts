// What an estimator was asked for, for the provenance: scikit-learn keeps the arguments of a constructor as
// attributes without an underscore at either end.
import { shorten } from '../../errors.js';
import type { ImportProvenance } from '../../model/provenance.js';
import { PickleDict, type PickleObject, type PickleValue } from '../pickle/values.js';

/** Of a dict; two are usual, the classes. */
const MOST_ENTRIES = 10;
/** What parameters are that have another name by now. */
const DEPRECATED = 'deprecated';

type Parameters = ImportProvenance['parameters'];

/** Far more than any estimator has. */
const MOST_PARAMETERS = 100;

/** Those that are numbers, texts, flags, None, or dicts of these. */
export function parametersOf({ state }: PickleObject): Parameters {
  const parameters: [string, Parameters[string]][] = [];
  for (const [name, value] of state ?? []) {
    if (!/^[a-z](\w{0,60}[^\W_])?$/i.test(name)) continue;
    const parameter = parameterOf(value);
    if (parameter !== undefined) parameters.push([name, parameter]);
    if (parameters.length === MOST_PARAMETERS) break;
  }
  return Object.fromEntries(parameters);
}

function parameterOf(value: PickleValue): Parameters[string] | undefined {
  if (value === DEPRECATED) return undefined;
  if (value === null || typeof value === 'boolean' || Number.isFinite(value)) {
    return value as null | boolean | number;
  }
  if (value instanceof PickleDict) {
    const entries = [...value.entries].slice(0, MOST_ENTRIES);
    return shorten(`{${entries.map(([key, item]) => `${key}: ${scalarText(item)}`).join(', ')}}`);
  }
  // NaN, infinities and integers beyond 2^53 as text: JSON has none of them.
  return ['string', 'number', 'bigint'].includes(typeof value) ? shorten(String(value)) : undefined;
}

function scalarText(value: PickleValue): string {
  return typeof value === 'object' ? '…' : String(value);
}
