// What is measured: a model, rows for it, and how many of them a call gets. The large models are
// trained by the product's own trainer on made-up data, once: they are kept in CACHE_FOLDER.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Detector } from '../../src/model/detector.js';
import { type Catalog, findDetector } from '../../src/model/detector-store.js';
import { trainOneClassSvm } from '../../src/training/one-class-svm.js';
import { trainRandomForest } from '../../src/training/random-forest.js';
import { withModel } from '../models.js';
import { RandomValues } from '../random-values.js';
import { makeBehaviours } from '../rows.js';
import {
  forestModel,
  modelOfDetector,
  nFeaturesOf,
  PEER_MODEL_LAYOUT,
  type PeerModel,
  readPeerModel,
  writePeerModel,
} from './peer-model.js';

export interface Workload {
  readonly name: string;
  readonly model: PeerModel;
  /** With that model, for the library. */
  readonly detector: Detector;
  /** Whether kernels are measured with what a detector has around its model: scaling, and the risk. */
  readonly isWholeDetector: boolean;
  readonly rowsPerCall: number;
  /** [N_ROWS × nFeatures] row-major; float32 values, so that no contender rounds its input */
  readonly rows: Float64Array;
  /** Of ours over onnxruntime with one thread. */
  readonly required: number;
  readonly goal: number;
}

/** Rows of every workload, and of a batch. */
export const N_ROWS = 1_024;

const CACHE_FOLDER = fileURLToPath(
  new URL('../../../node_modules/.cache/anomaly-predictor-bench/', import.meta.url),
);
const SHIPPED = ['ocsvm', 'ocsvm-tuned', 'hybrid'];

/** Training on normal deviates; a third of a forest's rows are shifted in every feature. */
type Recipe = {
  readonly nTrainingRows: number;
  readonly nFeatures: number;
  readonly seed: number;
} & (
  | { readonly type: 'one-class-svm'; readonly nu: number }
  | { readonly type: 'forest'; readonly nTrees: number; readonly shift: number }
);

interface TrainedWorkload {
  readonly recipe: Recipe;
  readonly required: number;
  readonly goal: number;
  readonly isQuick?: boolean;
}

// ν bounds the share of support vectors from below; a small shift makes noisy labels, large trees.
const TRAINED: readonly TrainedWorkload[] = [
  {
    recipe: { type: 'one-class-svm', nTrainingRows: 80, nFeatures: 9, nu: 0.42, seed: 1 },
    required: 1.5,
    goal: 2.5,
    isQuick: true,
  },
  {
    recipe: { type: 'one-class-svm', nTrainingRows: 19_880, nFeatures: 9, nu: 0.1, seed: 1 },
    required: 1.5,
    goal: 2.5,
  },
  {
    recipe: { type: 'one-class-svm', nTrainingRows: 9_600, nFeatures: 64, nu: 0.5, seed: 1 },
    required: 4,
    goal: 7,
  },
  {
    recipe: {
      type: 'forest',
      nTrainingRows: 1_500,
      nFeatures: 9,
      nTrees: 100,
      shift: 4.8,
      seed: 3,
    },
    required: 3,
    goal: 6,
    isQuick: true,
  },
  {
    recipe: {
      type: 'forest',
      nTrainingRows: 5_550,
      nFeatures: 9,
      nTrees: 300,
      shift: 0.3,
      seed: 4,
    },
    required: 5,
    goal: 8,
  },
  {
    recipe: {
      type: 'forest',
      nTrainingRows: 13_300,
      nFeatures: 64,
      nTrees: 500,
      shift: 0.1,
      seed: 5,
    },
    required: 4.5,
    goal: 8,
  },
];

/** What `makeWorkload` makes; `quick`: without those that take a while. */
export function workloadKeys(quick: boolean): string[] {
  const trained = TRAINED.filter(({ isQuick }) => isQuick || !quick);
  return [...trained.map(({ recipe }) => keyOf(recipe)), ...SHIPPED];
}

export function makeWorkload(catalog: Catalog, key: string): Workload {
  const trained = TRAINED.find(({ recipe }) => keyOf(recipe) === key);
  if (trained !== undefined) {
    const { recipe, required, goal } = trained;
    const model = trainedModel(recipe);
    const { values } = makeRows(recipe, N_ROWS, recipe.seed + 1_000);
    const name = `${shapeOf(model)}, ${N_ROWS.toLocaleString('en')} rows a call`;
    return {
      name,
      model,
      detector: detectorOf(model, catalog),
      isWholeDetector: false,
      rowsPerCall: N_ROWS,
      rows: values,
      required,
      goal,
    };
  }
  const detector = findDetector(catalog, key);
  const model = modelOfDetector(detector);
  return {
    name: `shipped ${key} (${shapeOf(model)}), one row a call`,
    model,
    detector,
    isWholeDetector: true,
    rowsPerCall: 1,
    rows: makeBehaviours(N_ROWS, 8).map(Math.fround),
    required: 8,
    goal: 20,
  };
}

/** A shipped one with another model, and without its scaler. */
function detectorOf(model: PeerModel, catalog: Catalog): Detector {
  return withModel(
    findDetector(catalog, SHIPPED[0]),
    nFeaturesOf(model),
    model.type === 'forest'
      ? { type: 'forest', forest: model.forest }
      : { type: 'one-class-svm', svm: model.svm, riskScale: 1 },
  );
}

function keyOf(recipe: Recipe): string {
  return Object.values(recipe).join('-');
}

function shapeOf(model: PeerModel): string {
  const count = (value: number) => value.toLocaleString('en');
  const size =
    model.type === 'forest'
      ? `forest, ${count(model.forest.nTrees)} trees, ${count(model.forest.nNodes)} nodes`
      : `One-Class SVM, ${count(model.svm.nSupport)} vectors`;
  return `${size} × ${nFeaturesOf(model)}`;
}

function trainedModel(recipe: Recipe): PeerModel {
  const file = join(CACHE_FOLDER, `${keyOf(recipe)}.${PEER_MODEL_LAYOUT}.safetensors`);
  if (!existsSync(file)) {
    mkdirSync(CACHE_FOLDER, { recursive: true });
    writePeerModel(file, train(recipe));
  }
  return readPeerModel(file);
}

function train(recipe: Recipe): PeerModel {
  const { nTrainingRows, nFeatures, seed } = recipe;
  const { values, labels } = makeRows(recipe, nTrainingRows, seed);
  if (recipe.type === 'forest') {
    const { nTrees } = recipe;
    const trees = trainRandomForest(values, labels, nTrainingRows, nFeatures, { nTrees, seed });
    return forestModel(trees, nFeatures);
  }
  const svm = trainOneClassSvm(values, nTrainingRows, nFeatures, { nu: recipe.nu });
  return { type: 'one-class-svm', scaler: undefined, svm };
}

function makeRows(
  recipe: Recipe,
  nRows: number,
  seed: number,
): { values: Float64Array; labels: Int8Array } {
  const { nFeatures } = recipe;
  const shift = recipe.type === 'forest' ? recipe.shift : 0;
  const random = new RandomValues(seed);
  const labels = Int8Array.from({ length: nRows }, (_, row) => (row % 3 === 0 ? -1 : 1));
  const values = Float64Array.from({ length: nRows * nFeatures }, (_, at) =>
    Math.fround(random.normal() + (labels[Math.floor(at / nFeatures)] === -1 ? shift : 0)),
  );
  return { values, labels };
}
