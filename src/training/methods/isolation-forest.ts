// Isolation forest: learns normal rows alone; its questions need no common scale.
import { DEFAULT_ISOLATION_FOREST_OPTIONS, trainIsolationForest } from '../isolation-forest.js';
import { type Method, transformRows } from './method.js';

const { nTrees, maxSamples, contamination } = DEFAULT_ISOLATION_FOREST_OPTIONS;

export const isolationForest: Method = {
  name: 'isolation-forest',
  learnsAnomalies: false,
  defaults: { trees: nTrees, samples: maxSamples, contamination, transform: 'none' },
  searchDefaults: {},
  sizeUnit: 'nodes',
  async fit(training, settings, seed) {
    const { transforms, rows } = transformRows(training, settings);
    const { nRows, nFeatures } = training;
    const model = trainIsolationForest(rows, nRows, nFeatures, {
      nTrees: Number(settings.trees),
      maxSamples: Math.min(Number(settings.samples), nRows),
      contamination: settings.contamination === 'auto' ? 'auto' : Number(settings.contamination),
      seed,
    });
    return { transforms, model, size: model.forest.nNodes };
  },
  parameters: (given, { size }, { trees }, seed) => ({ trees, nodes: size, ...given, seed }),
};
