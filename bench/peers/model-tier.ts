// Ours against the peers, model by model on one thread: answers compared, then rows/s in turns.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import { chooseKernels } from '../../src/choose-kernels.js';
import { interleave } from '../interleave.js';
import type { Plan } from '../plan.js';
import { ratios, type Spread, spreadOf } from '../statistics.js';
import { type Agreement, type Contender, checkAnswers, scoreUnit } from './contender.js';
import { libSvmContender, randomForestContender } from './js-peers.js';
import { onnxRuntimeContender } from './onnxruntime.js';
import { kernelContender, libraryContender, plainScores } from './ours.js';
import type { Peers } from './peers.js';
import { ScikitLearn } from './scikit-learn.js';
import { type Workload, workloadKeys } from './workload.js';

export interface ModelFigure {
  readonly contender: string;
  readonly rowsPerSecond: Spread;
  /** Over onnxruntime with one thread in the same round; undefined where it did not run. */
  readonly ratio: Spread | undefined;
  readonly agreement: Agreement;
}

export interface ModelReport {
  readonly workload: string;
  readonly required: number;
  readonly goal: number;
  readonly figures: readonly ModelFigure[];
  /** Contenders whose answers differ too much, or that cannot load the model, and why. */
  readonly stopped: readonly string[];
}

const run = promisify(execFile);

export const YARDSTICK = 'onnxruntime, 1 thread';

/** One after the other, each in a fresh process: neither compiled code nor garbage is handed on. */
export async function* benchModels(quick: boolean): AsyncGenerator<ModelReport> {
  const script = fileURLToPath(new URL('./model-process.js', import.meta.url));
  for (const key of workloadKeys(quick)) {
    const options = quick ? ['--quick'] : [];
    const { stdout } = await run(process.execPath, [script, key, ...options]);
    yield JSON.parse(stdout);
  }
}

export async function benchModel(
  workload: Workload,
  peers: Peers,
  plan: Plan,
): Promise<ModelReport> {
  const scikitLearn = peers.hasScikitLearn ? new ScikitLearn() : undefined;
  const expected = plainScores(workload);
  const unit = scoreUnit(workload);
  const stopped: string[] = [];
  const opened: Contender[] = [];
  const agreements: [name: string, contender: Contender, agreement: Agreement][] = [];
  try {
    for (const [name, make] of contenderMakers(workload, peers.packages, scikitLearn)) {
      try {
        const contender = await make();
        if (contender === undefined) continue;
        opened.push(contender);
        const answers = await contender.answers();
        const agreement = checkAnswers(answers, expected, contender.tolerance, unit);
        agreements.push([name, contender, agreement]);
      } catch (error) {
        stopped.push(`${name}: ${error instanceof Error ? error.message : error}`);
      }
    }
    const rates = await interleave(
      agreements.map(
        ([, contender]) =>
          () =>
            contender.rate(plan.roundMs),
      ),
      plan.engineRounds,
    );
    const yardstick = rates[agreements.findIndex(([name]) => name === YARDSTICK)];
    const figures = agreements.map(([name, , agreement], i) => ({
      contender: name,
      rowsPerSecond: spreadOf(rates[i]),
      ratio: yardstick === undefined ? undefined : spreadOf(ratios(rates[i], yardstick)),
      agreement,
    }));
    const { name, required, goal } = workload;
    return { workload: name, required, goal, figures, stopped };
  } finally {
    for (const contender of opened) contender.close?.();
    scikitLearn?.close();
  }
}

type MakeContender = () => Contender | undefined | Promise<Contender | undefined>;

/** By name, the product first; undefined comes of those that have no such model. */
function contenderMakers(
  workload: Workload,
  packages: Peers['packages'],
  scikitLearn: ScikitLearn | undefined,
): [name: string, MakeContender][] {
  const chosen = chooseKernels('auto');
  const makers: [string, MakeContender][] = [...new Set([chosen, plainKernels])].map((kernels) => [
    `ours, ${kernels.name}`,
    () => kernelContender(workload, kernels),
  ]);
  makers.push(['ours, engine.score', () => libraryContender(workload)]);
  const onnxRuntime = packages['onnxruntime-node'];
  if (onnxRuntime !== undefined) {
    makers.push([YARDSTICK, () => onnxRuntimeContender(onnxRuntime, 1, workload)]);
    makers.push(['onnxruntime, 2 threads', () => onnxRuntimeContender(onnxRuntime, 2, workload)]);
  }
  if (scikitLearn !== undefined) {
    makers.push(['scikit-learn', () => scikitLearn.contender(workload)]);
  }
  const libSvm = packages['libsvm-js'];
  if (libSvm !== undefined) makers.push(['libsvm-js', () => libSvmContender(libSvm, workload)]);
  const randomForest = packages['ml-random-forest'];
  if (randomForest !== undefined) {
    makers.push(['ml-random-forest', () => randomForestContender(randomForest, workload)]);
  }
  return makers;
}
