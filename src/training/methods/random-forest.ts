// Random forest: learns normal rows and labelled anomalies.
import { layOutForest } from '../../model/forest-layout.js';
import {
  DEFAULT_RANDOM_FOREST_OPTIONS,
  planRandomForest,
  type RandomForestOptions,
} from '../random-forest.js';
import type { Settings } from '../settings.js';
import { type Method, transformRows } from './method.js';

const { nTrees, maxDepth: _, ...DEFAULTS } = DEFAULT_RANDOM_FOREST_OPTIONS;
const NO_LIMIT = 'none';

export const randomForest: Method = {
  name: 'random-forest',
  learnsAnomalies: true,
  defaults: { trees: nTrees, maxDepth: NO_LIMIT, ...DEFAULTS, transform: 'standard' },
  searchDefaults: {},
  sizeUnit: 'nodes',
  async fit(training, settings, seed, grow) {
    const { transforms, rows } = transformRows(training, settings);
    const { labels, nRows, nFeatures } = training;
    const options = optionsOf(settings, seed);
    const trees = await grow(planRandomForest(rows, labels, nRows, nFeatures, options));
    const forest = layOutForest(trees, nFeatures);
    return { transforms, model: { type: 'forest', forest }, size: forest.nNodes };
  },
  parameters: (given, { size }, { trees }, seed) => ({ trees, nodes: size, ...given, seed }),
};

function optionsOf(settings: Settings, seed: number): RandomForestOptions {
  const { trees, maxDepth, ...options } = settings;
  return {
    ...(options as Partial<RandomForestOptions>),
    nTrees: Number(trees),
    maxDepth: maxDepth === NO_LIMIT ? Number.POSITIVE_INFINITY : Number(maxDepth),
    seed,
  };
}
