import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { CLEAN, dayOf } from '../../../demo/days.js';
import { writeLog } from '../../../demo/loop.js';
import { runCommand } from '../../../demo/run-command.js';
import { guardOptions } from '../../../demo/shop/running-shop.js';
import { learnArguments } from '../../../demo/short-run.js';
import type { SimulatedRequest } from '../../../demo/simulator/traffic.js';
import type { Detector } from '../../../src/model/detector.js';
import { loadDetector } from '../../../src/model/detector-store.js';
import { createGuard } from '../../../src/traffic/guard/guard.js';
import { SessionTracker } from '../../../src/traffic/session/session-tracker.js';
import { exchangeOf } from '../../support/exchanges.js';
import { flagsAll } from '../../support/flagging-detectors.js';

const SEEDS = [21, 22, 23];
const logs = new Map<number, { requests: SimulatedRequest[]; detector: Detector }>();

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'anomaly-predictor-drift-'));
  for (const seed of SEEDS) {
    const requests = dayOf(seed, 'clean', CLEAN);
    const [log, file] = ['log', 'safetensors'].map((type) => join(folder, `${seed}.${type}`));
    await writeLog(requests, log);
    await runCommand(learnArguments(log, file));
    logs.set(seed, { requests, detector: loadDetector(file) });
  }
}, 180_000);

const learned = (seed: number) =>
  logs.get(seed) as { requests: SimulatedRequest[]; detector: Detector };

/** What a guard's metrics tell of drift after these requests, and what it has warned of. */
async function driftIn(requests: readonly SimulatedRequest[], detector: Detector) {
  const warnings: string[] = [];
  const listen = (warning: NodeJS.ErrnoException) => warnings.push(warning.code ?? '');
  process.on('warning', listen);
  let nowMs = 0;
  const guard = createGuard({ ...guardOptions, detector, now: () => nowMs });
  onTestFinished(() => guard.close());
  for (const { timeMs, client, method, path, status } of requests) {
    nowMs = timeMs;
    const ruling = await guard.decide(exchangeOf({ method, path, address: client.address }));
    guard.answered(ruling, status, 1);
  }
  const { text } = guard.metrics();
  await new Promise(setImmediate);
  process.off('warning', listen);
  const figure = (name: string) =>
    Number(
      new RegExp(`^anomaly_predictor_guard_${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN,
    );
  return {
    drifted: figure('drifted'),
    sessions: figure('drift_sessions'),
    scorePsi: figure('drift_score_psi'),
    warnings: warnings.filter((code) => code === 'ERR_DRIFT'),
  };
}

describe('a guard', () => {
  it.each(SEEDS)(
    'tells no drift of the traffic that its detector learned from: %i',
    async (seed) => {
      const { requests, detector } = learned(seed);
      const drift = await driftIn(requests, detector);
      expect(drift).toMatchObject({ drifted: 0, warnings: [] });
      expect(drift.sessions).toBeGreaterThan(200);
      expect(drift.scorePsi).toBeLessThan(0.25);
    },
  );

  it('tells once, by a warning and in its metrics, of traffic of another kind', async () => {
    const { requests, detector } = learned(SEEDS[0]);
    // Each call six times over.
    const others = requests.flatMap((request) => Array<SimulatedRequest>(6).fill(request));
    const drift = await driftIn(others, detector);
    expect(drift).toMatchObject({ drifted: 1, warnings: ['ERR_DRIFT'] });
  });

  it('tells nothing of fewer than 200 sessions', async () => {
    const { requests, detector } = learned(SEEDS[0]);
    const drift = await driftIn(requests.slice(0, 2_000), detector);
    expect(drift.sessions).toBeLessThan(200);
    expect(drift).toMatchObject({ drifted: 0, scorePsi: Number.NaN, warnings: [] });
  });

  it('does not watch it where another store has the sessions', () => {
    const guard = createGuard({ detector: flagsAll, store: new SessionTracker() });
    expect(guard.metrics().text).not.toContain('drift');
  });
});
