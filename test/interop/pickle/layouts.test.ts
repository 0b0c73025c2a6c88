// What versions of Python's libraries write that cannot be had for a fixture, built from their layouts.
import { describe, expect, it } from 'vitest';
import { elements, float64s } from '../../../src/interop/pickle/numpy-elements.js';
import { readPickle } from '../../../src/interop/pickle/read-pickle.js';
import {
  NumpyArray,
  PickleDict,
  PickleGlobal,
  PickleObject,
} from '../../../src/interop/pickle/values.js';
import { thrownBy } from '../../support/thrown-by.js';
import {
  array,
  attributes,
  build,
  bytesOf,
  data,
  dict,
  dtype,
  float64Bytes,
  global,
  instance,
  int,
  long,
  NONE,
  type Part,
  pickle,
  reduce,
  text,
  tuple,
  YES,
} from '../../support/write-pickle.js';
import { pickleFixture } from './pickle-fixtures.js';

const NUMBERS = float64Bytes(1, -2, 3, 4, 5, 6);

function readArray(...parts: readonly Part[]): NumpyArray {
  const value = readPickle(pickle(...parts));
  expect(value).toBeInstanceOf(NumpyArray);
  return value as NumpyArray;
}

describe('a pickle of NumPy 2', () => {
  it('names its core "numpy._core"', () => {
    const core = 'numpy._core';
    const one = readArray(array(dtype('f8'), [int(2), int(3)], data(NUMBERS), { core }));
    expect([...float64s(one)]).toEqual([1, -2, 3, 4, 5, 6]);
    const scalar = reduce(
      global(`${core}.multiarray`, 'scalar'),
      dtype('f8'),
      data(float64Bytes(0.5)),
    );
    expect(readPickle(pickle(scalar))).toBe(0.5);
  });

  it('writes a buffer in Fortran order, with or without an order of axes', () => {
    const fromBuffer = global('numpy._core.numeric', '_frombuffer');
    const shape = tuple(int(2), int(3));
    for (const end of [[text('F')], [text('F'), NONE]]) {
      const value = readArray(reduce(fromBuffer, data(NUMBERS), dtype('f8'), shape, ...end));
      expect(value.shape).toEqual([2, 3]);
      expect([...float64s(value)]).toEqual([1, 3, 5, -2, 4, 6]);
    }
  });

  it('names the type of a random state, which is kept without its inner state', () => {
    const generator = build(
      reduce(
        global('numpy.random._pickle', '__bit_generator_ctor'),
        global('numpy.random._mt19937', 'MT19937'),
      ),
      tuple(dict(text('bit_generator'), text('MT19937')), NONE),
    );
    const state = build(
      reduce(global('numpy.random._pickle', '__randomstate_ctor'), generator),
      dict(),
    );
    expect(readPickle(pickle(state))).toMatchObject({
      className: 'numpy.random._pickle.__randomstate_ctor',
      args: [{ args: [{ name: 'numpy.random._mt19937.MT19937' }], state: undefined }],
    });
  });
});

describe('a random state of NumPy before 1.17', () => {
  it('is kept without its inner state', () => {
    const state = build(
      reduce(global('numpy.random', '__RandomState_ctor')),
      tuple(text('MT19937'), NONE, int(624)),
    );
    expect(readPickle(pickle(state))).toMatchObject({ args: [], state: undefined });
  });
});

describe('the nodes of a tree', () => {
  const NAMES = [
    ['left_child', 'i8', 0],
    ['right_child', 'i8', 8],
    ['feature', 'i8', 16],
    ['threshold', 'f8', 24],
    ['impurity', 'f8', 32],
    ['n_node_samples', 'i8', 40],
    ['weighted_n_node_samples', 'f8', 48],
  ] as const;

  it.each([
    ['56 bytes, before scikit-learn 1.3', 56, NAMES],
    ['64 bytes, since', 64, [...NAMES, ['missing_go_to_left', 'u1', 56] as const]],
  ])('are read by their fields: of %s', (_, nodeBytes, names) => {
    const fields = [
      tuple(...names.map(([name]) => text(name))),
      dict(...names.map(([name, code, at]) => [text(name), tuple(dtype(code), int(at))])),
    ];
    const nodes = Buffer.alloc(3 * nodeBytes);
    for (let node = 0; node < 3; node++) {
      nodes.writeBigInt64LE(BigInt(node === 0 ? 1 : -1), node * nodeBytes);
      nodes.writeDoubleLE(node + 0.25, node * nodeBytes + 24);
      if (nodeBytes === 64) nodes[node * nodeBytes + 56] = node % 2;
    }
    const value = readArray(array(dtype(`V${nodeBytes}`, '|', fields), [int(3)], data(nodes)));
    expect([...float64s(value, 'left_child')]).toEqual([1, -1, -1]);
    expect([...float64s(value, 'threshold')]).toEqual([0.25, 1.25, 2.25]);
    if (nodeBytes === 64) expect([...float64s(value, 'missing_go_to_left')]).toEqual([0, 1, 0]);
    expect(thrownBy(() => float64s(value, 'nothing')).message).toContain('has no field "nothing"');
    expect(thrownBy(() => float64s(value)).message).toContain('expected an array of numbers');
    expect(thrownBy(() => elements(value)).message).toContain('expected numbers or texts');
  });
});

describe('an array of joblib', () => {
  const wrapper = (more: Readonly<Record<string, Part>>) =>
    instance(
      'joblib.numpy_pickle',
      'NumpyArrayWrapper',
      attributes({
        subclass: global('numpy', 'ndarray'),
        shape: tuple(int(2), int(3)),
        order: text('C'),
        dtype: dtype('f8'),
        allow_mmap: YES,
        ...more,
      }),
    );
  const padding = (length: number) => [length, Buffer.alloc(length, 0xff)];

  it.each([
    ['before 1.2.0, without padding', {}, []],
    ['with padding of 1 byte', { numpy_array_alignment_bytes: int(16) }, padding(1)],
    ['with padding of 16 bytes', { numpy_array_alignment_bytes: int(16) }, padding(16)],
    ['with no padding', { numpy_array_alignment_bytes: int(16) }, padding(0)],
    ['with another alignment', { numpy_array_alignment_bytes: int(64) }, padding(63)],
    ['into a stream that has no position', { numpy_array_alignment_bytes: NONE }, []],
    ['from a memory map', { subclass: global('numpy', 'memmap') }, []],
  ] as [string, Record<string, Part>, Part][])('written %s', (_, more, padding) => {
    const value = readArray(wrapper(more), padding, NUMBERS);
    expect(value.shape).toEqual([2, 3]);
    expect([...float64s(value)]).toEqual([1, -2, 3, 4, 5, 6]);
  });

  it('written in Fortran order', () => {
    const value = readArray(wrapper({ order: text('F') }), NUMBERS);
    expect([...float64s(value)]).toEqual([1, 3, 5, -2, 4, 6]);
  });

  it('of objects is a pickle of its own, which holds no such array again', () => {
    const objects = (content: Part) => pickle(wrapper({ dtype: dtype('O8', '|') }), content);
    const inner = pickle(array(dtype('O8', '|'), [int(1)], [']', text('x'), 'a']));
    expect(elements(readPickle(objects(inner)) as NumpyArray)).toEqual(['x']);
    expect(thrownBy(() => readPickle(objects(objects(inner)))).message).toContain(
      'an array of joblib inside of another one',
    );
    expect(thrownBy(() => readPickle(objects(pickle(NONE)))).message).toContain(
      'objects: expected an ndarray, got None',
    );
    expect(
      thrownBy(() => readPickle(bytesOf([0x80, 4, wrapper({}), NUMBERS.subarray(8)]))).message,
    ).toContain('needs 48 bytes, 40 are left');
  });
});

describe('what a parameter search keeps', () => {
  it.each(['grid-search', 'grid-search-of-forests', 'randomized-search'])(
    'is read besides the best estimator: %s',
    (name) => {
      const search = readPickle(pickleFixture(`${name}.pkl`)) as PickleObject;
      expect(search.className).toMatch(/^sklearn\.model_selection\._search\.\w+SearchCV$/);
      expect(search.state?.get('best_estimator_')).toBeInstanceOf(PickleObject);
      expect(search.state?.get('cv_results_')).toBeInstanceOf(PickleDict);
    },
  );

  it('names a metric without its code', () => {
    const search = readPickle(pickleFixture('grid-search.pkl')) as PickleObject;
    const scorer = search.state?.get('scoring') as PickleObject;
    expect(scorer.className).toBe('sklearn.metrics._scorer._PredictScorer');
    expect(scorer.state?.get('_score_func')).toEqual(
      new PickleGlobal('sklearn.metrics._classification.f1_score'),
    );
  });
});

describe('numbers of an array', () => {
  it('that a float64 cannot hold are refused, not rounded', () => {
    const value = readArray(array(dtype('i8'), [int(1)], data(Buffer.alloc(8, 0x7f))));
    expect(thrownBy(() => float64s(value)).message).toContain(
      'element 0 of an array is 9187201950435737471, beyond what a float64 holds',
    );
    expect(elements(value)).toEqual([9187201950435737471n]);
    expect(readPickle(pickle(long(2n ** 53n)))).toBe(2n ** 53n);
  });

  it('of a text or an object array are refused', () => {
    const texts = readArray(array(dtype('U1'), [int(1)], data(Buffer.from('a\0\0\0'))));
    expect(thrownBy(() => float64s(texts)).message).toContain('got one of dtype <U1');
    const beyond = readArray(array(dtype('U1'), [int(1)], data(Buffer.alloc(4, 0xff))));
    expect(thrownBy(() => elements(beyond)).message).toContain('no code point 4294967295');
  });

  it('are made by older protocols in another way', () => {
    const old = [
      global('copy_reg', '_reconstructor'),
      global('sklearn.svm._classes', 'OneClassSVM'),
    ];
    const made = build(
      [old, global('__builtin__', 'object'), NONE, 0x87, 'R'],
      attributes({ nu: int(1) }),
    );
    expect(readPickle(pickle(made))).toMatchObject({
      className: 'sklearn.svm._classes.OneClassSVM',
      state: new Map([['nu', 1]]),
    });
  });
});
