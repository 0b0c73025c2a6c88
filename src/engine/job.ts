// What crosses between the front end and the worker threads: a request body to score and the reply body,
// or an error as data. The same job runs inline or on a worker.
import type { ErrorData } from '../errors.js';
import type { Detector } from '../model/detector.js';
import type { RowBins } from '../model/row-bins.js';
import type { MatrixResults } from './matrix.js';

export const OPERATIONS = ['score', 'predict', 'lines', 'explain'] as const;
/**
 * `score`: a batch for one detector. `predict`: one behaviour or an array of them, each naming its detector.
 * `lines`: a block of whole NDJSON lines for one detector. `explain`: as `score`, with what every feature contributes.
 */
export type Operation = (typeof OPERATIONS)[number];

export type WireFormat = 'json' | 'msgpack' | 'ndjson';

export interface JobSpec {
  readonly operation: Operation;
  readonly requestFormat: WireFormat;
  readonly replyFormat: WireFormat;
  readonly maxRows: number;
  /** Index of the first row in the whole stream; 0 but for `lines`. */
  readonly firstRow: number;
}

/** How many rows a detector called normal and anomalous. */
export interface Tally {
  readonly model: string;
  readonly normal: number;
  readonly anomaly: number;
  /** Of these rows, or of some that stand for them; empty where the detector does not know its training data. */
  readonly bins: RowBins;
}

/** The detectors that a job may use; the first is the default. */
export type Detectors = readonly Detector[];

export interface JobReply {
  readonly body: Uint8Array;
  readonly nRows: number;
  readonly tallies: readonly Tally[];
}

/** A detector as threads hand it over: shared memory by reference, never a copy. */
export interface DetectorHandle {
  readonly version: string;
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** What the kernels have made of the bytes, where threads can share that. */
  readonly shared: WebAssembly.Memory | undefined;
}

export type WorkerTask = (StartTask | BodyTask | MatrixTask) & {
  /** Grows when detectors have gone: what a worker has not used for a whole generation it forgets. */
  readonly generation: number;
};

/** Nothing to do: the answer says that the worker is there. */
export interface StartTask {
  readonly kind: 'start';
}

export interface BodyTask {
  readonly kind: 'body';
  readonly spec: JobSpec;
  readonly detectors: readonly DetectorHandle[];
  readonly body: Uint8Array;
  /** Where in body.buffer, to its end, is room for the reply's body; undefined where there is none. */
  readonly roomAt: number | undefined;
}

/** Rows in shared memory; the worker writes the results of [firstRow … firstRow + nRows) in place. */
export interface MatrixTask {
  readonly kind: 'matrix';
  readonly detector: DetectorHandle;
  /** [total rows × nFeatures] row-major */
  readonly rows: Float64Array;
  readonly firstRow: number;
  readonly nRows: number;
  /** Of all rows. */
  readonly results: MatrixResults;
}

export interface WorkerDone {
  readonly ok: true;
  /** Of a body only: the results of a matrix are already in place. */
  readonly reply: JobReply | undefined;
  /** Bytes of the reply's body where it lies in the room that the task had for it, and not in `reply`. */
  readonly bytesInRoom: number | undefined;
  /** What the work took, without the way there and back. */
  readonly elapsedMs: number;
}

export type WorkerReply = WorkerDone | { readonly ok: false; readonly error: ErrorData };
