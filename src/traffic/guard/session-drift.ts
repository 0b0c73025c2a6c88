// Whether the sessions that a guard judges still look like those that its detector learned from. Of the first window
// nothing is compared: all sessions are young then.
import type { Detector } from '../../model/detector.js';
import { DriftMonitor, type WatchedDrift } from '../../model/drift-monitor.js';
import {
  SessionPopulation,
  type SessionPopulationOptions,
} from '../sampling/session-population.js';
import type { Session } from '../session/session.js';

export interface SessionDriftOptions extends SessionPopulationOptions {
  readonly windowMs: number;
}

/** The tracker's `onEnd` is to be `end`. */
export class SessionDrift {
  readonly #monitor: DriftMonitor;
  readonly #sessions: SessionPopulation;
  readonly #windowMs: number;
  #fromMs = Number.NaN;
  #isCompared = false;

  /** `onChange`: told when the sessions are no longer what the detector knows, and when they are again */
  constructor(
    detector: Detector,
    options: SessionDriftOptions,
    onChange: (message: string) => void,
  ) {
    this.#monitor = new DriftMonitor(detector, onChange, { keysAreSessions: true });
    const monitor = this.#monitor;
    const add: DriftMonitor['add'] = (bins, nRows, nAnomalies) => {
      if (this.#isCompared) monitor.add(bins, nRows, nAnomalies);
    };
    this.#sessions = new SessionPopulation(detector, { add }, options);
    this.#windowMs = options.windowMs;
  }

  /**
   * A session at its latest call, and the tracker's slot of it.
   * @param row [nFeatures] copied
   * @param score any where the session has too few calls
   */
  add(session: Session, slot: number, timeMs: number, row: Float64Array, score: number): void {
    if (!this.#isCompared) this.#awaitWindow(timeMs);
    this.#sessions.add(session, slot, timeMs, row, score);
  }

  /** The session that the tracker had there is over. */
  end(slot: number): void {
    this.#sessions.end(slot);
  }

  #awaitWindow(timeMs: number): void {
    if (Number.isNaN(this.#fromMs)) this.#fromMs = timeMs + this.#windowMs;
    if (timeMs < this.#fromMs) return;
    this.#sessions.flush();
    this.#isCompared = true;
  }

  look(): WatchedDrift {
    this.#sessions.flush();
    return this.#monitor.look();
  }
}
