// Whether what is scored still looks like what each detector was trained on.
import type { Tally } from '../engine/job.js';
import type { Detector } from '../model/detector.js';
import { DriftMonitor, type WatchedDrift } from '../model/drift-monitor.js';

export class DriftWatch {
  /** By version: a detector that is replaced takes its counts with it. */
  readonly #monitors = new WeakMap<Detector, DriftMonitor>();

  /** `tally`: of rows that `detector` scored */
  add(detector: Detector, { bins, normal, anomaly }: Tally): void {
    this.#of(detector).add(bins, normal + anomaly, anomaly);
  }

  driftOf(detector: Detector): WatchedDrift {
    return this.#of(detector).look();
  }

  /** A warning for people, while a detector is given other rows than it knows. */
  warningOf(detector: Detector): string | undefined {
    return this.#of(detector).warning();
  }

  #of(detector: Detector): DriftMonitor {
    let monitor = this.#monitors.get(detector);
    if (monitor === undefined) {
      monitor = new DriftMonitor(detector, (message) =>
        console.warn(`detector "${detector.name}": ${message}`),
      );
      this.#monitors.set(detector, monitor);
    }
    return monitor;
  }
}
