import { describe, expect, it } from 'vitest';
import { PICKLE_LIMITS, type PickleLimits } from '../../../src/interop/pickle/limits.js';
import { readPickle } from '../../../src/interop/pickle/read-pickle.js';
import { thrownBy } from '../../support/thrown-by.js';
import {
  array,
  build,
  bytesOf,
  data,
  dict,
  dtype,
  EMPTY_TUPLE,
  float64Bytes,
  global,
  instance,
  int,
  list,
  long,
  NONE,
  type Part,
  pickle,
  reduce,
  stackGlobal,
  text,
  tuple,
  YES,
} from '../../support/write-pickle.js';

function refusal(bytes: Uint8Array, limits?: Partial<PickleLimits>): string {
  const error = thrownBy(() => readPickle(bytes, { ...PICKLE_LIMITS, ...limits }));
  expect(error.tag).toBe('bad-model-file');
  return error.message;
}

const F1 = global('sklearn.metrics._classification', 'f1_score');
const NDARRAY = global('numpy', 'ndarray');
const SCALER = ['sklearn.preprocessing._data', 'StandardScaler'] as const;

describe('a pickle that names what no model needs is refused by that name and its place', () => {
  it.each([
    ['os', 'system'],
    ['posix', 'system'],
    ['nt', 'system'],
    ['subprocess', 'Popen'],
    ['builtins', 'eval'],
    ['builtins', 'exec'],
    ['builtins', 'getattr'],
    ['builtins', '__import__'],
    ['__builtin__', 'eval'],
    ['operator', 'attrgetter'],
    ['functools', 'partial'],
    ['importlib', 'import_module'],
    ['pickle', 'loads'],
    ['joblib', 'load'],
    ['joblib.numpy_pickle_compat', 'NDArrayWrapper'],
    ['joblib.numpy_pickle', 'NDArrayWrapper'],
    ['numpy', 'load'],
    ['numpy.testing._private.utils', 'runstring'],
    ['sklearn.linear_model._logistic', 'LogisticRegression'],
    ['__main__', 'Model'],
    ['sklearn.svm._classes', '__proto__'],
    ['', ''],
  ])('%s.%s', (module, name) => {
    const call = (callee: Part) => pickle(NONE, reduce(callee, text('echo hello')));
    expect(refusal(call(global(module, name)))).toBe(
      `pickle: global "${module}.${name}" is not among what a model file may name, at byte 3`,
    );
    const named = refusal(call(stackGlobal(module, name)));
    expect(named).toContain(`global "${module}.${name}" is not among`);
    expect(named).toMatch(/at byte \d+$/);
  });

  it.each([
    ['sklearn.svm', '_classes.OneClassSVM'],
    ['sklearn', 'svm._classes.OneClassSVM'],
    ['sklearn.svm._classes.OneClassSVM', ''],
    ['', 'sklearn.svm._classes.OneClassSVM'],
    ['numpy', 'dtype.__class__'],
    ['sklearn.svm._classes\nOneClassSVM', ''],
  ])('dotted or split in another way: %j, %j', (module, name) => {
    expect(refusal(pickle(stackGlobal(module, name)))).toContain('is not among');
  });

  it('with a name that is no text, or far too long', () => {
    expect(refusal(pickle(int(1), text('system'), 0x93))).toContain(
      'module: expected a text, got 1',
    );
    expect(refusal(pickle(text('os'), NONE, 0x93))).toContain('name: expected a text, got None');
    const long = 'x'.repeat(300);
    expect(refusal(pickle(global(long, 'y')))).toBe(
      'pickle: no end of the line that starts at byte 3',
    );
    expect(refusal(pickle(stackGlobal(long, 'y'))).length).toBeLessThan(150);
  });
});

describe('a pickle that calls what may not be called is refused', () => {
  it.each([
    ['a metric', F1, 'sklearn.metrics._classification.f1_score may not be called'],
    ['a type', NDARRAY, 'numpy.ndarray may not be called'],
    ['a text', text('eval'), 'a string may not be called'],
    ['a number', int(1), 'a number may not be called'],
    ['None', NONE, 'None may not be called'],
    ['an object', instance(...SCALER, dict()), `${SCALER.join('.')} may not be called`],
    ['what a call returned', reduce(global(...SCALER)), `${SCALER.join('.')} may not be called`],
  ])('%s', (_, callee, message) => {
    expect(refusal(pickle(reduce(callee, text('x'))))).toContain(message);
    expect(refusal(pickle(callee, EMPTY_TUPLE, 0x81))).toContain(message);
  });

  it('with arguments that are no tuple', () => {
    expect(refusal(pickle(global(...SCALER), list(), 'R'))).toContain(
      `arguments of ${SCALER.join('.')}: expected a tuple, got a list`,
    );
  });

  it('with another number or other types of arguments than NumPy writes', () => {
    const encode = global('_codecs', 'encode');
    const reconstruct = global('numpy.core.multiarray', '_reconstruct');
    const scalar = global('numpy.core.multiarray', 'scalar');
    const fromBuffer = global('numpy.core.numeric', '_frombuffer');
    const reconstructor = global('copyreg', '_reconstructor');
    const tree = global('sklearn.tree._tree', 'Tree');
    for (const [call, message] of [
      [reduce(encode, text('x'), text('rot13')), 'something else than a text and "latin1"'],
      [reduce(encode, text('x')), 'something else than a text and "latin1"'],
      [reduce(encode, NONE, text('latin1')), '_codecs.encode: expected a text, got None'],
      [reduce(encode, text('Ā'), text('latin1')), 'not Latin-1'],
      [reduce(global('builtins', 'bytes'), int(1_000_000)), 'builtins.bytes with arguments'],
      [reduce(global('numpy', 'dtype'), text('M8')), 'expected a known element type, got "M8"'],
      [reduce(global('numpy', 'dtype'), text('V0')), 'got "V0"'],
      [reduce(global('numpy', 'dtype'), text('U9999999999')), 'got "U9999999999"'],
      [reduce(global('numpy', 'dtype')), 'numpy.dtype: expected a text'],
      [reduce(reconstruct, F1, tuple(int(0)), data(Buffer.from('b'))), 'the type ndarray'],
      [reduce(reconstruct, NDARRAY), 'the type ndarray'],
      [reduce(scalar, dtype('f8'), data(new Uint8Array(7))), 'of 7 bytes and dtype <f8'],
      [reduce(scalar, dtype('O8', '|'), data(new Uint8Array(8))), 'dtype |O8'],
      [reduce(scalar, NONE, NONE), 'expected a dtype, got None'],
      [reduce(fromBuffer, data(new Uint8Array(8)), dtype('f8'), tuple(int(1))), '3 arguments'],
      [
        reduce(fromBuffer, data(new Uint8Array(8)), dtype('f8'), tuple(int(1)), text('K')),
        'order of an array: expected "C" or "F", got "K"',
      ],
      [reduce(reconstructor, F1, F1, NONE), 'something else than a class, object and None'],
      [reduce(tree, int(3), NONE, int(1)), 'classes: expected an ndarray, got None'],
      [reduce(tree, int(-3), NONE, int(1)), 'features: expected a whole number from 0, got -3'],
      [reduce(tree), 'of 0 arguments, not of 3'],
    ] as const) {
      expect(refusal(pickle(call))).toContain(message);
    }
  });

  it('with a state for what has none, or one that does not fit', () => {
    const fields = (offset: number, inner: Part = dtype('f8')) =>
      dtype('V16', '|', [tuple(text('x')), dict(text('x'), tuple(inner, int(offset)))]);
    for (const [value, message] of [
      [build(F1, dict()), 'sklearn.metrics._classification.f1_score has no state'],
      [build(list(), dict()), 'a list has no state'],
      [instance(...SCALER, dict(int(1), int(2))), 'expected a text, got 1'],
      [dtype('f8', '='), 'byte order of a dtype: expected "<", ">" or "|", got "="'],
      [build(dtype('f8'), int(3)), 'state of a dtype: expected a tuple'],
      [fields(9), 'field "x" lies outside of its record'],
      [fields(-1), 'offset of field "x": expected a whole number from 0, got -1'],
      [fields(0, dtype('U4')), 'field "x" holds no numbers'],
      [fields(0, NONE), 'field "x": expected a dtype, got None'],
      [dtype('V16', '|', [tuple(text('y')), dict()]), 'field "y": expected a tuple'],
      [dtype('f8', '<', [tuple(text('y')), dict()]), 'a structured dtype without fields'],
    ] as const) {
      expect(refusal(pickle(value))).toContain(message);
    }
  });
});

describe('a pickle with an opcode that models do not need is refused by its name and place', () => {
  it.each([
    ['INST', '(ios\nsystem\n'],
    ['OBJ', '(No'],
    ['PERSID', 'Px\n'],
    ['BINPERSID', 'NQ'],
    ['EXT1', [0x82, 1]],
    ['EXT2', [0x83, 1, 0]],
    ['EXT4', [0x84, 1, 0, 0, 0]],
    ['NEXT_BUFFER', 0x97],
    ['READONLY_BUFFER', ['N', 0x98]],
    ['NEWOBJ_EX', ['NNN', 0x92]],
    ['DUP', 'N2'],
    ['POP', 'N0'],
    ['GET', 'g0\n'],
    ['STRING', "S'x'\n"],
  ] as [string, Part][])('%s', (name, part) => {
    expect(refusal(pickle(NONE, part))).toMatch(
      new RegExp(`opcode ${name} \\(0x[0-9a-f]{2}\\) is not allowed, at byte \\d+$`),
    );
  });

  it('unknown to Python, every one', () => {
    for (const code of [0x00, 0x01, 0x20, 0x7f, 0x99, 0xab, 0xff]) {
      const hex = code.toString(16).padStart(2, '0');
      expect(refusal(pickle(code))).toContain(`opcode 0x${hex} is not allowed, at byte 2`);
    }
  });

  it('of a protocol that is not known, or no pickle at all', () => {
    expect(refusal(bytesOf([0x80, 1, 'N.']))).toContain('protocol 1 is not known');
    expect(refusal(bytesOf([0x80, 6, 'N.']))).toContain('protocol 6 is not known');
    for (const bytes of ['', '\x80', 'N.', 'import os', '{"a": 1}', '\x93NUMPY']) {
      expect(refusal(bytesOf(bytes))).toBe(
        'not a Python pickle of protocol 2 to 5: no PROTO at byte 0',
      );
    }
  });
});

describe('a pickle that is no program is refused', () => {
  it.each([
    ['values left over', 'NN', 'STOP with 2 values'],
    ['no value', '', 'STOP with 0 values'],
    ['a mark left over', 'N(', 'STOP with 1 values'],
    ['a tuple without a mark', 'Nt', 'no mark on the stack'],
    ['a tuple of too few', 0x86, 'the stack holds too few values'],
    ['a tuple across a mark', ['N(', 0x85], 'the stack holds too few values'],
    ['an item for no list', 'NNa', 'None cannot be appended to'],
    ['an item for a tuple', ')Na', 'a tuple cannot be appended to'],
    ['an item by key for a list', ']NNs', 'a list cannot hold items by key'],
    ['a key without a value', '}(Nu', 'a key without a value'],
    ['a list as a key', ['}', list(), 'Ns'], 'a list as a key of a dict is not supported'],
    ['a memo entry that is not there', ['h', 7], 'the memo has no entry 7'],
    ['nothing to put into the memo', ['q', 0], 'the stack is empty'],
    ['a memo entry out of turn', ['Nq', 1], "the memo's entry 1 is out of turn"],
    ['a text that is not UTF-8', ['X', 1, 0, 0, 0, 0xff], 'a text is not UTF-8'],
    ['a mark below the stack', 'N(NNt', 'STOP with 2 values'],
  ] as [string, Part, string][])('%s', (_, parts, message) => {
    expect(refusal(pickle(parts))).toContain(message);
  });

  it('with something behind its end', () => {
    expect(refusal(bytesOf([pickle(NONE), pickle(NONE)]))).toBe(
      'pickle: 4 bytes after its end at byte 4; a file may hold one object only',
    );
  });
});

describe('a pickle that declares more than there is, is refused before anything is allocated', () => {
  const HUGE = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0x40);
  it.each([
    ['bytes of 4 GiB', ['B', 0xff, 0xff, 0xff, 0xff]],
    ['bytes of 2^62', [0x8e, HUGE]],
    ['a byte array of 2^62', [0x96, HUGE]],
    ['a text of 4 GiB', ['X', 0xff, 0xff, 0xff, 0xff]],
    ['a text of 2^62', [0x8d, HUGE]],
    ['a frame of 2^62', [0x95, HUGE]],
    ['an integer of 4 GiB', [0x8b, 0xff, 0xff, 0xff, 0xff]],
  ] as [string, Part][])('%s', (_, part) => {
    expect(refusal(pickle(part))).toMatch(/cut off|an integer of|beyond the limit "copiedBytes"/);
  });

  const eightBytes = data(float64Bytes(1));
  it.each([
    [
      '2^31 × 2^31 numbers',
      [long(2n ** 31n), long(2n ** 31n)],
      'needs 36893488147419103000 bytes, got 8',
    ],
    ['2^53 numbers', [long(2n ** 53n)], 'a whole number from 0'],
    ['a negative number of them', [int(-1)], 'expected a whole number from 0, got -1'],
    ['half a number', [['G', 0x3f, 0xe0, 0, 0, 0, 0, 0, 0]], 'a whole number from 0, got 0.5'],
    ['65 axes', Array.from({ length: 65 }, () => int(1)), 'an array of 65 dimensions'],
    [
      'none of nearly infinitely many',
      [...Array(40).fill(long(2n ** 52n)), int(0)],
      'needs NaN bytes',
    ],
    ['two numbers', [int(2)], 'needs 16 bytes, got 8'],
    ['no number', [int(0)], 'needs 0 bytes, got 8'],
  ] as [string, Part[], string][])('an array of %s', (_, shape, message) => {
    expect(refusal(pickle(array(dtype('f8'), shape, eightBytes)))).toContain(message);
  });

  it('an array of joblib', () => {
    const wrapper = (shape: Part) =>
      instance(
        'joblib.numpy_pickle',
        'NumpyArrayWrapper',
        dict(
          text('subclass'),
          NDARRAY,
          text('shape'),
          tuple(shape),
          text('order'),
          text('C'),
          text('dtype'),
          dtype('f8'),
          text('allow_mmap'),
          YES,
        ),
      );
    expect(refusal(pickle(wrapper(long(2n ** 40n))))).toContain(
      'cut off: an array of shape (1099511627776) and dtype <f8 needs 8796093022208 bytes, 1 are left',
    );
  });

  it('objects of an array', () => {
    expect(refusal(pickle(array(dtype('O8', '|'), [int(1000)], list(NONE))))).toContain(
      'an array of shape (1000) and dtype |O8 needs 1000 objects, got 1',
    );
  });
});

describe('a pickle that grows without end is refused at a limit that the error names', () => {
  /** A list of ten times the list before, `levels` times: 10^levels values in few bytes. */
  const bomb = (levels: number): Part =>
    Array.from({ length: levels }).reduce<Part>(
      (inner, _, level) => list(inner, ['q', level], Array(9).fill(['h', level])),
      NONE,
    );

  it('by referring ten times to what refers ten times to …', () => {
    expect(refusal(pickle(bomb(5)), { walkedValues: 100_000 })).toContain('"walkedValues"');
    expect(refusal(pickle(bomb(60)))).toContain('"walkedValues"');
    expect(() => readPickle(pickle(bomb(5)))).not.toThrow();
  });

  it('by sharing one large array many times', () => {
    const shared = array(dtype('f8'), [int(100_000)], data(new Uint8Array(800_000)));
    const many = list(shared, ['q', 0], ...Array.from({ length: 100 }, () => ['h', 0]));
    expect(refusal(pickle(many))).toContain('"walkedValues"');
  });

  it('by sharing the bytes of many large arrays', () => {
    const first = [data(new Uint8Array(8_000_000)), ['q', 0]];
    const others = Array.from({ length: 100 }, () =>
      array(dtype('f8'), [int(1_000_000)], ['h', 0]),
    );
    expect(refusal(pickle(list(first, ...others)))).toContain('"walkedValues"');
  });

  it('by holding itself', () => {
    expect(refusal(pickle([']', 'q', 0, 'h', 0, 'a']))).toBe('pickle: a value that holds itself');
    expect(refusal(pickle(['}', 'q', 0, NONE, 'h', 0, 's']))).toContain('holds itself');
    const scaler = [global(...SCALER), EMPTY_TUPLE, 0x81, 'q', 0];
    expect(refusal(pickle(build(scaler, dict(text('self'), ['h', 0]))))).toContain('holds itself');
  });

  it.each([
    ['lists', ']', 'a'],
    ['dicts', '}N', 's'],
    ['tuples', ')', 0x85],
  ] as [string, Part, Part][])(
    'by %s in each other, as deep as the file allows',
    (_, open, close) => {
      const nested = (depth: number) => [
        Array(depth).fill(open),
        close === 0x85 ? [] : NONE,
        Array(depth).fill(close),
      ];
      const inTuple = (depth: number) => [EMPTY_TUPLE, Array(depth).fill(0x85)];
      const of = close === 0x85 ? inTuple : nested;
      expect(refusal(pickle(of(101)))).toContain('beyond the limit "depth" of 100');
      expect(refusal(pickle(of(50_000)))).toContain('beyond the limit "depth" of 100');
      expect(() => readPickle(pickle(of(99)))).not.toThrow();
    },
  );

  it.each([
    ['stackItems', [], 'N'],
    ['stackItems', [], '('],
    ['stackItems', [], ']'],
    ['heapBytes', ']', '}a'],
    ['heapBytes', ']', [EMPTY_TUPLE, 0x85, 'a']],
  ] as [keyof PickleLimits, Part, Part][])(
    '%s, by a file of %j and many %j',
    (limit, start, part) => {
      const message = refusal(pickle(start, repeated(part, 1_000_000)));
      expect(message).toMatch(
        new RegExp(`^pickle: beyond the limit "${limit}" of \\d+ at byte \\d+$`),
      );
    },
  );

  it('operations, however small', () => {
    expect(refusal(pickle(repeated([0x80, 4], 8_000_000)))).toBe(
      'pickle: beyond the limit "operations" of 8000000 at byte 16000002',
    );
  });

  it('memoEntries', () => {
    const entries = Array.from({ length: 20 }, (_, index) => ['q', index]);
    expect(refusal(pickle(NONE, entries), { memoEntries: 19 })).toBe(
      'pickle: beyond the limit "memoEntries" of 19 at byte 41',
    );
    expect(() =>
      readPickle(pickle(NONE, entries), { ...PICKLE_LIMITS, memoEntries: 20 }),
    ).not.toThrow();
  });

  it('copiedBytes, by writing the same text as bytes again and again', () => {
    const encoded = [global('_codecs', 'encode'), 'q', 0, text('x'.repeat(1_000_000)), 'q', 1];
    const again = Array.from({ length: 200 }, () => ['h', 0, 'h', 1, text('latin1'), 0x86, 'R']);
    expect(refusal(pickle(encoded, again))).toContain('"copiedBytes"');
  });

  it('fileBytes', () => {
    expect(refusal(pickle(NONE), { fileBytes: 3 })).toBe(
      'pickle: beyond the limit "fileBytes" of 3 at byte 0',
    );
  });
});

function repeated(part: Part, times: number): Uint8Array {
  const bytes = bytesOf(part);
  const all = new Uint8Array(bytes.length * times);
  for (let i = 0; i < times; i++) all.set(bytes, i * bytes.length);
  return all;
}
