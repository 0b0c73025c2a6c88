// A detector: schema, encoder, transforms, model and threshold as one immutable value. No part can be
// swapped by itself; the version is the hash of all of them.
import type { Forest, OneClassSvm, Transform } from '../../native-free-kernels/contract.js';
import type { Bounds } from './bounds.js';
import type { Calibration } from './calibration.js';
import type { DetectorCheck } from './detector-checks.js';
import type { Encoder } from './encoder.js';
import type { Metrics } from './metrics.js';
import type { Profile } from './profile.js';
import type { Provenance } from './provenance.js';
import type { Schema } from './schema.js';
import type { TrafficSettings } from './traffic-settings.js';

export type Model =
  | { readonly type: 'one-class-svm'; readonly svm: OneClassSvm; readonly riskScale: number }
  | { readonly type: 'forest'; readonly forest: Forest }
  | IsolationForestModel;

/** Its output is scikit-learn's decision function, −2^(−mean path length / averagePathLength) − offset. */
export interface IsolationForestModel {
  readonly type: 'isolation-forest';
  /** Leaf values are path lengths: depth of the leaf, plus the average path length of its training rows. */
  readonly forest: Forest;
  /** Of unsuccessful searches in binary search trees of as many rows as each tree was grown on: c(n), positive. */
  readonly averagePathLength: number;
  /** Negative; −0.5 where no contamination was asked for. */
  readonly offset: number;
}

/** Everything that training decides. */
export interface DetectorParts {
  /** Letters, digits, '.', '_' and '-'. */
  readonly name: string;
  readonly title: string;
  readonly schema: Schema;
  readonly encoder: Encoder;
  /** In the order in which a row passes them; none for a model of raw values. */
  readonly transforms: readonly Transform[];
  readonly model: Model;
  /** Subtracted from the model's output, so that a score of 0 is the border; 0 by default. */
  readonly threshold: number;
  /** Rows outside of them are anomalies whatever the model says. */
  readonly bounds?: Bounds;
  /** How the threshold was set, where normal rows did. */
  readonly calibration?: Calibration;
  /** Null where nothing has been evaluated, as of a model that was imported. */
  readonly metrics: Metrics | null;
  /** Of the normal training rows; where they are known. */
  readonly profile?: Profile;
  readonly provenance: Provenance;
  /** Of a detector that was learned from traffic. */
  readonly traffic?: TrafficSettings;
  /** Checks that it failed, where it was written nevertheless. */
  readonly failedChecks?: readonly DetectorCheck[];
}

export interface Detector extends DetectorParts {
  /** First 16 hexadecimal digits of the SHA-256 of the content. */
  readonly version: string;
  /** The whole file in shared memory; the typed arrays of transforms and model are views of it. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
}
