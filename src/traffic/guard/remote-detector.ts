// A detector that another process scores with. The guard asks it where it would ask a kernel, within `timeoutMs`.
import type { Schema } from '../../model/schema.js';

export interface RemoteDetector {
  /** What the other process serves; undefined until it has told, and the guard has no detector until then. */
  readonly served: ServedDetector | undefined;
  /**
   * The score of one behaviour, higher is more normal. `row`: [nFeatures] unscaled, valid until the call returns.
   * Rejects where no score can be had, at once while the other process is known to be away.
   */
  score(row: Float64Array): Promise<number>;
  close?(): void | Promise<void>;
}

/** Another object wherever something in it changes. */
export interface ServedDetector {
  readonly name: string;
  readonly version: string;
  readonly schema: Schema;
}
