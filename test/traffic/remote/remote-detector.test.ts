import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { plainKernels } from '../../../native-free-kernels/plain-kernels.js';
import { API_BEHAVIOUR_SCHEMA } from '../../../src/model/schema.js';
import { Scorer } from '../../../src/model/scorer.js';
import { remoteDetector } from '../../../src/traffic/remote/remote-detector.js';
import type { RemoteOptions } from '../../../src/traffic/remote/remote-options.js';
import { describeOnEachTransport } from '../../support/each-transport.js';
import { type NetworkGate, openGate } from '../../support/network-gate.js';
import { rejectedWith } from '../../support/rejected-with.js';
import { runServer, SCORING_TOKEN, type TestServer } from '../../support/running-server.js';
import {
  ANOMALOUS_ROW,
  forestOver,
  NORMAL_ROW,
  sampleForest,
  sampleOneClassSvm,
} from '../../support/sample-detectors.js';

const ROW = Float64Array.from(Object.values(NORMAL_ROW));
/** Cannot explain its scores. */
const MUTE = forestOver('mute', [{ name: 'calls' }]);
const LONG_MS = 20_000;

const scorer = new Scorer(plainKernels);
function scoreHere(row: Float64Array): number {
  const scores = new Float64Array(1);
  scorer.scoresInto(sampleOneClassSvm(), row, 1, scores);
  return scores[0];
}

describeOnEachTransport('a detector that an engine serves', (transport) => {
  let server: TestServer;
  let gate: NetworkGate;
  beforeAll(async () => {
    server = await runServer({ transport, detectors: [sampleForest(), sampleOneClassSvm(), MUTE] });
    gate = await openGate(server.port);
  });
  afterAll(async () => {
    await gate.close();
    await server.close();
  });

  /** Of the running server behind the gate, unless told otherwise; closed with the test. */
  function remote(options: Partial<RemoteOptions> = {}) {
    const detector = remoteDetector({
      url: gate.url,
      model: 'ocsvm',
      token: SCORING_TOKEN,
      timeoutMs: LONG_MS,
      ...options,
    });
    onTestFinished(() => detector.close());
    return detector;
  }

  /** Model and score of a row, as a guard asks for them. */
  async function scoreOf(detector: ReturnType<typeof remote>, row = ROW): Promise<number> {
    return (await detector.model()).score(row);
  }

  it('tells its features, and scores as it would here', async () => {
    const model = await remote().model();
    expect(model).toMatchObject({ name: 'ocsvm', version: sampleOneClassSvm().version });
    expect(model.schema).toEqual(API_BEHAVIOUR_SCHEMA);
    const anomalous = Float64Array.from(Object.values(ANOMALOUS_ROW));
    expect(await model.score(ROW)).toBeCloseTo(scoreHere(ROW), 12);
    expect(await model.score(anomalous)).toBeCloseTo(scoreHere(anomalous), 12);
    expect(await model.score(anomalous)).toBeLessThan(0);
  });

  it('gives everyone the score of their own row when many ask at once, in fewer requests', async () => {
    const detector = remote();
    const model = await detector.model();
    const connectionsBefore = gate.connections;
    const requests = async () =>
      [...(await server.metrics())]
        .filter(
          ([name]) => name.startsWith('anomaly_predictor_requests_total') && /score/.test(name),
        )
        .reduce((sum, [, count]) => sum + count, 0);
    const requestsBefore = await requests();
    let nRows = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ users: fc.integer({ min: 150, max: 300 }), turns: fc.nat(1) }), {
          maxLength: 60,
        }),
        async (asked) => {
          nRows += asked.length;
          const scores = asked.map(async ({ users, turns }) => {
            for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
            const row = ROW.with(5, users);
            expect(await model.score(row)).toBeCloseTo(scoreHere(row), 12);
          });
          await Promise.all(scores);
        },
      ),
      { numRuns: 30 },
    );
    expect((await requests()) - requestsBefore).toBeLessThan(nRows / 2);
    expect(gate.connections - connectionsBefore).toBeLessThan(8);
  });

  it('explains scores where the engine can', async () => {
    const { contributions, baseline } = await (await remote({ model: 'hybrid' }).model()).explain(
      ROW,
    );
    expect(contributions).toHaveLength(9);
    const hybrid = await remote({ model: 'hybrid' }).model();
    const sum = contributions.reduce((total, one) => total + one, baseline);
    expect(sum).toBeCloseTo(await hybrid.score(ROW), 12);

    const mute = remote({ model: 'mute', mostFailures: 1 });
    const { explain } = await mute.model();
    expect(await rejectedWith('not-explainable', () => explain(Float64Array.of(1)))).toMatch(
      'answered 422: ',
    );
    expect(await scoreOf(mute, Float64Array.of(1))).toBe(-1);
  });

  it('refuses a bad row by itself', async () => {
    const model = await remote().model();
    const good = model.score(ROW);
    const bad = rejectedWith('invalid-field', () => model.score(ROW.with(5, Number.NaN)));
    expect(await bad).toBe('"num_users" expected a finite number, got NaN');
    expect(await rejectedWith('invalid-field', () => model.score(ROW.subarray(1)))).toMatch(
      'the row has 8 values, expected 9',
    );
    expect(await good).toBeCloseTo(scoreHere(ROW), 12);
  });

  it('takes a new connection for one that ends just as it is used again', async () => {
    const detector = remote();
    await scoreOf(detector);
    const before = gate.connections;
    gate.mode = 'dropping';
    expect(await scoreOf(detector)).toBeCloseTo(scoreHere(ROW), 12);
    expect(gate.connections).toBe(before + 1);
  });
});
