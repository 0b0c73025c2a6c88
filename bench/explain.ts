// The tier of explanations: rows explained by the shipped detectors on one worker, in turns.
import { performance } from 'node:perf_hooks';
import { createEngine, type Engine } from '../src/engine/engine.js';
import type { Detector } from '../src/model/detector.js';
import type { Catalog } from '../src/model/detector-store.js';
import { interleave } from './interleave.js';
import { checkEqual, type Parity } from './parity.js';
import type { Plan } from './plan.js';
import { makeBehaviours, N_FEATURES } from './rows.js';
import { sink } from './sink.js';
import { type Spread, spreadOf } from './statistics.js';

interface ExplainFigure {
  readonly detector: string;
  readonly method: string;
  readonly rowsPerSecond: Spread;
}

export interface ExplainReport {
  readonly rowsPerJob: number;
  readonly parity: readonly Parity[];
  readonly figures: readonly ExplainFigure[];
}

const ROWS_PER_JOB = 500;
/** Rounding of what is added up. */
const LARGEST_ERROR = 1e-12;

export async function benchExplain(catalog: Catalog, plan: Plan): Promise<ExplainReport> {
  const detectors = [...catalog.values()];
  const rows = makeBehaviours(ROWS_PER_JOB, 5);
  const [inline, engine] = await Promise.all([0, 1].map((workers) => createEngine({ workers })));
  try {
    const parity: Parity[] = [];
    for (const detector of detectors)
      parity.push(await checkParity(inline, engine, detector, rows));
    const rates = await interleave(
      detectors.map((detector) => () => rate(engine, detector, rows, plan.roundMs)),
      plan.engineRounds,
    );
    const figures = detectors.map(async (detector, i) => ({
      detector: detector.name,
      method: (await inline.explain(detector, rows.subarray(0, N_FEATURES))).explanation.method,
      rowsPerSecond: spreadOf(rates[i]),
    }));
    return { rowsPerJob: ROWS_PER_JOB, parity, figures: await Promise.all(figures) };
  } finally {
    await Promise.all([inline, engine].map((each) => each.close()));
  }
}

/** Contributions must be the same from a worker as from the calling thread, and add up. */
async function checkParity(
  inline: Engine,
  engine: Engine,
  detector: Detector,
  rows: Float64Array,
): Promise<Parity> {
  const way = `explanations by ${detector.name}`;
  const { scores, explanation } = await inline.explain(detector, rows);
  const there = await engine.explain(detector, rows);
  const { baseline, contributions } = explanation;
  checkEqual(way, 'contributions', there.explanation.contributions, contributions);
  scores.forEach((score, row) => {
    const parts = contributions.subarray(row * N_FEATURES, (row + 1) * N_FEATURES);
    const total = parts.reduce((sum, part) => sum + part, baseline);
    if (!(Math.abs(total - score) <= LARGEST_ERROR * Math.max(1, Math.abs(score)))) {
      throw new Error(`${way}: row ${row} adds up to ${total}, its score is ${score}`);
    }
  });
  return { way, rows: scores.length };
}

/** Rows/s with two jobs under way, so that the worker finds its next one waiting. */
async function rate(
  engine: Engine,
  detector: Detector,
  rows: Float64Array,
  durationMs: number,
): Promise<number> {
  const startMs = performance.now();
  let nRows = 0;
  const keepExplaining = async () => {
    while (performance.now() - startMs < durationMs) {
      const { count, explanation } = await engine.explain(detector, rows);
      nRows += count;
      sink(explanation.contributions[0]);
    }
  };
  await Promise.all([keepExplaining(), keepExplaining()]);
  return (nRows * 1_000) / (performance.now() - startMs);
}
