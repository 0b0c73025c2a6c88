// What the routes work with.
import type { Config } from '../config.js';
import type { Engine } from '../engine/engine.js';
import type { DriftWatch } from './drift-watch.js';
import type { LiveCatalog } from './live-catalog.js';
import type { ServerMetrics } from './metrics.js';
import type { ModelStore } from './model-store.js';

export interface Services {
  readonly config: Config;
  readonly models: ModelStore;
  /** What of `models` requests are answered with. */
  readonly live: LiveCatalog;
  readonly engine: Engine;
  readonly metrics: ServerMetrics;
  readonly drift: DriftWatch;
  readonly lifecycle: Lifecycle;
}

export interface Lifecycle {
  /** Set when the server stops taking requests. */
  stopping: boolean;
}
