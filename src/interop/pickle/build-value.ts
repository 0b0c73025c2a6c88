// BUILD: what the state in a pickle makes of a value that was constructed before.
import { expectText, refusal, typeName } from './expect.js';
import { isArrayWrapper, readRawArray } from './joblib-array.js';
import { CONTAINER_BYTES, SLOT_BYTES } from './limits.js';
import { setArrayState } from './numpy-array.js';
import { setDtypeState } from './numpy-dtype.js';
import type { Reading } from './reading.js';
import {
  NumpyArray,
  NumpyDtype,
  PickleDict,
  PickleObject,
  type PickleValue,
  type Writable,
} from './values.js';

/** The value to go on with: `target` with its state, or the array that it describes. */
export function buildValue(target: PickleValue, state: PickleValue, reading: Reading): PickleValue {
  if (target instanceof NumpyDtype) {
    setDtypeState(target, state, reading);
  } else if (target instanceof NumpyArray) {
    setArrayState(target, state, reading);
  } else if (target instanceof PickleObject) {
    (target as Writable<PickleObject>).state = attributesOf(target, state, reading);
    if (isArrayWrapper(target)) return readRawArray(target, reading);
  } else {
    throw refusal(reading, `${typeName(target)} has no state`);
  }
  return target;
}

/** By name; a state that is no dict is of no use to anyone but its class, and is not kept. */
function attributesOf(
  target: PickleObject,
  state: PickleValue,
  reading: Reading,
): PickleObject['state'] {
  if (!(state instanceof PickleDict)) return undefined;
  reading.budget.allocate(
    2 * CONTAINER_BYTES + state.entries.size * SLOT_BYTES,
    reading.offsetBytes,
  );
  const attributes = new Map<string, PickleValue>();
  for (const [name, value] of state.entries) {
    attributes.set(expectText(reading, `attribute of ${typeName(target)}`, name), value);
  }
  return attributes;
}
