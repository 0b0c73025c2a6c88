import { beforeAll, describe, expect, it } from 'vitest';
import { fitStandardScaler } from '../../src/training/standard-scaler.js';
import { type ReferenceSvms, readReferenceSvms } from '../support/reference-svms.js';
import { hasSharedData } from '../support/shared-data.js';

describe.skipIf(!hasSharedData)('scalers of the labelled dataset (needs ../shared)', () => {
  let reference: ReferenceSvms;
  beforeAll(async () => {
    reference = await readReferenceSvms();
  });

  it.each(['benign', 'hybrid'] as const)('are those of scikit-learn, bit by bit: %s', (name) => {
    const { rows, scaler } = reference.scalers[name];
    const { nFeatures } = reference;
    expect(fitStandardScaler(rows, rows.length / nFeatures, nFeatures)).toEqual(scaler);
  });
});
