// An entry of the allow-list.
import type { Reading } from './reading.js';
import { PickleObject, type PickleValue } from './values.js';

export interface AllowedGlobal {
  readonly module: string;
  readonly name: string;
  /** Undefined for what a value may only name. */
  readonly construct: Construct | undefined;
}

/** Makes an inert value of what Python would call the global `name` with. */
export type Construct = (
  args: readonly PickleValue[],
  reading: Reading,
  name: string,
) => PickleValue;

/** Classes whose instances become `PickleObject`s. */
export function classes(module: string, ...names: readonly string[]): AllowedGlobal[] {
  return names.map((name) => ({ module, name, construct: inertObject }));
}

/** Functions and types that a value may name. */
export function names(module: string, ...names: readonly string[]): AllowedGlobal[] {
  return names.map((name) => ({ module, name, construct: undefined }));
}

function inertObject(args: readonly PickleValue[], reading: Reading, name: string): PickleObject {
  return new PickleObject(name, args, reading.offsetBytes);
}
