// The process that bench/load.ts starts: loads the detector file that it is given, scores on every
// thread, and prints what that took.
import { performance } from 'node:perf_hooks';
import type { KernelChoice } from '../src/choose-kernels.js';
import { createEngine } from '../src/engine/engine.js';
import { loadDetector } from '../src/model/detector-store.js';

export interface Loaded {
  readonly readyMs: number;
  /** What the process holds in the end, shared memory included. */
  readonly residentBytes: number;
  readonly firstScore: number;
}

/** So many that every worker gets a task. */
const ROWS_PER_WORKER = 1_000;

const [file, kernels, workers] = process.argv.slice(2);
const engine = await createEngine({
  workers: Number(workers),
  kernels: kernels as KernelChoice,
});
const startMs = performance.now();
const detector = loadDetector(file);
const nFeatures = detector.schema.features.length;
const { scores } = await engine.score(detector, new Float64Array(nFeatures));
const readyMs = performance.now() - startMs;
await engine.score(detector, new Float64Array(ROWS_PER_WORKER * Number(workers) * nFeatures));
const residentBytes = process.memoryUsage.rss();
await engine.close();
const loaded: Loaded = { readyMs, residentBytes, firstScore: scores[0] };
console.log(JSON.stringify(loaded));
