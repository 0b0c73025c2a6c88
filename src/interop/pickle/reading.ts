// What the handlers of single values know of the pickle that is being read.
import type { ByteCursor } from './byte-cursor.js';
import type { Budget } from './limits.js';
import type { PickleValue } from './values.js';

export interface Reading {
  /** Of the opcode that is being run, for errors. */
  readonly offsetBytes: number;
  readonly budget: Budget;
  /** Behind the opcode that is being run. */
  readonly cursor: ByteCursor;
  /** Whether an array's data may follow its description, as joblib writes it. */
  readonly hasRawArrays: boolean;
  /** Reads a complete pickle, without raw arrays, that starts at the cursor. */
  readNested(): PickleValue;
}
