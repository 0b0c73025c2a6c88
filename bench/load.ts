// A large detector from its file to its first score, and the memory that it takes: in fresh
// processes, in turns with the same process on a detector that is next to nothing.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { KernelChoice } from '../src/choose-kernels.js';
import type { Detector } from '../src/model/detector.js';
import { saveDetector } from '../src/model/detector-store.js';
import { takeTurns } from './interleave.js';
import type { Loaded } from './load-process.js';
import { makeForest, withModel } from './models.js';
import type { Plan } from './plan.js';
import { sink } from './sink.js';
import { type Spread, spreadOf } from './statistics.js';

interface LoadFigure {
  readonly kernels: string;
  readonly model: string;
  readonly fileMiB: number;
  /** From the file on disk to the score of one row. */
  readonly readyMs: Spread;
  /** What the process takes when every thread has scored, over the file's size. */
  readonly memoryOverFile: Spread;
}

export interface LoadReport {
  readonly workers: number;
  readonly figures: readonly LoadFigure[];
}

const WORKERS = 2;
const LEAVES_PER_TREE = 1_700;
const N_FEATURES = 64;

const run = promisify(execFile);

/** `original` lends what a detector has beside its forest. */
export async function benchLoad(original: Detector, plan: Plan): Promise<LoadReport> {
  const folder = mkdtempSync(join(tmpdir(), 'anomaly-predictor-bench-'));
  try {
    const forests = [
      makeForest(1, 2, N_FEATURES, 8),
      makeForest(plan.loadTrees, LEAVES_PER_TREE, N_FEATURES, 9),
    ];
    const detectors = forests.map((forest) =>
      withModel(original, N_FEATURES, { type: 'forest', forest }),
    );
    const [nothing, large] = detectors.map((detector, i) => {
      const path = join(folder, String(i));
      mkdirSync(path);
      return saveDetector(detector, path);
    });
    const figures = [];
    for (const kernels of ['plain', 'wasm'] as const) {
      figures.push(await measure(detectors[1], nothing, large, kernels, plan.loadRounds));
    }
    return { workers: WORKERS, figures };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measure(
  { model, bytes }: Detector,
  nothing: string,
  large: string,
  kernels: KernelChoice,
  nRounds: number,
): Promise<LoadFigure> {
  const [without, loaded] = await takeTurns(
    [() => load(nothing, kernels), () => load(large, kernels)],
    nRounds,
  );
  if (model.type !== 'forest') throw new Error('expected a forest');
  return {
    kernels,
    model: `forest, ${model.forest.nTrees} trees, ${model.forest.nNodes} nodes × ${N_FEATURES}`,
    fileMiB: bytes.length / 2 ** 20,
    readyMs: spreadOf(loaded.map(({ readyMs }) => readyMs)),
    memoryOverFile: spreadOf(
      loaded.map(
        ({ residentBytes }, round) => (residentBytes - without[round].residentBytes) / bytes.length,
      ),
    ),
  };
}

async function load(file: string, kernels: KernelChoice): Promise<Loaded> {
  const script = fileURLToPath(new URL('./load-process.js', import.meta.url));
  const { stdout } = await run(process.execPath, [script, file, kernels, String(WORKERS)]);
  const loaded: Loaded = JSON.parse(stdout);
  sink(loaded.firstScore);
  return loaded;
}
