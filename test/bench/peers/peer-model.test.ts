import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  modelOfDetector,
  type PeerModel,
  readPeerModel,
  writePeerModel,
} from '../../../bench/peers/peer-model.js';
import { findDetector, loadCatalog } from '../../../src/model/detector-store.js';
import { layOutForest } from '../../../src/model/forest-layout.js';
import { SHIPPED_MODELS_FOLDER } from '../../../src/package-paths.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const catalog = loadCatalog(SHIPPED_MODELS_FOLDER);
const shipped = (name: string) => modelOfDetector(findDetector(catalog, name));

describe('a model for the peers', () => {
  const folder = temporaryFolder();

  it.each(['ocsvm', 'hybrid'])('comes back from its file as it was: %s', (name) => {
    const model: PeerModel = { ...shipped(name), scaler: undefined };
    const file = join(folder.path, name);
    writePeerModel(file, model);
    expect(readPeerModel(file)).toEqual(model);
  });

  it('has the trees of a detector, from the root down', () => {
    const model = shipped('hybrid');
    if (model.type !== 'forest') throw new Error('expected a forest');
    const { trees, forest } = model;
    expect(layOutForest(trees, forest.nFeatures)).toEqual(forest);
    for (const { left } of trees) {
      expect(left.every((child, node) => child === -1 || child === node + 1)).toBe(true);
    }
  });
});
