// The stack machine that a pickle is a program for (Python's Lib/pickle.py, class _Unpickler), reduced
// to values: it looks names up in the allow-list, and calls nothing that the file names.
import { badModelFile } from '../model-file-error.js';
import { constructValue, lookUp } from './allow-list.js';
import { buildValue } from './build-value.js';
import type { ByteCursor } from './byte-cursor.js';
import { expectText, refusal, typeName } from './expect.js';
import { type Budget, CONTAINER_BYTES, SLOT_BYTES } from './limits.js';
import { safeNumber } from './numpy-elements.js';
import { Opcode, refusedOpcode } from './opcodes.js';
import type { Reading } from './reading.js';
import { PickleDict, type PickleKey, PickleSequence, type PickleValue } from './values.js';

const NEWEST_PROTOCOL = 5;
/** 2,048 bits; the longest integers that models hold are random states of 128 bits. */
const LONGEST_INTEGER_BYTES = 256;
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class PickleMachine implements Reading {
  static readonly #steps: Readonly<Record<number, (m: PickleMachine) => void>> = {
    [Opcode.PROTO]: (m) => m.#readProtocol(),
    [Opcode.FRAME]: (m) => m.#checkFrame(m.cursor.uint64()),
    [Opcode.MARK]: (m) => m.#mark(),
    [Opcode.NONE]: (m) => m.#push(null),
    [Opcode.NEWTRUE]: (m) => m.#push(true),
    [Opcode.NEWFALSE]: (m) => m.#push(false),
    [Opcode.BININT]: (m) => m.#push(m.cursor.int32()),
    [Opcode.BININT1]: (m) => m.#push(m.cursor.uint8()),
    [Opcode.BININT2]: (m) => m.#push(m.cursor.uint16()),
    [Opcode.LONG1]: (m) => m.#pushInteger(m.cursor.uint8()),
    [Opcode.LONG4]: (m) => m.#pushInteger(m.cursor.uint32()),
    [Opcode.BINFLOAT]: (m) => m.#push(m.cursor.float64BigEndian()),
    [Opcode.SHORT_BINUNICODE]: (m) => m.#pushText(m.cursor.uint8()),
    [Opcode.BINUNICODE]: (m) => m.#pushText(m.cursor.uint32()),
    [Opcode.BINUNICODE8]: (m) => m.#pushText(m.cursor.uint64()),
    [Opcode.SHORT_BINBYTES]: (m) => m.#pushBytes(m.cursor.uint8()),
    [Opcode.BINBYTES]: (m) => m.#pushBytes(m.cursor.uint32()),
    [Opcode.BINBYTES8]: (m) => m.#pushBytes(m.cursor.uint64()),
    [Opcode.BYTEARRAY8]: (m) => m.#pushBytes(m.cursor.uint64()),
    [Opcode.EMPTY_LIST]: (m) => m.#pushSequence('list', []),
    [Opcode.APPEND]: (m) => m.#append([m.#pop()]),
    [Opcode.APPENDS]: (m) => m.#append(m.#popToMark()),
    [Opcode.EMPTY_TUPLE]: (m) => m.#pushSequence('tuple', []),
    [Opcode.TUPLE1]: (m) => m.#pushSequence('tuple', m.#popMany(1)),
    [Opcode.TUPLE2]: (m) => m.#pushSequence('tuple', m.#popMany(2)),
    [Opcode.TUPLE3]: (m) => m.#pushSequence('tuple', m.#popMany(3)),
    [Opcode.TUPLE]: (m) => m.#pushSequence('tuple', m.#popToMark()),
    [Opcode.EMPTY_DICT]: (m) => m.#pushDict(),
    [Opcode.SETITEM]: (m) => m.#setItems(m.#popMany(2)),
    [Opcode.SETITEMS]: (m) => m.#setItems(m.#popToMark()),
    [Opcode.BINGET]: (m) => m.#get(m.cursor.uint8()),
    [Opcode.LONG_BINGET]: (m) => m.#get(m.cursor.uint32()),
    [Opcode.BINPUT]: (m) => m.#put(m.cursor.uint8()),
    [Opcode.LONG_BINPUT]: (m) => m.#put(m.cursor.uint32()),
    [Opcode.MEMOIZE]: (m) => m.#put(m.#memo.length),
    [Opcode.GLOBAL]: (m) => m.#pushGlobal(m.#text(m.cursor.line()), m.#text(m.cursor.line())),
    [Opcode.STACK_GLOBAL]: (m) => m.#pushGlobal(...m.#popMany(2)),
    [Opcode.REDUCE]: (m) => m.#construct(),
    [Opcode.NEWOBJ]: (m) => m.#construct(),
    [Opcode.BUILD]: (m) => m.#build(),
  };

  readonly cursor: ByteCursor;
  readonly budget: Budget;
  readonly hasRawArrays: boolean;
  /** Of the opcode that is being run. */
  offsetBytes = 0;
  readonly #stack: PickleValue[] = [];
  /** Heights of the stack at its marks. */
  readonly #marks: number[] = [];
  readonly #memo: PickleValue[] = [];

  constructor(cursor: ByteCursor, budget: Budget, { hasRawArrays }: { hasRawArrays: boolean }) {
    this.cursor = cursor;
    this.budget = budget;
    this.hasRawArrays = hasRawArrays;
  }

  /** Runs from PROTO to STOP, behind which the cursor is left. */
  run(): PickleValue {
    const start = this.cursor.offsetBytes;
    if (this.cursor.left < 2 || this.cursor.uint8() !== Opcode.PROTO) {
      throw badModelFile(`not a Python pickle of protocol 2 to 5: no PROTO at byte ${start}`);
    }
    this.#readProtocol();
    for (;;) {
      this.offsetBytes = this.cursor.offsetBytes;
      this.budget.operation(this.offsetBytes);
      const code = this.cursor.uint8();
      if (code === Opcode.STOP) return this.#result();
      const step = PickleMachine.#steps[code];
      if (step === undefined) throw refusal(this, `opcode ${refusedOpcode(code)} is not allowed`);
      step(this);
    }
  }

  readNested(): PickleValue {
    return new PickleMachine(this.cursor, this.budget, { hasRawArrays: false }).run();
  }

  #readProtocol(): void {
    const protocol = this.cursor.uint8();
    if (protocol < 2 || protocol > NEWEST_PROTOCOL) {
      throw refusal(this, `protocol ${protocol} is not known, only 2 to ${NEWEST_PROTOCOL} are`);
    }
  }

  /** Frames only help to read ahead; one that is longer than the file shows that it is cut off. */
  #checkFrame(frameBytes: number): void {
    if (frameBytes > this.cursor.left) {
      throw refusal(this, `cut off: a frame of ${frameBytes} bytes, ${this.cursor.left} are left`);
    }
  }

  #result(): PickleValue {
    if (this.#stack.length !== 1 || this.#marks.length > 0) {
      throw refusal(this, `STOP with ${this.#stack.length} values on the stack`);
    }
    return this.#stack[0];
  }

  #push(value: PickleValue): void {
    this.#stack.push(value);
    this.budget.check('stackItems', this.#stack.length, this.offsetBytes);
  }

  #mark(): void {
    this.#marks.push(this.#stack.length);
    this.budget.check('stackItems', this.#marks.length, this.offsetBytes);
  }

  #popToMark(): PickleValue[] {
    const height = this.#marks.pop();
    if (height === undefined) throw refusal(this, 'there is no mark on the stack');
    return this.#stack.splice(height);
  }

  #pop(): PickleValue {
    const value = this.#top();
    this.#stack.pop();
    return value;
  }

  #popMany(count: number): PickleValue[] {
    const height = this.#stack.length - count;
    if (height < this.#floor()) throw refusal(this, 'the stack holds too few values');
    return this.#stack.splice(height);
  }

  #top(): PickleValue {
    if (this.#stack.length === this.#floor()) throw refusal(this, 'the stack is empty');
    return this.#stack[this.#stack.length - 1];
  }

  /** What lies below the newest mark cannot be reached. */
  #floor(): number {
    return this.#marks.length === 0 ? 0 : this.#marks[this.#marks.length - 1];
  }

  #get(index: number): void {
    if (index >= this.#memo.length) throw refusal(this, `the memo has no entry ${index}`);
    this.#push(this.#memo[index]);
  }

  /** Python numbers the entries from 0 without gaps. */
  #put(index: number): void {
    if (index > this.#memo.length) throw refusal(this, `the memo's entry ${index} is out of turn`);
    this.budget.check('memoEntries', index + 1, this.offsetBytes);
    this.#memo[index] = this.#top();
  }

  /** Little-endian, two's complement; of no bytes it is 0. */
  #pushInteger(length: number): void {
    if (length > LONGEST_INTEGER_BYTES) throw refusal(this, `an integer of ${length} bytes`);
    const digits = Buffer.from(this.cursor.take(length)).reverse().toString('hex');
    const unsigned = BigInt(`0x0${digits}`);
    this.#push(safeNumber(BigInt.asIntN(8 * length, unsigned)));
  }

  #pushText(length: number): void {
    this.budget.allocate(SLOT_BYTES, this.offsetBytes);
    this.budget.copy(length, this.offsetBytes);
    this.#push(this.#text(this.cursor.take(length)));
  }

  #text(bytes: Uint8Array): string {
    try {
      return UTF_8.decode(bytes);
    } catch (cause) {
      throw refusal(this, 'a text is not UTF-8', cause);
    }
  }

  #pushBytes(length: number): void {
    this.budget.allocate(CONTAINER_BYTES, this.offsetBytes);
    this.#push(this.cursor.take(length));
  }

  #pushSequence(type: PickleSequence['type'], items: PickleValue[]): void {
    this.budget.allocate(CONTAINER_BYTES + items.length * SLOT_BYTES, this.offsetBytes);
    this.#push(new PickleSequence(type, items));
  }

  #pushDict(): void {
    this.budget.allocate(3 * CONTAINER_BYTES, this.offsetBytes);
    this.#push(new PickleDict(new Map()));
  }

  #append(items: readonly PickleValue[]): void {
    const target = this.#top();
    if (!(target instanceof PickleSequence && target.type === 'list')) {
      throw refusal(this, `${typeName(target)} cannot be appended to`);
    }
    this.budget.allocate(items.length * SLOT_BYTES, this.offsetBytes);
    for (const item of items) (target.items as PickleValue[]).push(item);
  }

  #setItems(keysAndValues: readonly PickleValue[]): void {
    const target = this.#top();
    if (!(target instanceof PickleDict)) {
      throw refusal(this, `${typeName(target)} cannot hold items by key`);
    }
    if (keysAndValues.length % 2 !== 0) throw refusal(this, 'a key without a value');
    this.budget.allocate(keysAndValues.length * SLOT_BYTES, this.offsetBytes);
    const entries = target.entries as Map<PickleKey, PickleValue>;
    for (let i = 0; i < keysAndValues.length; i += 2) {
      entries.set(this.#key(keysAndValues[i]), keysAndValues[i + 1]);
    }
  }

  #key(value: PickleValue): PickleKey {
    if (typeof value === 'object' && value !== null) {
      throw refusal(this, `${typeName(value)} as a key of a dict is not supported`);
    }
    return value;
  }

  #pushGlobal(module?: PickleValue, name?: PickleValue): void {
    this.#push(lookUp(expectText(this, 'module', module), expectText(this, 'name', name), this));
  }

  /** REDUCE and NEWOBJ: Python would call the first value with the second one's items. */
  #construct(): void {
    const [callee, args] = this.#popMany(2);
    this.budget.allocate(2 * CONTAINER_BYTES, this.offsetBytes);
    this.#push(constructValue(callee, args, this));
  }

  #build(): void {
    const [target, state] = this.#popMany(2);
    this.#push(buildValue(target, state, this));
  }
}
