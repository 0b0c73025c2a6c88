// The sessions of traffic as a population that can be compared with a detector's training data, by the same snapshots that
// the detector was learned from.
import type { Detector } from '../../model/detector.js';
import type { Population } from '../../model/drift.js';
import { binRows } from '../../model/row-bins.js';
import { isAnomaly } from '../../model/verdict.js';
import type { Session } from '../session/session.js';
import { sessionHash } from './hashes.js';
import { SessionSnapshots } from './session-snapshots.js';

export interface SessionPopulationOptions {
  /** The tracker's. */
  readonly maxSessions: number;
  /** Calls in the window before which a session is not judged. */
  readonly minRequests: number;
}

/** Any will do: the hash tells sessions apart, it draws none. */
const SEED = 0;
const ROWS_PER_BLOCK = 256;

/** The tracker's `onEnd` is to be `end`. */
export class SessionPopulation {
  readonly #profile: Detector['profile'];
  readonly #population: Pick<Population, 'add'>;
  readonly #snapshots: SessionSnapshots;
  readonly #nFeatures: number;
  readonly #minRequests: number;
  /** [nFeatures + 1] the latest call's behaviour and score */
  readonly #latest: Float64Array;
  /** [ROWS_PER_BLOCK × nFeatures] row-major */
  readonly #rows: Float64Array;
  /** [ROWS_PER_BLOCK] each */
  readonly #scores = new Float64Array(ROWS_PER_BLOCK);
  readonly #keys = new Uint32Array(ROWS_PER_BLOCK);
  #nRows = 0;

  /** `population`: takes the rows, in which those of one session have the same key */
  constructor(
    { schema, profile }: Pick<Detector, 'schema' | 'profile'>,
    population: Pick<Population, 'add'>,
    options: SessionPopulationOptions,
  ) {
    const nFeatures = schema.features.length;
    this.#profile = profile;
    this.#population = population;
    this.#nFeatures = nFeatures;
    this.#minRequests = options.minRequests;
    this.#latest = new Float64Array(nFeatures + 1);
    this.#rows = new Float64Array(ROWS_PER_BLOCK * nFeatures);
    this.#snapshots = new SessionSnapshots({
      ...options,
      nValues: nFeatures + 1,
      take: ({ client, startMs, values }) =>
        this.#take(sessionHash({ client, startMs }, SEED), values),
    });
  }

  /**
   * A session at its latest call, and the tracker's slot of it.
   * @param row [nFeatures] copied
   * @param score any where the session has too few calls
   */
  add(session: Session, slot: number, timeMs: number, row: Float64Array, score: number): void {
    if (session.calls >= this.#minRequests) {
      const latest = this.#latest;
      const nFeatures = this.#nFeatures;
      // `set` takes longer for so few (Node 20).
      for (let feature = 0; feature < nFeatures; feature++) latest[feature] = row[feature];
      latest[nFeatures] = score;
    }
    this.#snapshots.add(session, slot, timeMs, this.#latest);
  }

  /** The session that the tracker had there is over. */
  end(slot: number): void {
    this.#snapshots.end(slot);
  }

  /** The traffic is over, and all sessions with it. */
  endAll(): void {
    this.#snapshots.endAll();
    this.flush();
  }

  /** Hands over the snapshots that were taken until now. */
  flush(): void {
    const nRows = this.#nRows;
    if (nRows === 0) return;
    const rows = this.#rows.subarray(0, nRows * this.#nFeatures);
    const scores = this.#scores.subarray(0, nRows);
    const bins = binRows(this.#profile, rows, scores, { keyOf: (row) => this.#keys[row] });
    this.#population.add(bins, nRows, scores.filter(isAnomaly).length);
    this.#nRows = 0;
  }

  #take(key: number, values: Float64Array): void {
    const row = this.#nRows++;
    this.#rows.set(values.subarray(0, this.#nFeatures), row * this.#nFeatures);
    this.#scores[row] = values[this.#nFeatures];
    this.#keys[row] = key;
    if (this.#nRows === ROWS_PER_BLOCK) this.flush();
  }
}
