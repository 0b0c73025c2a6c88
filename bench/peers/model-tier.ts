// Ours against the peers, model by model on one thread: answers compared, then rows/s in turns.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import { chooseKernels } from '../../src/engine/choose-kernels.js';
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
  const agreements = new Map<Contender, Agreement>();
  try {
    for (const make of contenderMakers(workload, peers.packages, scikitLearn)) {
      try {
        const contender = await make();
        if (contender === undefined) continue;
        opened.push(contender);
        const answers = await contender.answers();
        agreements.set(contender, checkAnswers(contender, expected, answers, unit));
      } catch (error) {
        stopped.push(error instanceof Error ? error.message : String(error));
      }
    }
    const contenders = [...agreements.keys()];
    const rates = await interleave(
      contenders.map((contender) => () => contender.rate(plan.roundMs)),
      plan.engineRounds,
    );
    const yardstick = rates[contenders.findIndex(({ name }) => name === YARDSTICK)];
    const figures = [...agreements].map(([{ name }, agreement], i) => ({
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

/** The product first; undefined comes of those that have no such model. */
function contenderMakers(
  workload: Workload,
  packages: Peers['packages'],
  scikitLearn: ScikitLearn | undefined,
): MakeContender[] {
  const makers: MakeContender[] = [() => kernelContender(workload, plainKernels)];
  const chosen = chooseKernels('auto');
  if (chosen.name !== plainKernels.name) {
    makers.unshift(() => kernelContender(workload, chosen));
  }
  makers.push(() => libraryContender(workload));
  const {
    'onnxruntime-node': onnxRuntime,
    'libsvm-js': libSvm,
    'ml-random-forest': randomForest,
  } = packages;
  if (onnxRuntime !== undefined) {
    for (const nThreads of [1, 2]) {
      makers.push(() => onnxRuntimeContender(onnxRuntime, nThreads, workload));
    }
  }
  if (scikitLearn !== undefined) makers.push(() => scikitLearn.contender(workload));
  if (libSvm !== undefined) makers.push(() => libSvmContender(libSvm, workload));
  if (randomForest !== undefined) makers.push(() => randomForestContender(randomForest, workload));
  return makers;
}
