// `npm run bench:training`: the two trainers beside scikit-learn's, which must make the same of the same rows first.
//   --rows N   rows to train on, of 9 features; 20,000 by default
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { renderTable } from '../../src/cli/table.js';
import type { DecisionTree } from '../../src/model/forest-layout.js';
import { trainOneClassSvm } from '../../src/training/one-class-svm.js';
import { planRandomForest } from '../../src/training/random-forest.js';
import { TrainingPool } from '../../src/training/training-pool.js';
import { interleave } from '../interleave.js';
import { describeMachine } from '../machine.js';
import { checkEqual } from '../parity.js';
import { RandomValues } from '../random-values.js';
import { ratios, spreadOf } from '../statistics.js';
import { count, countSpread, machineLine, ratioSpread } from '../tables.js';
import { openPeers } from './peers.js';
import { ScikitLearnTrainer } from './scikit-learn-trainer.js';

const N_FEATURES = 9;
const N_ROUNDS = 5;
const SEED = 1;
const SVM = { nu: 0.1, kernel: 'rbf', gamma: 'scale' } as const;
/** scikit-learn's own. */
const TOLERANCE = 1e-3;
/** Of the intercept: both take the same steps, with other roundings. */
const LARGEST_DIFFERENCE = 1e-6;
const N_TREES = 100;

const { values: options } = parseArgs({ options: { rows: { type: 'string', default: '20000' } } });
await bench(Number(options.rows));

async function bench(nRows: number): Promise<void> {
  const { hasScikitLearn, missing, versions } = openPeers();
  console.log(machineLine(describeMachine()));
  if (!hasScikitLearn) {
    console.log(missing.find((line) => line.includes('scikit-learn')));
    return;
  }
  console.log(`scikit-learn ${versions['scikit-learn']}, ${count(nRows)} rows × ${N_FEATURES}`);
  const { rows, labels } = makeRows(nRows);
  const workers = availableParallelism();
  const peer = await ScikitLearnTrainer.start(rows, labels, N_FEATURES);
  const pool = new TrainingPool({ workers });
  try {
    const svm = await interleave(
      [
        () => timed(() => trainSvm(rows, nRows)),
        () => peer.train('one-class-svm', { ...SVM, tol: TOLERANCE }),
      ],
      N_ROUNDS,
    );
    for (const [round, { result }] of svm[0].entries()) {
      const { nSupport, intercept } = svm[1][round];
      checkEqual('One-Class SVM', 'numbers of support vectors', [result.nSupport], [nSupport]);
      if (Math.abs(result.intercept / Number(intercept) - 1) > LARGEST_DIFFERENCE) {
        throw new Error(`One-Class SVM: intercept ${result.intercept}, expected ${intercept}`);
      }
    }
    const plan = () =>
      planRandomForest(rows, labels, nRows, N_FEATURES, { nTrees: N_TREES, seed: SEED });
    const params = { n_estimators: N_TREES, random_state: SEED, n_jobs: workers };
    const forest = await interleave(
      [() => timed(() => pool.grow(plan(), () => {})), () => peer.train('random-forest', params)],
      N_ROUNDS,
    );
    for (const [round, { result }] of forest[0].entries()) {
      checkEqual('random forest', 'trees', [digestOf(result)], [forest[1][round].sha256]);
    }
    console.log(
      renderTable(
        ['trained', 'ours, ms', 'scikit-learn, ms', 'ours over scikit-learn'],
        [
          row(`One-Class SVM, ν ${SVM.nu}, tolerance ${TOLERANCE}, one thread`, svm),
          row(`random forest, ${N_TREES} trees, ${workers} threads`, forest),
        ],
      ),
    );
  } finally {
    await pool.close();
    peer.close();
  }
}

type Rounds = readonly { readonly ms: number }[];

function row(what: string, [ours, theirs]: readonly [Rounds, Rounds]): string[] {
  const msOf = (rounds: Rounds) => rounds.map(({ ms }) => ms);
  return [
    what,
    countSpread(spreadOf(msOf(ours))),
    countSpread(spreadOf(msOf(theirs))),
    ratioSpread(spreadOf(ratios(msOf(ours), msOf(theirs)))),
  ];
}

async function timed<Result>(work: () => Result): Promise<{ ms: number; result: Awaited<Result> }> {
  const startMs = performance.now();
  const result = await work();
  return { ms: performance.now() - startMs, result };
}

function trainSvm(rows: Float64Array, nRows: number) {
  return trainOneClassSvm(rows, nRows, N_FEATURES, { ...SVM, tolerance: TOLERANCE });
}

/** Normal deviates; a row is an anomaly by three of its features and some chance. */
function makeRows(nRows: number): { rows: Float64Array; labels: Int8Array } {
  const random = new RandomValues(SEED);
  const rows = Float64Array.from({ length: nRows * N_FEATURES }, () => random.normal());
  const labels = Int8Array.from({ length: nRows }, (_, row) => {
    const [a, b, c] = rows.subarray(row * N_FEATURES);
    return a + b * c + random.normal() / 2 > 1 ? -1 : 1;
  });
  return { rows, labels };
}

/** As scikit_learn_trainer.py has it. */
function digestOf(trees: readonly DecisionTree[]): string {
  const hash = createHash('sha256');
  for (const { left, right, feature, threshold } of trees) {
    for (const array of [left, right, feature, threshold]) {
      hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    }
  }
  return hash.digest('hex');
}
