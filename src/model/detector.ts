// A detector: schema, encoder, scaler, model and threshold as one immutable value. No part can be
// swapped by itself; the version is the hash of all of them.
import type { Forest, OneClassSvm, StandardScaler } from '../../native-free-kernels/contract.js';
import type { Encoder } from './encoder.js';
import type { Metrics } from './metrics.js';
import type { Provenance } from './provenance.js';
import type { Schema } from './schema.js';

export type Model =
  | { readonly type: 'one-class-svm'; readonly svm: OneClassSvm; readonly riskScale: number }
  | { readonly type: 'forest'; readonly forest: Forest };

/** Everything that training decides. */
export interface DetectorParts {
  /** Letters, digits, '.', '_' and '-'. */
  readonly name: string;
  readonly title: string;
  readonly schema: Schema;
  readonly encoder: Encoder;
  readonly scaler: StandardScaler;
  readonly model: Model;
  /** Subtracted from the model's output, so that a score of 0 is the border; 0 by default. */
  readonly threshold: number;
  readonly metrics: Metrics;
  readonly provenance: Provenance;
}

export interface Detector extends DetectorParts {
  /** First 16 hexadecimal digits of the SHA-256 of the content. */
  readonly version: string;
  /** The whole file in shared memory; the typed arrays of scaler and model are views of it. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
}
