// What the routes work with.
import type { Config } from '../config.js';
import type { Engine } from '../engine/engine.js';
import type { Catalog } from '../model/detector-store.js';
import type { ServerMetrics } from './metrics.js';

export interface Services {
  readonly config: Config;
  readonly catalog: Catalog;
  readonly engine: Engine;
  readonly metrics: ServerMetrics;
  readonly lifecycle: Lifecycle;
}

export interface Lifecycle {
  /** Set when the server stops taking requests. */
  stopping: boolean;
}
