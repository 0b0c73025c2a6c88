// What pickles name of NumPy: `numpy.core` before version 2, `numpy._core` since.
import { type AllowedGlobal, classes, names } from './allowed-global.js';
import { arrayFromBuffer, reconstructArray, scalar } from './numpy-array.js';
import { constructDtype } from './numpy-dtype.js';

export const NUMPY_GLOBALS: readonly AllowedGlobal[] = [
  { module: 'numpy', name: 'dtype', construct: constructDtype },
  ...names('numpy', 'ndarray', 'memmap'),
  ...['numpy.core', 'numpy._core'].flatMap((core) => [
    { module: `${core}.multiarray`, name: '_reconstruct', construct: reconstructArray },
    { module: `${core}.multiarray`, name: 'scalar', construct: scalar },
    { module: `${core}.numeric`, name: '_frombuffer', construct: arrayFromBuffer },
  ]),
  // The results of a search; opaque, like the random states.
  ...['numpy.ma.core', 'numpy.ma'].flatMap((module) => [
    ...classes(module, '_mareconstruct'),
    ...names(module, 'MaskedArray'),
  ]),
  ...classes(
    'numpy.random._pickle',
    '__bit_generator_ctor',
    '__generator_ctor',
    '__randomstate_ctor',
  ),
  // Before NumPy 1.17.
  ...classes('numpy.random', '__RandomState_ctor'),
  ...classes('numpy.random.bit_generator', '__pyx_unpickle_SeedSequence'),
  ...names('numpy.random.bit_generator', 'SeedSequence'),
  ...names('numpy.random._mt19937', 'MT19937'),
  ...names('numpy.random._pcg64', 'PCG64'),
];
