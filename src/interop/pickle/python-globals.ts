// What pickles name of Python itself: helpers of older protocols. `copy_reg` and `__builtin__` are the
// names of Python 2, which protocol 2 keeps.
import { type AllowedGlobal, names } from './allowed-global.js';
import { expectText, refusal } from './expect.js';
import type { Reading } from './reading.js';
import { PickleGlobal, PickleObject, type PickleValue } from './values.js';

export const PYTHON_GLOBALS: readonly AllowedGlobal[] = [
  { module: '_codecs', name: 'encode', construct: encode },
  ...['builtins', '__builtin__'].flatMap((module) => [
    { module, name: 'bytes', construct: noBytes },
    ...names(module, 'object'),
  ]),
  ...['copyreg', 'copy_reg'].map((module) => ({
    module,
    name: '_reconstructor',
    construct: reconstructor,
  })),
];

/** Bytes of protocol 2: a text whose code points are the bytes. */
function encode(args: readonly PickleValue[], reading: Reading, name: string): Uint8Array {
  const text = expectText(reading, name, args[0]);
  if (args.length !== 2 || args[1] !== 'latin1') {
    throw refusal(reading, `${name} of something else than a text and "latin1"`);
  }
  reading.budget.copy(text.length, reading.offsetBytes);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const byte = text.charCodeAt(i);
    if (byte > 0xff) throw refusal(reading, `${name} of a text that is not Latin-1`);
    bytes[i] = byte;
  }
  return bytes;
}

/** Bytes of protocol 2 when there are none. */
function noBytes(args: readonly PickleValue[], reading: Reading, name: string): Uint8Array {
  if (args.length > 0) throw refusal(reading, `${name} with arguments`);
  return new Uint8Array(0);
}

/** (class, object, None): an instance of the class without attributes. */
function reconstructor(args: readonly PickleValue[], reading: Reading, name: string): PickleObject {
  const [instanceOf, base, state] = args;
  if (
    args.length !== 3 ||
    !(instanceOf instanceof PickleGlobal) ||
    !(base instanceof PickleGlobal && base.name.endsWith('.object')) ||
    state !== null
  ) {
    throw refusal(reading, `${name} of something else than a class, object and None`);
  }
  return new PickleObject(instanceOf.name, [], reading.offsetBytes);
}
