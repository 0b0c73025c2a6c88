// First tier: the kernels on one thread, without anything around them.
import { Bench } from 'tinybench';
import {
  type Forest,
  KERNEL_FUNCTIONS,
  type Kernels,
  type OneClassSvm,
} from '../native-free-kernels/contract.js';
import { plainKernels } from '../native-free-kernels/plain-kernels.js';
import { chooseKernels } from '../src/choose-kernels.js';
import { type Catalog, findDetector } from '../src/model/detector-store.js';
import { makeForest, makeSvm, withKernel } from './models.js';
import { checkEqual, type Parity } from './parity.js';
import type { Plan } from './plan.js';
import { makeBehaviours, N_FEATURES } from './rows.js';
import { sink } from './sink.js';

interface KernelFigure {
  readonly kernel: string;
  /** Which implementation of it. */
  readonly kernels: string;
  /** What the work grows with. */
  readonly model: string;
  readonly batchRows: number;
  readonly rowsPerSecond: number;
  readonly medianNsPerRow: number;
  readonly p99NsPerRow: number;
}

export interface KernelReport {
  /** Those that the engine takes on this machine. */
  readonly chosen: string;
  readonly parity: readonly Parity[];
  readonly figures: readonly KernelFigure[];
}

/** Kernels that WebAssembly speeds up; the others are the plain ones there too. */
const WITH_TWINS: readonly string[] = ['rbf', 'poly', 'sigmoid', 'forest'];

const LEAST_SAMPLES = 5;
/** Larger batches are left out for models that need longer than this for one. */
const LONGEST_CALL_MS = 150;
const PARITY_ROWS = 200;

export function benchKernels(catalog: Catalog, plan: Plan): KernelReport {
  const chosen = chooseKernels('auto');
  const cases = kernelCases(catalog, plainKernels);
  if (chosen.name !== plainKernels.name) {
    cases.push(...kernelCases(catalog, chosen).filter(({ kernel }) => WITH_TWINS.includes(kernel)));
  }
  const parity = cases.map(checkBatchIsRowByRow);
  const figures: KernelFigure[] = [];
  for (const kernelCase of cases) {
    for (const batchRows of plan.kernelBatches) {
      if (batchRows * kernelCase.roughNsPerRow < LONGEST_CALL_MS * 1e6) {
        figures.push(measure(kernelCase, batchRows, plan));
      }
    }
  }
  return { chosen: chosen.name, parity, figures };
}

interface KernelCase {
  readonly kernel: string;
  readonly kernels: string;
  readonly model: string;
  readonly outputsPerRow: number;
  readonly roughNsPerRow: number;
  /** Whole rows of N_FEATURES. */
  readonly rows: Float64Array;
  readonly run: (rows: Float64Array, nRows: number, out: Float64Array) => void;
}

function kernelCases(catalog: Catalog, kernels: Kernels): KernelCase[] {
  const { transforms, model: svmModel } = findDetector(catalog, 'ocsvm');
  const { model: forestModel } = findDetector(catalog, 'hybrid');
  if (svmModel.type !== 'one-class-svm' || forestModel.type !== 'forest') {
    throw new Error('expected ocsvm to be a One-Class SVM and hybrid to be a forest');
  }
  const [scaler] = transforms;
  const behaviours = makeBehaviours(10_000, 1);
  const standardScores = new Float64Array(behaviours.length);
  kernels.transformInto(scaler, behaviours, behaviours.length / N_FEATURES, standardScores);

  // The larger one is about what a One-Class SVM on 40,000 rows with ν 0.05 has.
  const svms = [svmModel.svm, makeSvm(2_018, 2)];
  const forests = [forestModel.forest, makeForest(100, 1_024, N_FEATURES, 3)];
  return [
    {
      kernel: 'scale',
      kernels: kernels.name,
      model: `${N_FEATURES} features`,
      outputsPerRow: N_FEATURES,
      roughNsPerRow: 20,
      rows: behaviours,
      run: (rows, nRows, out) => kernels.transformInto(scaler, rows, nRows, out),
    },
    ...svms.flatMap((svm) =>
      KERNEL_FUNCTIONS.map((name) => svmCase(kernels, withKernel(svm, name), standardScores)),
    ),
    ...forests.map((forest) => forestCase(kernels, forest, standardScores)),
  ];
}

function svmCase(kernels: Kernels, svm: OneClassSvm, rows: Float64Array): KernelCase {
  return {
    kernel: svm.kernel.function,
    kernels: kernels.name,
    model: `${svm.nSupport} × ${svm.nFeatures}`,
    outputsPerRow: 1,
    roughNsPerRow: 20 * svm.nSupport,
    rows,
    run: (batch, nRows, out) => kernels.decisionInto(svm, batch, nRows, out),
  };
}

function forestCase(kernels: Kernels, forest: Forest, rows: Float64Array): KernelCase {
  return {
    kernel: 'forest',
    kernels: kernels.name,
    model: `${forest.nTrees} trees, ${forest.nNodes} nodes`,
    outputsPerRow: 1,
    roughNsPerRow: 100 * forest.nTrees,
    rows,
    run: (batch, nRows, out) => kernels.meanLeafValueInto(forest, batch, nRows, out),
  };
}

function checkBatchIsRowByRow({
  kernel,
  kernels,
  model,
  outputsPerRow,
  rows,
  run,
}: KernelCase): Parity {
  const way = `${kernels} ${kernel}, ${model}: a batch and its rows one by one`;
  const batch = new Float64Array(PARITY_ROWS * outputsPerRow);
  run(rows, PARITY_ROWS, batch);
  const single = new Float64Array(batch.length);
  for (let row = 0; row < PARITY_ROWS; row++) {
    run(rowsFrom(rows, row, 1), 1, single.subarray(row * outputsPerRow));
  }
  checkEqual(way, 'outputs', single, batch);
  return { way, rows: PARITY_ROWS };
}

function measure(kernelCase: KernelCase, batchRows: number, plan: Plan): KernelFigure {
  const { kernel, kernels, model, outputsPerRow, rows, run } = kernelCase;
  const nCalls = Math.max(1, plan.kernelSampleRows / batchRows);
  const batches = Array.from({ length: nCalls }, (_, i) =>
    rowsFrom(rows, i * batchRows, batchRows),
  );
  const out = new Float64Array(batchRows * outputsPerRow);
  const bench = new Bench({
    time: plan.kernelMs,
    iterations: LEAST_SAMPLES,
    warmupTime: plan.kernelMs / 4,
    warmupIterations: 1,
    throws: true,
  });
  bench.add(kernel, () => {
    for (let i = 0; i < nCalls; i++) run(batches[i], batchRows, out);
    sink(out[0]);
  });
  const [{ result }] = bench.runSync();
  if (result.state !== 'completed') throw new Error(`${kernel}, ${model}: ${result.state}`);
  const nsPerRow = (latencyMs: number) => (latencyMs * 1e6) / (nCalls * batchRows);
  return {
    kernel,
    kernels,
    model,
    batchRows,
    rowsPerSecond: 1e9 / nsPerRow(result.latency.p50),
    medianNsPerRow: nsPerRow(result.latency.p50),
    p99NsPerRow: nsPerRow(result.latency.p99),
  };
}

function rowsFrom(rows: Float64Array, firstRow: number, nRows: number): Float64Array {
  return rows.subarray(firstRow * N_FEATURES, (firstRow + nRows) * N_FEATURES);
}
