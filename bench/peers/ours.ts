// The product's contenders: its kernels on one thread, and its library as a program calls it.
import type { Kernels } from '../../native-free-kernels/contract.js';
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import { createEngine } from '../../src/engine/engine.js';
import { Scorer } from '../../src/model/scorer.js';
import { sink } from '../sink.js';
import { type Contender, callsOf, rateOf, rateOfAsync } from './contender.js';
import { N_ROWS, type Workload } from './workload.js';

/** Of the library's own contract; labels are exact. */
const TOLERANCE = 1e-12;

/** What all others are compared with. */
export function plainScores(workload: Workload): Float64Array {
  return scoresBy(scoreFunction(workload, plainKernels), workload);
}

export function kernelContender(workload: Workload, kernels: Kernels): Contender {
  const { model, rowsPerCall } = workload;
  const calls = callsOf(workload, N_ROWS);
  const scoreInto = scoreFunction(workload, kernels);
  const outputs = new Float64Array(rowsPerCall);
  return {
    tolerance: model.type === 'forest' ? 0 : TOLERANCE,
    answers: () => ({ scores: scoresBy(scoreInto, workload) }),
    rate: (durationMs) =>
      rateOf(
        () => {
          for (const rows of calls) scoreInto(rows, outputs);
          sink(outputs[0]);
        },
        N_ROWS,
        durationMs,
      ),
  };
}

/** `engine.score` in the calling thread. */
export async function libraryContender(workload: Workload): Promise<Contender> {
  const { detector, model } = workload;
  const engine = await createEngine({ workers: 0 });
  const calls = callsOf(workload, N_ROWS);
  return {
    tolerance: model.type === 'forest' ? 0 : TOLERANCE,
    async answers() {
      const parts = await Promise.all(calls.map((rows) => engine.score(detector, rows)));
      return { scores: parts.flatMap(({ scores }) => Array.from(scores)) };
    },
    rate: (durationMs) =>
      rateOfAsync(
        async () => {
          for (const rows of calls) sink((await engine.score(detector, rows)).count);
        },
        N_ROWS,
        durationMs,
      ),
    close: () => void engine.close(),
  };
}

type ScoreInto = (rows: Float64Array, out: Float64Array) => void;

/** Of one call: a model's kernel alone, or all that a detector does. */
function scoreFunction(workload: Workload, kernels: Kernels): ScoreInto {
  const { model, detector, isWholeDetector, rowsPerCall } = workload;
  if (isWholeDetector) {
    const scorer = new Scorer(kernels);
    const risks = new Float64Array(rowsPerCall);
    return (rows, out) => scorer.scoreInto(detector, rows, rowsPerCall, out, risks);
  }
  if (model.type === 'forest') {
    const { forest } = model;
    return (rows, out) => kernels.meanLeafValueInto(forest, rows, rowsPerCall, out);
  }
  const { svm } = model;
  return (rows, out) => kernels.decisionInto(svm, rows, rowsPerCall, out);
}

function scoresBy(scoreInto: ScoreInto, workload: Workload): Float64Array {
  const { model, isWholeDetector, rowsPerCall } = workload;
  const out = new Float64Array(N_ROWS);
  callsOf(workload, N_ROWS).forEach((rows, call) => {
    scoreInto(rows, out.subarray(call * rowsPerCall, (call + 1) * rowsPerCall));
  });
  const isProbability = !isWholeDetector && model.type === 'forest';
  return isProbability ? out.map((probability) => 1 - 2 * probability) : out;
}
