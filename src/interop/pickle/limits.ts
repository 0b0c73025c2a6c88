// What reading one pickle may cost. Each limit holds before what it limits is allocated, and an error
// names the limit and the place. A file that wants more is not a model that this package can serve.
import { badModelFile } from '../model-file-error.js';

export interface PickleLimits {
  /** Length of the pickle, bytes. */
  readonly fileBytes: number;
  readonly operations: number;
  readonly memoEntries: number;
  readonly stackItems: number;
  /** What containers and their entries may take, about. */
  readonly heapBytes: number;
  /** How much may be copied out of the file: texts, arrays that are not in C order, … */
  readonly copiedBytes: number;
  /** … in addition to this for each byte of the file. */
  readonly copiedBytesPerFileByte: number;
  /** How deep values may hold each other. */
  readonly depth: number;
  /** What a walk that follows every reference would meet, shared or not: values, and bytes of texts and
   * arrays beyond the size of the file. */
  readonly walkedValues: number;
}

export const PICKLE_LIMITS: PickleLimits = {
  fileBytes: 1024 ** 3,
  operations: 8_000_000,
  memoEntries: 2_000_000,
  stackItems: 200_000,
  heapBytes: 96 * 1024 ** 2,
  copiedBytes: 16 * 1024 ** 2,
  // Protocol 2 writes bytes as text, which is copied twice; Fortran order makes it nearly four times.
  copiedBytesPerFileByte: 4,
  depth: 100,
  walkedValues: 20_000_000,
};

/** About what V8 takes for a container, and for each value that it holds. */
export const CONTAINER_BYTES = 128;
export const SLOT_BYTES = 48;

/** Counts what one file has cost so far. */
export class Budget {
  readonly limits: PickleLimits;
  readonly #mostCopiedBytes: number;
  #operations = 0;
  #heapBytes = 0;
  #copiedBytes = 0;

  constructor(limits: PickleLimits, fileBytes: number) {
    this.limits = limits;
    this.#mostCopiedBytes = limits.copiedBytes + limits.copiedBytesPerFileByte * fileBytes;
    this.check('fileBytes', fileBytes, 0);
  }

  operation(offsetBytes: number): void {
    this.check('operations', ++this.#operations, offsetBytes);
  }

  /** To be asked before memory is taken, like `copy`. */
  allocate(bytes: number, offsetBytes: number): void {
    this.#heapBytes += bytes;
    this.check('heapBytes', this.#heapBytes, offsetBytes);
  }

  copy(bytes: number, offsetBytes: number): void {
    this.#copiedBytes += bytes;
    if (this.#copiedBytes > this.#mostCopiedBytes) {
      throw beyond('copiedBytes', this.#mostCopiedBytes, offsetBytes);
    }
  }

  check(limit: keyof PickleLimits, amount: number, offsetBytes: number): void {
    if (amount > this.limits[limit]) throw beyond(limit, this.limits[limit], offsetBytes);
  }
}

function beyond(limit: keyof PickleLimits, most: number, offsetBytes: number) {
  return badModelFile(`pickle: beyond the limit "${limit}" of ${most} at byte ${offsetBytes}`);
}
