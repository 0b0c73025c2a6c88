// What reading one pickle may cost. Each limit holds before what it limits is allocated, and an error
// names the limit and the place. A file that wants more is not a model that this package can serve.
import { badModelFile } from '../model-file-error.js';

export interface PickleLimits {
  /** Length of the pickle, bytes. */
  readonly fileBytes: number;
  readonly operations: number;
  readonly memoEntries: number;
  readonly stackItems: number;
  /** What values may take besides the file itself, bytes, … */
  readonly heapBytes: number;
  /** … plus this for each byte of the file: texts are copied, some arrays are, and bytes that arrays
   * share count for each of them. */
  readonly heapBytesPerFileByte: number;
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
  heapBytesPerFileByte: 6,
  depth: 100,
  walkedValues: 20_000_000,
};

/** About what V8 takes for a container, and for each value that it holds. */
export const CONTAINER_BYTES = 128;
export const SLOT_BYTES = 48;

/** Counts what one file has cost so far. */
export class Budget {
  readonly limits: PickleLimits;
  #operations = 0;
  #heapBytes = 0;
  readonly #mostHeapBytes: number;

  constructor(limits: PickleLimits, fileBytes: number) {
    this.limits = limits;
    this.#mostHeapBytes = limits.heapBytes + limits.heapBytesPerFileByte * fileBytes;
    this.check('fileBytes', fileBytes, 0);
  }

  operation(offsetBytes: number): void {
    this.check('operations', ++this.#operations, offsetBytes);
  }

  /** To be asked before memory is taken. */
  allocate(bytes: number, offsetBytes: number): void {
    this.#heapBytes += bytes;
    if (!(this.#heapBytes <= this.#mostHeapBytes)) {
      throw beyond('heapBytes', this.#mostHeapBytes, offsetBytes);
    }
  }

  check(limit: keyof PickleLimits, amount: number, offsetBytes: number): void {
    if (amount > this.limits[limit]) throw beyond(limit, this.limits[limit], offsetBytes);
  }
}

function beyond(limit: keyof PickleLimits, most: number, offsetBytes: number) {
  return badModelFile(`pickle: beyond the limit "${limit}" of ${most} at byte ${offsetBytes}`);
}
