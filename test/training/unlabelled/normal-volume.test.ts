import { describe, expect, it } from 'vitest';
import { API_BEHAVIOUR_SCHEMA } from '../../../src/model/schema.js';
import { NORMAL } from '../../../src/training/dataset.js';
import { findMethod } from '../../../src/training/methods/find-method.js';
import type { Fit } from '../../../src/training/methods/method.js';
import { borderAllowing } from '../../../src/training/threshold.js';
import { artificialBehaviours } from '../../../src/training/unlabelled/artificial-behaviours.js';
import { candidatesFor, UNLABELLED_METHODS } from '../../../src/training/unlabelled/candidates.js';
import { normalVolume } from '../../../src/training/unlabelled/normal-volume.js';
import { sessionOutputs } from '../../../src/training/unlabelled/session-outputs.js';
import { ATTACKS, learningRows, sessionsOf } from '../../support/unlabelled-sessions.js';

const { features } = API_BEHAVIOUR_SCHEMA;
const SHARE = 0.02;
const rows = learningRows(200, 10);
const artificial = artificialBehaviours(API_BEHAVIOUR_SCHEMA, rows.training, 2_000, 1);

async function fits(): Promise<Fit[]> {
  const nRows = rows.training.length / features.length;
  const training = {
    values: rows.training,
    labels: new Int8Array(nRows).fill(NORMAL),
    nRows,
    nFeatures: features.length,
    featureNames: features.map(({ name }) => name),
  };
  return Promise.all(
    candidatesFor(UNLABELLED_METHODS).map(({ method: name, settings }) => {
      const method = findMethod(name);
      const complete = { ...method.defaults, tolerance: 1e-3, ...settings };
      return method.fit(training, complete, 1, () => Promise.resolve([]));
    }),
  );
}

/** Share of the attacking sessions that are flagged where so many normal ones are. Only the test knows who attacks. */
function found(fit: Fit): number {
  const outputs = sessionOutputs(fit, rows.calibrating);
  const { threshold } = borderAllowing(outputs, Math.floor(SHARE * outputs.length));
  const shares = Object.values(ATTACKS).map((habits, i) => {
    const lowest = sessionOutputs(fit, sessionsOf(habits, 20, 100 + i));
    return lowest.filter((output) => output <= threshold).length / lowest.length;
  });
  return shares.reduce((sum, share) => sum + share) / shares.length;
}

describe('how much of what might be a model calls normal', () => {
  it('is least of a model that finds attacks which nobody has labelled', async () => {
    const judged = (await fits()).map((fit) => ({
      volume: normalVolume(fit, rows.choosing, artificial, SHARE).volume,
      found: found(fit),
    }));
    judged.sort((a, b) => a.volume - b.volume);
    expect(judged[0].found).toBeGreaterThan(0.95);
    const half = judged.length >> 1;
    const mean = (some: typeof judged) =>
      some.reduce((sum, one) => sum + one.found, 0) / some.length;
    expect(mean(judged.slice(0, half))).toBeGreaterThan(mean(judged.slice(half)) + 0.1);
  });
});
