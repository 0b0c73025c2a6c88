// The detectors that are served now. Every change makes a new snapshot; a request takes the current one once
// and stays with it, so that it never sees half a change.
import { AnomalyPredictorError } from '../errors.js';
import type { Detector } from '../model/detector.js';
import { type Catalog, findDetector } from '../model/detector-store.js';

/** The detector that a request means when it names none; where it is missing, the first by name. */
const USUAL_MODEL = 'ocsvm';

/** What is served at one time; never changes. */
export interface CatalogSnapshot {
  /** In the order of their names. */
  readonly catalog: Catalog;
  /** The detector that a request means when it names none. */
  readonly usual: Detector;
  /** All of them, the usual one first. */
  readonly usualFirst: readonly Detector[];
}

export class LiveCatalog {
  #current: CatalogSnapshot;

  /** At least one detector, no two of the same name. */
  constructor(detectors: Iterable<Detector>) {
    this.#current = snapshotOf(detectors);
  }

  get current(): CatalogSnapshot {
    return this.#current;
  }

  /** Serves `detector` in place of the one of its name, which is returned. */
  put(detector: Detector): Detector | undefined {
    const { catalog } = this.#current;
    const replaced = catalog.get(detector.name);
    this.#current = snapshotOf(new Map(catalog).set(detector.name, detector).values());
    return replaced;
  }

  /** Throws `unknown-model`, and `last-model` for the only one. */
  requireRemovable(name: string): Detector {
    const { catalog } = this.#current;
    const detector = findDetector(catalog, name);
    if (catalog.size > 1) return detector;
    throw new AnomalyPredictorError(
      'last-model',
      `"${name}" is the only detector and stays: add another one first, or replace it`,
      { model: name },
    );
  }

  /** Throws as `requireRemovable` does. */
  remove(name: string): Detector {
    const detector = this.requireRemovable(name);
    const left = new Map(this.#current.catalog);
    left.delete(name);
    this.#current = snapshotOf(left.values());
    return detector;
  }
}

function snapshotOf(detectors: Iterable<Detector>): CatalogSnapshot {
  const byName = [...detectors].sort((a, b) => (a.name < b.name ? -1 : 1));
  const catalog = new Map(byName.map((detector) => [detector.name, detector]));
  const usual = catalog.get(USUAL_MODEL) ?? byName[0];
  return Object.freeze({
    catalog,
    usual,
    usualFirst: [usual, ...byName.filter((detector) => detector !== usual)],
  });
}
