// Second tier: the engine without HTTP, from matrix to scores and from request bytes to reply bytes, by
// number of worker threads; beside it JSON.parse alone, in turns with the others.
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { createEngine, type Engine } from '../src/engine/engine.js';
import type { JobSpec } from '../src/engine/job.js';
import type { Detector } from '../src/model/detector.js';
import { giveBackShared } from '../src/shared-memory.js';
import { interleave } from './interleave.js';
import { parseForAWhile } from './json-parse.js';
import { checkEqual, type Parity } from './parity.js';
import type { Plan } from './plan.js';
import { makeBehaviours, N_FEATURES, toObjects } from './rows.js';
import { sink } from './sink.js';
import { ratios, type Spread, spreadOf } from './statistics.js';

interface EngineFigure {
  readonly work: 'matrix' | 'shared matrix' | 'JSON';
  readonly rowsPerJob: number;
  readonly workers: number;
  readonly rowsPerSecond: Spread;
  /** Over JSON.parse alone in the same round; undefined for matrices. */
  readonly overJsonParse: Spread | undefined;
}

export interface EngineReport {
  readonly detector: string;
  readonly parity: readonly Parity[];
  readonly figures: readonly EngineFigure[];
  readonly jsonParseRowsPerSecond: Spread;
}

const MATRIX_ROWS = 10_000;
const BODY_ROWS = 1_000;
const N_BODIES = 8;
/** With two, a worker finds its next job waiting. */
const JOBS_UNDER_WAY_PER_WORKER = 2;

const JSON_BATCH: JobSpec = {
  operation: 'score',
  requestFormat: 'json',
  replyFormat: 'json',
  maxRows: BODY_ROWS,
  firstRow: 0,
};

export async function benchEngine(detector: Detector, plan: Plan): Promise<EngineReport> {
  const workerCounts = [...new Set([0, 1, 2, availableParallelism()])];
  const engines = await Promise.all(workerCounts.map((workers) => createEngine({ workers })));
  try {
    const matrix = makeBehaviours(MATRIX_ROWS, 4);
    const sharedMatrix = new Float64Array(new SharedArrayBuffer(matrix.byteLength));
    sharedMatrix.set(matrix);
    const texts = Array.from({ length: N_BODIES }, (_, body) =>
      JSON.stringify({ rows: toObjects(matrix, body * BODY_ROWS, BODY_ROWS) }),
    );
    const bodies = texts.map((text) => Buffer.from(text));
    const scoreMatrix = async (engine: Engine) =>
      sink((await engine.score(detector, matrix)).count);
    const scoreShared = async (engine: Engine) =>
      sink((await engine.score(detector, sharedMatrix)).count);
    const scoreBody = async (engine: Engine, i: number) => {
      const reply = await engine.submit(JSON_BATCH, [detector], bodies[i % N_BODIES]);
      sink(reply.nRows);
      giveBackShared(reply.body);
    };

    const parity = await Promise.all(
      engines.map((e) => checkParity(e, detector, matrix, bodies[0])),
    );
    const matrixRates = await interleave(
      engines.map((engine) => () => rate(engine, scoreMatrix, MATRIX_ROWS, plan.roundMs)),
      plan.engineRounds,
    );
    const sharedRates = await interleave(
      engines.map((engine) => () => rate(engine, scoreShared, MATRIX_ROWS, plan.roundMs)),
      plan.engineRounds,
    );
    const [jsonParseRates, ...bodyRates] = await interleave(
      [
        () => parseForAWhile(texts, BODY_ROWS, plan.roundMs),
        ...engines.map((engine) => () => rate(engine, scoreBody, BODY_ROWS, plan.roundMs)),
      ],
      plan.engineRounds,
    );
    const figures = workerCounts.flatMap((workers, i): EngineFigure[] => [
      {
        work: 'matrix',
        rowsPerJob: MATRIX_ROWS,
        workers,
        rowsPerSecond: spreadOf(matrixRates[i]),
        overJsonParse: undefined,
      },
      {
        work: 'shared matrix',
        rowsPerJob: MATRIX_ROWS,
        workers,
        rowsPerSecond: spreadOf(sharedRates[i]),
        overJsonParse: undefined,
      },
      {
        work: 'JSON',
        rowsPerJob: BODY_ROWS,
        workers,
        rowsPerSecond: spreadOf(bodyRates[i]),
        overJsonParse: spreadOf(ratios(bodyRates[i], jsonParseRates)),
      },
    ]);
    return {
      detector: detector.name,
      parity,
      figures,
      jsonParseRowsPerSecond: spreadOf(jsonParseRates),
    };
  } finally {
    await Promise.all(engines.map((engine) => engine.close()));
  }
}

/** A matrix and a JSON body must be scored as the library scores the same rows in the calling thread. */
async function checkParity(
  engine: Engine,
  detector: Detector,
  matrix: Float64Array,
  body: Uint8Array,
): Promise<Parity> {
  const library = await createEngine({ workers: 0 });
  const expected = await library.score(detector, matrix);
  const way = `engine with ${engine.status.workers} workers`;
  const scored = await engine.score(detector, matrix);
  checkEqual(way, 'scores of a matrix', scored.scores, expected.scores);
  checkEqual(way, 'risks of a matrix', scored.risks, expected.risks);
  const reply = await engine.submit(JSON_BATCH, [detector], body);
  const { scores, risks } = JSON.parse(Buffer.from(reply.body).toString());
  checkEqual(way, 'scores of a JSON body', scores, expected.scores.subarray(0, BODY_ROWS));
  checkEqual(way, 'risks of a JSON body', risks, expected.risks.subarray(0, BODY_ROWS));
  return { way, rows: matrix.length / N_FEATURES + BODY_ROWS };
}

/** Rows/s with as many jobs under way as keep every worker at work. */
async function rate(
  engine: Engine,
  submit: (engine: Engine, i: number) => Promise<void>,
  rowsPerJob: number,
  durationMs: number,
): Promise<number> {
  const startMs = performance.now();
  let nJobs = 0;
  const keepSubmitting = async () => {
    while (performance.now() - startMs < durationMs) await submit(engine, nJobs++);
  };
  const nUnderWay = Math.max(1, JOBS_UNDER_WAY_PER_WORKER * engine.status.workers);
  await Promise.all(Array.from({ length: nUnderWay }, keepSubmitting));
  return (nJobs * rowsPerJob * 1_000) / (performance.now() - startMs);
}
