// What a Python pickle holds, as inert values. Nothing here can run; the reader fills objects while it
// reads, and everything is read-only afterwards. Values never contain themselves.

/** Python's None, bool, int and float, int beyond 2^53, str, bytes; the rest by `instanceof`. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleSequence
  | PickleDict
  | PickleGlobal
  | PickleObject
  | NumpyArray
  | NumpyDtype;

/** Keys of a dict; Python's 1 and 1.0 are one key here too, `__proto__` is a key like any other. */
export type PickleKey = null | boolean | number | bigint | string;

export class PickleSequence {
  constructor(
    readonly type: 'list' | 'tuple',
    readonly items: readonly PickleValue[],
  ) {}
}

export class PickleDict {
  constructor(readonly entries: ReadonlyMap<PickleKey, PickleValue>) {}
}

/** A class or function of the allow-list that a value names, such as a scorer's metric. */
export class PickleGlobal {
  constructor(
    /** With its module: `sklearn.metrics._classification.f1_score`. */
    readonly name: string,
  ) {}
}

/** An instance of a class of the allow-list: its name and its attributes, without its behaviour. */
export class PickleObject {
  /** Undefined until the file sets it, and for opaque objects such as random states. */
  readonly state: ReadonlyMap<string, PickleValue> | undefined = undefined;

  constructor(
    /** With its module: `sklearn.svm._classes.OneClassSVM`. */
    readonly className: string,
    /** What the class was constructed from. */
    readonly args: readonly PickleValue[],
    /** Where it was constructed, bytes from the start of the (decompressed) file. */
    readonly offsetBytes: number,
  ) {}
}

/** NumPy's kind: boolean, signed, unsigned, float, text in UTF-32, bytes, raw or structured, object. */
export type NumpyKind = 'b' | 'i' | 'u' | 'f' | 'U' | 'S' | 'V' | 'O';

export class NumpyDtype {
  readonly littleEndian: boolean = true;
  /** Of a structured dtype, in the order of the file. */
  readonly fields: ReadonlyMap<string, NumpyField> | undefined = undefined;

  constructor(
    readonly kind: NumpyKind,
    readonly itemBytes: number,
  ) {}
}

export interface NumpyField {
  readonly dtype: NumpyDtype;
  readonly offsetBytes: number;
}

/** Always row-major (C order), whatever the order in the file. Read it with `numpy-elements.ts`. */
export class NumpyArray {
  constructor(
    readonly dtype: NumpyDtype,
    readonly shape: readonly number[],
    /** [product of shape × itemBytes], may be a view of the file; of dtype object: its elements. */
    readonly data: Uint8Array | readonly PickleValue[],
  ) {}
}

/** How the reader fills a value in; for everyone else it is read-only. */
export type Writable<Value> = { -readonly [Key in keyof Value]: Value[Key] };
