// What is kept of traffic for a detector to be learned from it: the sessions are divided, so that none both trains a
// detector and judges it, and each side is sampled in memory that does not grow with the traffic.
import type { LearningRows } from '../../model/learning-rows.js';
import type { Session } from '../session/session.js';
import { HASHES, sessionHash, turned } from './hashes.js';
import { RowSample } from './row-sample.js';
import { SessionSample } from './session-sample.js';
import type { Snapshot } from './session-snapshots.js';

export interface LearningSamplesOptions {
  readonly nFeatures: number;
  readonly seed: number;
  /** Calls in the window before which a session is not judged. */
  readonly minRequests: number;
}

/**
 * Shares of the sessions that train and that choose; the others calibrate, as the threshold is known the better the more
 * sessions set it, while a few thousand rows are enough to train on.
 */
const TRAINING_SHARE = 0.4;
const CHOOSING_SHARE = 0.2;

const MOST_TRAINING_ROWS = 5_000;
const MAX_SNAPSHOTS = 10_000;
const MOST_CHOOSING_SESSIONS = 1_000;
const MOST_CALIBRATING_SESSIONS = 10_000;
const MOST_ROWS_OF_SESSION = 128;

/** Turns of a session's hash, so that what a draw decides tells nothing of the next one. */
const RANK = 1;
const ROW = 2;

export class LearningSamples {
  readonly #options: LearningSamplesOptions;
  readonly #training: RowSample;
  readonly #snapshots: RowSample;
  readonly #choosing = new SessionSample(MOST_CHOOSING_SESSIONS, MOST_ROWS_OF_SESSION);
  readonly #calibrating = new SessionSample(MOST_CALIBRATING_SESSIONS, MOST_ROWS_OF_SESSION);

  constructor(options: LearningSamplesOptions) {
    this.#options = options;
    this.#training = new RowSample(MOST_TRAINING_ROWS, options.nFeatures);
    this.#snapshots = new RowSample(MAX_SNAPSHOTS, options.nFeatures);
  }

  /** `row`: [nFeatures] the session's behaviour at its latest call, copied if it is taken */
  add(session: Session, row: Float64Array): void {
    const { seed, minRequests } = this.#options;
    if (session.calls < minRequests) return;
    const hash = sessionHash(session, seed);
    const share = hash / HASHES;
    if (share < TRAINING_SHARE) {
      if (trainsAt(session.totalCalls, minRequests)) {
        this.#training.add(turned(hash, ROW + session.totalCalls), row);
      }
      return;
    }
    const sample = share < TRAINING_SHARE + CHOOSING_SHARE ? this.#choosing : this.#calibrating;
    sample.add(turned(hash, RANK), row);
  }

  /** A snapshot of a session; kept with the others of its session, or without them, unless it trains. */
  addSnapshot({ client, startMs, values }: Snapshot): void {
    const hash = sessionHash({ client, startMs }, this.#options.seed);
    if (hash / HASHES >= TRAINING_SHARE) this.#snapshots.add(turned(hash, RANK), values);
  }

  rows(): LearningRows {
    return {
      training: this.#training.rows(),
      snapshots: {
        values: this.#snapshots.rows(),
        nSessions: this.#snapshots.distinctHashes(),
      },
      choosing: this.#choosing.rows(),
      calibrating: this.#calibrating.rows(),
    };
  }
}

/** At the first call that is judged, and whenever the calls have doubled: long sessions do not outweigh the others. */
function trainsAt(nCalls: number, minRequests: number): boolean {
  const times = nCalls / minRequests;
  return Number.isInteger(times) && (times & (times - 1)) === 0;
}
