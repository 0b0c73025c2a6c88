import { describe, expect, it } from 'vitest';
import { plainKernels } from '../../../native-free-kernels/plain-kernels.js';
import { checkDetector } from '../../../src/model/detector-checks.js';
import { API_BEHAVIOUR_SCHEMA } from '../../../src/model/schema.js';
import { Scorer } from '../../../src/model/scorer.js';
import { isAnomaly } from '../../../src/model/verdict.js';
import { UNLABELLED_METHODS } from '../../../src/training/unlabelled/candidates.js';
import { learnDetector } from '../../../src/training/unlabelled/learn-detector.js';
import {
  FAR_OUT_CLIENTS,
  learningRowsOf,
  SERVICES,
  TRAFFIC,
} from '../../support/simulated-calls.js';

const N_SEEDS = 20;
/** By default each seed makes the traffic of one service; FAR_OUT=all is three times as long. */
const isWhole = process.env.FAR_OUT === 'all';
const services = Object.entries(SERVICES);
const N_FEATURES = API_BEHAVIOUR_SCHEMA.features.length;
const far = Object.entries(FAR_OUT_CLIENTS).map(([name, behaviours]) => ({
  name,
  rows: behaviours(),
}));

describe.each(services.map(([service, callsOf], i) => ({ service, callsOf, i })))(
  'a detector learned from the traffic of a $service',
  ({ callsOf, i }) => {
    const seeds = Array.from({ length: N_SEEDS }, (_, seed) => seed);
    it.each(seeds.filter((seed) => isWhole || seed % services.length === i))(
      'flags clients far outside of it, with seed %i',
      async (seed) => {
        const { detector, judged, failed } = await learnDetector(
          learningRowsOf(callsOf(seed), seed),
          {
            name: 'learned',
            schema: API_BEHAVIOUR_SCHEMA,
            traffic: TRAFFIC,
            data: { files: [{ file: 'a.log', sha256: 'a'.repeat(64) }], calls: 1, sessions: 1 },
            seed,
            targetFalsePositiveRate: 0.01,
            methods: UNLABELLED_METHODS,
            workers: 2,
          },
        );
        const scorer = new Scorer(plainKernels);
        const missed = far.filter(({ rows }) => {
          const scores = new Float64Array(rows.length / N_FEATURES);
          scorer.scoresInto(detector, rows, scores.length, scores);
          return !scores.some(isAnomaly);
        });
        expect(missed.map(({ name }) => name)).toEqual([]);
        expect(checkDetector(detector)).toEqual([]);
        expect(detector.bounds).toBeDefined();
        expect(judged[0].method).toBe(detector.provenance.parameters.method);
        for (const { reason } of failed) expect(reason).not.toBe('');
      },
    );
  },
);
