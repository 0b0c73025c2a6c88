// The allow-list: the classes and functions that a pickle may name, and what becomes of them. Names are
// compared, never resolved; what is not listed is refused by name.
import { shorten } from '../../errors.js';
import type { AllowedGlobal } from './allowed-global.js';
import { expectTuple, refusal, typeName } from './expect.js';
import { JOBLIB_GLOBALS } from './joblib-array.js';
import { NUMPY_GLOBALS } from './numpy-globals.js';
import { PYTHON_GLOBALS } from './python-globals.js';
import type { Reading } from './reading.js';
import { SCIKIT_LEARN_GLOBALS } from './scikit-learn-globals.js';
import { PickleGlobal, type PickleValue } from './values.js';

/** The global of that name, for a value to hold. */
export function lookUp(module: string, name: string, reading: Reading): PickleGlobal {
  const global = GLOBAL_BY_KEY.get(keyOf(module, name));
  if (global === undefined) {
    const shown = JSON.stringify(shorten(`${module}.${name}`));
    throw refusal(reading, `global ${shown} is not among what a model file may name`);
  }
  return global;
}

/** What Python would get by calling `callee` with the items of the tuple `args`, as an inert value. */
export function constructValue(
  callee: PickleValue,
  args: PickleValue,
  reading: Reading,
): PickleValue {
  const construct = callee instanceof PickleGlobal && ALLOWED_BY_GLOBAL.get(callee)?.construct;
  if (!construct) throw refusal(reading, `${typeName(callee)} may not be called`);
  const items = expectTuple(reading, `arguments of ${callee.name}`, args);
  return construct(items, reading, callee.name);
}

const ALLOWED_BY_GLOBAL = new Map<PickleGlobal, AllowedGlobal>();
const GLOBAL_BY_KEY = new Map<string, PickleGlobal>();
for (const allowed of [
  ...PYTHON_GLOBALS,
  ...NUMPY_GLOBALS,
  ...JOBLIB_GLOBALS,
  ...SCIKIT_LEARN_GLOBALS,
]) {
  const global = new PickleGlobal(`${allowed.module}.${allowed.name}`);
  ALLOWED_BY_GLOBAL.set(global, allowed);
  GLOBAL_BY_KEY.set(keyOf(allowed.module, allowed.name), global);
}

/** Not joined by a dot: "a.b" with "c" is another global than "a" with "b.c", which is in no list. */
function keyOf(module: string, name: string): string {
  return `${module}\n${name}`;
}
